import { expect, test } from 'vitest';
import type { TenantId } from '../../../shared/contracts/ids.ts';
import type { Outcome } from '../../../shared/domain/outcomes/outcome.ts';
import type { SenderStore } from '../../../shared/domain/senders/ports.ts';
import type { Sender, SenderState } from '../../../shared/domain/senders/sender.ts';
import { decisionOf, newTenant, newUploadId, noonMs, recordOf } from './samples.ts';

export interface SenderWorld {
  readonly store: SenderStore;
  /** What was told, by id. */
  told(id: Outcome['id']): Promise<boolean>;
  putTenant(tenant: TenantId): Promise<void>;
}

let made = 0;
/** A number that nothing else in the store has. */
export const newNumber = (): string => `02${String(20_000_000 + ++made)}`;

export const sender = (tenant: TenantId, over: Partial<Sender> = {}): Sender => ({
  tenant,
  number: newNumber(),
  state: 'reviewing',
  method: 'documents',
  kind: 'company',
  documents: [
    {
      kind: 'service_certificate',
      uploadId: newUploadId(),
      fileName: '이용증명원.pdf',
      format: 'pdf',
      sizeBytes: 1_000,
      issuedOn: '2099-11-01',
    },
  ],
  reason: null,
  requestedAtMs: noonMs,
  approvedAtMs: null,
  changedAtMs: noonMs,
  version: 1,
  ...over,
});
const along = { alone: true, decision: null, record: null };
const moved = (before: Sender, state: SenderState, atMs = noonMs + 1): Sender => ({
  ...before,
  state,
  approvedAtMs: state === 'approved' ? atMs : null,
  changedAtMs: atMs,
  version: before.version + 1,
});

/** What every store of sender numbers keeps. */
export function senderStoreContract(open: () => Promise<SenderWorld>): void {
  async function opened() {
    const world = await open();
    const tenant = newTenant();
    await world.putTenant(tenant);
    return { ...world, tenant };
  }

  test('a number is its tenant’s alone, as it was written, digit by digit', async () => {
    const { store, putTenant, tenant } = await opened();
    const other = newTenant();
    await putTenant(other);
    const asked = sender(tenant);
    expect(await store.write(null, asked, along)).toEqual({ kind: 'written', sender: asked });
    expect(await store.find(tenant, asked.number)).toEqual(asked);
    expect(await store.find(tenant, asked.number.slice(0, -1))).toBeNull();
    expect(await store.find(other, asked.number)).toBeNull();
    expect((await store.list(other, { state: null, limit: 10, after: null })).items).toEqual([]);
    const again = sender(other, { number: asked.number, kind: 'employee' });
    expect(await store.write(null, again, along)).toMatchObject({ kind: 'written' });
    expect(await store.find(tenant, asked.number)).toEqual(asked);
  });

  test('nothing is written for a tenant that is not there', async () => {
    const { store } = await open();
    const asked = sender(newTenant());
    expect(await store.write(null, asked, along)).toEqual({ kind: 'no_tenant' });
    expect(await store.find(asked.tenant, asked.number)).toBeNull();
  });

  test('of two writes over the same state one wins, and the other is told what stands instead', async () => {
    const { store, tenant } = await opened();
    const asked = sender(tenant);
    const both = await Promise.all([store.write(null, asked, along), store.write(null, asked, along)]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(['moved', 'written']);
    expect(both).toContainEqual({ kind: 'moved', sender: asked });
    const ends = [moved(asked, 'approved'), moved(asked, 'withdrawn')];
    const raced = await Promise.all(ends.map((end) => store.write(asked, end, along)));
    expect(raced.map(({ kind }) => kind).sort()).toEqual(['moved', 'written']);
    const stands = await store.find(tenant, asked.number);
    expect(ends).toContainEqual(stands);
    expect(raced).toContainEqual({ kind: 'moved', sender: stands });
    expect(await store.isApprovedElsewhere(newTenant(), asked.number)).toBe(stands?.state === 'approved');
    expect(await store.write(null, asked, along)).toEqual({ kind: 'moved', sender: stands });
  });

  test('of two tenants that would have a number alone one gets it; those who agreed share it', async () => {
    const { store, putTenant, tenant } = await opened();
    const [other, third] = [newTenant(), newTenant()];
    for (const one of [other, third]) await putTenant(one);
    const number = newNumber();
    const waiting = [tenant, other].map((one) => sender(one, { number }));
    for (const one of waiting) await store.write(null, one, along);
    const raced = await Promise.all(waiting.map((one) => store.write(one, moved(one, 'approved'), along)));
    expect(raced.map(({ kind }) => kind).sort()).toEqual(['taken', 'written']);
    const [winner, loser] = raced[0]!.kind === 'written' ? waiting : waiting.toReversed();
    expect(await store.isApprovedElsewhere(loser!.tenant, number)).toBe(true);
    expect(await store.isApprovedElsewhere(winner!.tenant, number)).toBe(false);
    expect(await store.find(loser!.tenant, number)).toEqual(loser);

    const shared = sender(third, { number, kind: 'other_person' });
    await store.write(null, shared, along);
    const agreed = await store.write(shared, moved(shared, 'approved'), { ...along, alone: false });
    expect(agreed.kind).toBe('written');
    expect(await store.isApprovedElsewhere(winner!.tenant, number)).toBe(true);

    // Whatever ends an approval frees the number
    const approved = moved(winner!, 'approved');
    await store.write(approved, moved(approved, 'blocked'), along);
    const inUse = moved(shared, 'approved');
    expect(await store.write(loser!, moved(loser!, 'approved'), along)).toEqual({ kind: 'taken' });
    await store.write(inUse, moved(inUse, 'withdrawn'), along);
    expect(await store.write(loser!, moved(loser!, 'approved'), along)).toMatchObject({ kind: 'written' });
  });

  test('a key is used once, and what it made is made once', async () => {
    const { store, tenant } = await opened();
    const record = recordOf(tenant);
    const [first, second] = [sender(tenant), sender(tenant)];
    expect((await store.write(null, first, { ...along, record })).kind).toBe('written');
    expect((await store.write(null, second, { ...along, record })).kind).toBe('replayed');
    expect(await store.find(tenant, second.number)).toBeNull();
    // Whether or not there is something else to refuse
    expect((await store.write(null, first, { ...along, record })).kind).toBe('replayed');
  });

  test('an outcome is told with the write that made it, or not at all', async () => {
    const { store, told, tenant } = await opened();
    const asked = sender(tenant);
    await store.write(null, asked, along);
    const [first, late] = [decisionOf(tenant), decisionOf(tenant)];
    await store.write(asked, moved(asked, 'approved'), { ...along, decision: first });
    await store.write(asked, moved(asked, 'rejected'), { ...along, decision: late });
    expect([await told(first.outcome.id), await told(late.outcome.id)]).toEqual([true, false]);
  });

  test('lists go by the digits, page by page, and by state', async () => {
    const { store, tenant } = await opened();
    const all = Array.from({ length: 5 }, (_, i) => sender(tenant, { state: i % 2 === 0 ? 'rejected' : 'withdrawn' }));
    for (const one of all.toReversed()) await store.write(null, one, along);
    const first = await store.list(tenant, { state: null, limit: 3, after: null });
    expect(first).toEqual({ items: all.slice(0, 3), next: all[2]!.number });
    expect(await store.list(tenant, { state: null, limit: 3, after: first.next })).toEqual({
      items: all.slice(3),
      next: null,
    });
    const rejected = await store.list(tenant, { state: 'rejected', limit: 2, after: null });
    expect(rejected).toEqual({ items: [all[0], all[2]], next: all[2]!.number });
    const rest = await store.list(tenant, { state: 'rejected', limit: 2, after: rejected.next });
    expect(rest).toEqual({ items: [all[4]], next: null });
  });

  test('what is in a state is listed over all tenants, what waits longest first, and only as long as it is', async () => {
    const { store, putTenant, tenant } = await opened();
    const other = newTenant();
    await putTenant(other);
    // Earlier than whatever other tests left in the store, as what waits longest comes first; what was decided later
    const atMs = noonMs - 86_400_000 + made++ * 1_000;
    const asked = [tenant, other, tenant].map((one, i) => sender(one, { changedAtMs: atMs + i }));
    for (const one of asked) await store.write(null, one, along);
    const first = await store.listByState('reviewing', 2, null);
    expect(first.items).toEqual([asked[0], asked[1]]);
    expect((await store.listByState('reviewing', 1, first.next)).items).toEqual([asked[2]]);
    const decided = asked.slice(0, 2).map((one, i) => moved(one, 'approved', noonMs + 86_400_000 + made * 1_000 + i));
    for (const [i, one] of decided.entries()) await store.write(asked[i]!, one, along);
    expect((await store.listByState('reviewing', 1, null)).items).toEqual([asked[2]]);
    const newest = await store.listByState('approved', 1, null);
    expect(newest.items).toEqual([decided[1]]);
    expect((await store.listByState('approved', 1, newest.next)).items).toEqual([decided[0]]);
    // A cursor leads on, wherever what it named has gone meanwhile
    expect((await store.listByState('reviewing', 1, first.next)).items).toEqual([asked[2]]);
  });
}
