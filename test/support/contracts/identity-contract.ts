import { expect, test } from 'vitest';
import type { TenantId } from '../../../shared/contracts/ids.ts';
import type { AuditEntry } from '../../../shared/domain/audit/audit.ts';
import type { Identity } from '../../../shared/domain/identity/identity.ts';
import type { Identified, IdentityStore } from '../../../shared/domain/identity/ports.ts';
import type { Decision } from '../../../shared/domain/outcomes/outcome.ts';
import type { Tenant } from '../../../shared/domain/tenants/tenant.ts';
import { newTenant, newUlid, newUploadId, noonMs, recordOf } from './samples.ts';

export interface IdentityWorld {
  readonly store: IdentityStore;
  putTenant(tenant: Tenant): Promise<void>;
  tenant(id: TenantId): Promise<Tenant | null>;
}

const tenantOf = (over: Partial<Tenant> = {}): Tenant => ({
  id: newTenant(),
  name: 'Shop',
  notificationEmails: [],
  identityStatus: 'unverified',
  signUp: { name: '김하늘', number: '01023456789' },
  state: 'active',
  createdAtMs: noonMs,
  suspendedAtMs: null,
  closedAtMs: null,
  version: 1,
  ...over,
});

const reviewing = ({ identity }: Identified, submittedAtMs = noonMs): Identity => ({
  ...identity,
  status: 'reviewing',
  submission: {
    ...{ role: 'representative', name: '김하늘', number: '01023456789', checkId: `chk_${newUlid()}` },
    agreement: { version: '1', agreedAtMs: noonMs },
    documents: [{ kind: 'business_registration', uploadId: newUploadId(), fileName: 'a.pdf', sizeBytes: 7 }],
    submittedAtMs,
  },
});

const decisionOf = (tenantId: TenantId): Decision => {
  const audit: AuditEntry = {
    ...{ id: `aud_${newUlid()}`, atMs: noonMs, keyId: 'root', keyName: 'root', action: 'approve', targets: {} },
    ...{ tenantId, requestId: 'req', outcome: 'done', status: 200, code: null, before: null, after: null },
  };
  const outcome = { id: `evt_${newUlid()}`, type: 'identity.approved', tenantId, atMs: noonMs, facts: {} } as const;
  return { audit, outcome };
};

/** What keeps identities. */
export function identityContract(open: () => Promise<IdentityWorld>): void {
  async function known(world: IdentityWorld, over: Partial<Tenant> = {}): Promise<Identified> {
    const tenant = tenantOf(over);
    await world.putTenant(tenant);
    return (await world.store.read(tenant.id))!;
  }

  test('one that handed in nothing stands as its tenant was created; nobody’s is none', async () => {
    const world = await open();
    for (const identityStatus of ['unverified', 'approved'] as const) {
      const { tenant, identity } = await known(world, { identityStatus });
      const nothing = { submission: null, reason: null, decidedAtMs: null, version: 0 };
      expect(identity).toEqual({ tenantId: tenant.id, status: identityStatus, ...nothing });
    }
    expect(await world.store.read(newTenant())).toBeNull();
  });

  test('a change is the identity’s and the tenant’s at once', async () => {
    const world = await open();
    const before = await known(world);
    const after = reviewing(before);
    const record = recordOf(before.tenant.id);
    expect(await world.store.change(before, after, { record })).toEqual({
      kind: 'written',
      identity: { ...after, version: 1 },
    });
    const now = (await world.store.read(before.tenant.id))!;
    expect(now).toEqual({
      tenant: { ...before.tenant, identityStatus: 'reviewing', version: before.tenant.version + 1 },
      identity: { ...after, version: 1 },
    });
    expect(await world.tenant(before.tenant.id)).toEqual(now.tenant);
    expect(await world.store.change(now, after, { record })).toEqual({ kind: 'replayed' });
  });

  test('of many who change what they read one wins', async () => {
    const world = await open();
    const before = await known(world);
    const decide = () => world.store.change(before, reviewing(before), { decision: decisionOf(before.tenant.id) });
    const told = await Promise.all([decide(), decide(), decide()]);
    expect(told.map(({ kind }) => kind).sort()).toEqual(['moved', 'moved', 'written']);
    expect((await world.store.read(before.tenant.id))!.identity.version).toBe(1);
  });

  test('nothing is changed of a tenant that has changed since', async () => {
    const world = await open();
    const before = await known(world);
    const { version } = before.tenant;
    await world.putTenant({ ...before.tenant, state: 'suspended', suspendedAtMs: noonMs, version: version + 1 });
    const decision = decisionOf(before.tenant.id);
    expect(await world.store.change(before, reviewing(before), { decision })).toEqual({ kind: 'moved' });
    expect(await world.tenant(before.tenant.id)).toMatchObject({ state: 'suspended', identityStatus: 'unverified' });
  });

  test('lists have what waits, longest first, and others newest first, and go on where they stopped', async () => {
    const world = await open();
    const made: Identified[] = [];
    for (let i = 0; i < 3; i++) {
      const before = await known(world);
      await world.store.change(before, reviewing(before, noonMs + i), { record: recordOf(before.tenant.id) });
      made.push((await world.store.read(before.tenant.id))!);
    }
    const mine = new Set(made.map(({ tenant }) => tenant.id));
    const all = async (status: Identity['status']) => {
      const found: Identified[] = [];
      for (let after: string | null = null; ; ) {
        const page: Awaited<ReturnType<IdentityStore['list']>> = await world.store.list(status, 2, after);
        expect(page.items.length).toBeLessThanOrEqual(2);
        found.push(...page.items.filter(({ tenant }) => mine.has(tenant.id)));
        after = page.next;
        if (after === null) return found;
      }
    };
    expect(await all('reviewing')).toEqual(made);
    const [first, second] = [made[0]!, made[1]!];
    const rejected: Identity = { ...second.identity, status: 'rejected', reason: 'No', decidedAtMs: noonMs + 9 };
    await world.store.change(second, rejected, { decision: decisionOf(second.tenant.id) });
    expect((await all('reviewing')).map(({ tenant }) => tenant.id)).toEqual([first.tenant.id, made[2]!.tenant.id]);
    expect((await all('rejected')).map(({ identity }) => identity)).toEqual([{ ...rejected, version: 2 }]);
    const later: Identity = { ...made[2]!.identity, status: 'rejected', reason: 'No', decidedAtMs: noonMs + 9 };
    await world.store.change(made[2]!, later, { decision: decisionOf(made[2]!.tenant.id) });
    const ids = (await all('rejected')).map(({ tenant }) => tenant.id);
    expect(ids).toEqual([made[2]!.tenant.id, second.tenant.id]);
  });
}
