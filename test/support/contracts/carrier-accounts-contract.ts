import { describe, expect, test } from 'vitest';
import type { CarrierAccount, Permit } from '../../../shared/domain/carriers/carrier-account.ts';
import type { CarrierAccounts } from '../../../shared/domain/dispatches/ports.ts';
import { newDispatchId, newUlid, noonMs } from './samples.ts';

/** What every store of our accounts at carriers must do. `open` may answer the same store again. */
export function carrierAccountsContract(open: () => Promise<CarrierAccounts>): void {
  const newCarrier = () => `carrier-${newUlid()}`;
  const permitOf = (over: Partial<Permit> = {}): Permit => ({
    id: newUlid(),
    holder: 'bulk:ten_1.test',
    messages: 7,
    untilMs: noonMs + 46_100,
    ...over,
  });
  const inUse = ({ permits }: CarrierAccount, nowMs: number) =>
    permits.filter(({ untilMs }) => untilMs > nowMs).reduce((sum, { messages }) => sum + messages, 0);
  async function admitted(accounts: CarrierAccounts, carrier: string, permit: Permit, nowMs = noonMs) {
    expect(await accounts.admit(carrier, await accounts.read(carrier), permit, nowMs)).toBe('admitted');
    return accounts.read(carrier);
  }

  describe('a pause', () => {
    test('is there for the carrier that was paused, and only a later one replaces it', async () => {
      const [accounts, carrier] = [await open(), newCarrier()];
      const pausedUntilMs = async (of = carrier) => (await accounts.read(of)).pausedUntilMs;
      expect(await pausedUntilMs()).toBe(0);
      await accounts.pause(carrier, noonMs, '-201');
      expect(await pausedUntilMs()).toBe(noonMs);
      await accounts.pause(carrier, noonMs + 60_000, '-101');
      expect(await pausedUntilMs()).toBe(noonMs + 60_000);
      await accounts.pause(carrier, noonMs + 59_999, '429');
      expect(await pausedUntilMs()).toBe(noonMs + 60_000);
      expect(await pausedUntilMs(`${carrier}-2`)).toBe(0);
    });

    test('leaves the permits as they are, and voids what was decided before it', async () => {
      const [accounts, carrier] = [await open(), newCarrier()];
      const permit = permitOf();
      const seen = await admitted(accounts, carrier, permit);
      await accounts.pause(carrier, noonMs + 60_000, '429');
      expect(await accounts.admit(carrier, seen, permitOf(), noonMs)).toMatchObject({
        refused: { pausedUntilMs: noonMs + 60_000, permits: [permit] },
      });
    });
  });

  describe('a permit', () => {
    test('counts from when it was given, in the account that it was given for', async () => {
      const [accounts, carrier] = [await open(), newCarrier()];
      const [first, second] = [permitOf(), permitOf({ holder: 'auth:ten_2', messages: 1 })];
      expect((await admitted(accounts, carrier, first)).permits).toEqual([first]);
      await admitted(accounts, carrier, second);
      const { permits, version } = await accounts.read(carrier);
      expect(permits).toHaveLength(2);
      expect(permits).toEqual(expect.arrayContaining([first, second]));
      expect(version).toBe(2);
      expect((await accounts.read(`${carrier}-2`)).permits).toEqual([]);
    });

    test('is refused to whoever decided on an account that has changed, with the account as it is', async () => {
      const [accounts, carrier] = [await open(), newCarrier()];
      const empty = await accounts.read(carrier);
      const winner = permitOf();
      await admitted(accounts, carrier, winner);
      expect(await accounts.admit(carrier, empty, permitOf(), noonMs)).toEqual({
        refused: { version: 1, pausedUntilMs: 0, permits: [winner] },
      });
    });

    test('that 20 ask for at once goes to one of them', async () => {
      const [accounts, carrier] = [await open(), newCarrier()];
      const seen = await accounts.read(carrier);
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => accounts.admit(carrier, seen, permitOf(), noonMs)),
      );
      expect(outcomes.filter((outcome) => outcome === 'admitted')).toHaveLength(1);
      expect((await accounts.read(carrier)).permits).toHaveLength(1);
    });

    test('given back does not count any more, whoever was admitted meanwhile', async () => {
      const [accounts, carrier] = [await open(), newCarrier()];
      const [mine, other] = [permitOf(), permitOf()];
      await admitted(accounts, carrier, mine);
      await admitted(accounts, carrier, other);
      await accounts.release(carrier, mine, null);
      expect((await accounts.read(carrier)).permits).toEqual([other]);
      await accounts.release(carrier, mine, null);
      await accounts.release(carrier, mine, noonMs + 5_000);
      expect((await accounts.read(carrier)).permits).toEqual([other]);
    });

    test('that was answered counts until its end, not a moment less, and hardly longer', async () => {
      const [accounts, carrier] = [await open(), newCarrier()];
      const permits = Array.from({ length: 30 }, (_, i) => permitOf({ messages: i + 1 }));
      for (const permit of permits) await admitted(accounts, carrier, permit);
      await Promise.all(permits.map((permit, i) => accounts.release(carrier, permit, noonMs + 1_101 + i)));
      const account = await accounts.read(carrier);
      for (const [i] of permits.entries()) {
        const stillDue = permits.slice(i).reduce((sum, { messages }) => sum + messages, 0);
        expect(inUse(account, noonMs + 1_100 + i)).toBeGreaterThanOrEqual(stillDue);
      }
      expect(inUse(account, noonMs + 1_130 + 100)).toBe(0);
    });

    test('that was answered does not stand in the way of decisions: it only makes room', async () => {
      const [accounts, carrier] = [await open(), newCarrier()];
      const mine = permitOf();
      const seen = await admitted(accounts, carrier, mine);
      await accounts.release(carrier, mine, noonMs + 1_100);
      expect(await accounts.admit(carrier, seen, permitOf(), noonMs)).toBe('admitted');
      expect(inUse(await accounts.read(carrier), noonMs + 2_000)).toBe(7);
    });

    test('is forgotten by whoever comes after its end, a hundred of them at a time', async () => {
      const [accounts, carrier] = [await open(), newCarrier()];
      for (let i = 0; i < 120; i++) await admitted(accounts, carrier, permitOf({ untilMs: noonMs + 1 }));
      const [late, later] = [permitOf({ untilMs: noonMs + 50_000 }), permitOf({ untilMs: noonMs + 50_000 })];
      await admitted(accounts, carrier, late, noonMs + 1);
      await admitted(accounts, carrier, later, noonMs + 1);
      const { permits } = await accounts.read(carrier);
      expect(permits).toHaveLength(2);
      expect(permits).toEqual(expect.arrayContaining([late, later]));
    });
  });

  describe('an accepted call', () => {
    test('belongs to the batch that takes it first, as often as it asks', async () => {
      const [accounts, mid, id] = [await open(), newUlid(), newDispatchId()];
      const take = (dispatchId: typeof id, batch: number, carrierId = mid, carrier = 'aligo') =>
        accounts.take(carrier, carrierId, dispatchId, batch, noonMs);
      expect(await take(id, 0)).toBe(true);
      expect(await take(id, 0)).toBe(true);
      expect(await take(id, 1)).toBe(false);
      expect(await take(newDispatchId(), 0)).toBe(false);
      expect(await take(id, 0)).toBe(true);
      // another call, and a call of the same number at another carrier
      expect(await take(id, 1, newUlid())).toBe(true);
      expect(await take(id, 1, mid, 'solapi')).toBe(true);
    });

    test('tells who has taken it, and takes nothing by that', async () => {
      const [accounts, mid, id] = [await open(), newUlid(), newDispatchId()];
      expect(await accounts.hasTaken('aligo', mid, id, 0)).toBe(false);
      expect(await accounts.take('aligo', mid, id, 1, noonMs)).toBe(true);
      const asked = [
        [mid, id, 1],
        [mid, id, 0],
        [mid, newDispatchId(), 1],
        [newUlid(), id, 1],
      ] as const;
      const answers = await Promise.all(asked.map(([call, by, batch]) => accounts.hasTaken('aligo', call, by, batch)));
      expect(answers).toEqual([true, false, false, false]);
    });

    test('that 20 batches want at once goes to one of them', async () => {
      const [accounts, mid, id] = [await open(), newUlid(), newDispatchId()];
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, batch) => accounts.take('aligo', mid, id, batch, noonMs)),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
    });
  });
}
