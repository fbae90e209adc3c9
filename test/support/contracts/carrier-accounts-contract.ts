import { describe, expect, test } from 'vitest';
import type { CarrierAccounts } from '../../../shared/domain/dispatches/ports.ts';
import { newDispatchId, newUlid, noonMs } from './samples.ts';

/** What every store of our accounts at carriers must do. `open` may answer the same store again. */
export function carrierAccountsContract(open: () => Promise<CarrierAccounts>): void {
  describe('a pause', () => {
    test('is there for the carrier that was paused, and a later one replaces it', async () => {
      const [accounts, carrier] = [await open(), `carrier-${newUlid()}`];
      expect(await accounts.pausedUntilMs(carrier)).toBe(0);
      await accounts.pause(carrier, noonMs, '-201');
      expect(await accounts.pausedUntilMs(carrier)).toBe(noonMs);
      await accounts.pause(carrier, noonMs + 60_000, '-101');
      expect(await accounts.pausedUntilMs(carrier)).toBe(noonMs + 60_000);
      expect(await accounts.pausedUntilMs(`${carrier}-2`)).toBe(0);
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

    test('that 20 batches want at once goes to one of them', async () => {
      const [accounts, mid, id] = [await open(), newUlid(), newDispatchId()];
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, batch) => accounts.take('aligo', mid, id, batch, noonMs)),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
    });
  });
}
