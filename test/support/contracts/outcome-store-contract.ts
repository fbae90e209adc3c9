import { expect, test } from 'vitest';
import type { Outcome } from '../../../shared/domain/outcomes/outcome.ts';
import type { OutcomeStore } from '../../../shared/domain/outcomes/ports.ts';
import { newTenant, newUlid, noonMs } from './samples.ts';

export interface OutcomesWorld {
  readonly store: OutcomeStore;
  put(outcome: Outcome): Promise<void>;
}

export const outcomeOf = (over: Partial<Outcome> = {}): Outcome => ({
  id: `evt_${newUlid()}`,
  type: 'sender_number.rejected',
  tenantId: newTenant(),
  atMs: noonMs,
  facts: { number: '02****78', reason: 'The certificate is blurred' },
  ...over,
});

/** What everybody who keeps outcomes must do. */
export function outcomeStoreContract(open: () => Promise<OutcomesWorld>): void {
  test('an outcome is one worker’s until its time is over, then the next one’s, who knows what was told', async () => {
    const { store, put } = await open();
    const outcome = outcomeOf();
    await put(outcome);
    const fresh = { ...outcome, isPublished: false, settledAddresses: [], isMailed: false, tries: 1 };
    expect(await store.claim(outcome.id, noonMs, noonMs + 100)).toEqual(fresh);
    expect(await store.claim(outcome.id, noonMs + 99, noonMs + 200)).toBeNull();
    await store.published(outcome.id);
    await store.settled(outcome.id, 'a@shop.kr', false);
    await store.settled(outcome.id, 'b@shop.kr', false);
    await store.settled(outcome.id, 'a@shop.kr', false);
    const found = await store.claim(outcome.id, noonMs + 100, noonMs + 200);
    expect({ ...found, settledAddresses: [...found!.settledAddresses].sort() }).toEqual({
      ...fresh,
      ...{ isPublished: true, settledAddresses: ['a@shop.kr', 'b@shop.kr'], tries: 2 },
    });
    // One that got its mail is not forgotten for those that did not
    await store.settled(outcome.id, 'c@shop.kr', true);
    await store.settled(outcome.id, 'd@shop.kr', false);
    expect(await store.claim(outcome.id, noonMs + 200, noonMs + 300)).toMatchObject({ isMailed: true, tries: 3 });
  });

  test('of many who claim it at once, one gets it', async () => {
    const { store, put } = await open();
    const outcome = outcomeOf();
    await put(outcome);
    const claims = Array.from({ length: 10 }, () => store.claim(outcome.id, noonMs, noonMs + 100));
    expect((await Promise.all(claims)).filter((one) => one !== null)).toHaveLength(1);
  });

  test('given back, it is to be had from that time on', async () => {
    const { store, put } = await open();
    const outcome = outcomeOf();
    await put(outcome);
    await store.claim(outcome.id, noonMs, noonMs + 100);
    await store.later(outcome.id, noonMs + 5_000);
    expect(await store.claim(outcome.id, noonMs + 4_999, noonMs + 9_000)).toBeNull();
    expect(await store.claim(outcome.id, noonMs + 5_000, noonMs + 9_000)).toMatchObject({ tries: 2 });
  });

  test('told, it is gone, and nothing brings it back', async () => {
    const { store, put } = await open();
    const outcome = outcomeOf();
    await put(outcome);
    await store.remove(outcome.id);
    await store.remove(outcome.id);
    await store.published(outcome.id);
    await store.settled(outcome.id, 'a@shop.kr', true);
    await store.later(outcome.id, noonMs);
    expect(await store.claim(outcome.id, noonMs, noonMs + 100)).toBeNull();
  });
}
