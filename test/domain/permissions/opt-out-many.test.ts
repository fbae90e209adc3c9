import { describe, expect, test } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import { exportOptOuts } from '../../../shared/domain/permissions/export-opt-outs.ts';
import { optOutMany } from '../../../shared/domain/permissions/opt-out-many.ts';
import { createFakePermissions } from '../../support/fakes/permissions.ts';

const owner: OwnerId = 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const numbers = (count: number) => Array.from({ length: count }, (_, i) => `+82102${String(i).padStart(7, '0')}`);
const out = { optedOut: true, source: 'api' } as const;

describe('opting many out', () => {
  test('changes a few at a time, all of them, with one look at what is known', async () => {
    const permissions = createFakePermissions();
    let [inFlight, most] = [0, 0];
    const slow: Pick<typeof permissions, 'readMany' | 'change'> = {
      readMany: permissions.readMany,
      async change(...asked) {
        most = Math.max(most, ++inFlight);
        await new Promise(setImmediate);
        inFlight--;
        return permissions.change(...asked);
      },
    };
    const results = await optOutMany({ permissions: slow }, owner, numbers(1_000), out, 5);
    expect(results.every(({ result }) => result === 'changed')).toBe(true);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(25);
    expect(permissions.reads).toBe(1);
    const page = await permissions.listOptOuts(owner, { fromMs: 0, untilMs: 6, after: null, limit: 2_000 });
    expect(page.items).toHaveLength(1_000);
  });

  test('asks nothing of the store where there is no number at all', async () => {
    const permissions = createFakePermissions();
    expect(await optOutMany({ permissions }, owner, ['x', ''], out, 5)).toEqual([
      { to: 'x', result: 'invalid_number' },
      { to: '', result: 'invalid_number' },
    ]);
    expect(permissions.reads).toBe(0);
  });

  test('goes on past one that breaks, then tells so', async () => {
    const permissions = createFakePermissions();
    const all = numbers(60);
    const flaky: Pick<typeof permissions, 'readMany' | 'change'> = {
      readMany: permissions.readMany,
      async change(of, digits, change, atMs) {
        if (`+${digits}` === all[3]) throw new Error('broken');
        return permissions.change(of, digits, change, atMs);
      },
    };
    await expect(optOutMany({ permissions: flaky }, owner, all, out, 5)).rejects.toThrow('broken');
    const again = await optOutMany({ permissions }, owner, all, out, 6);
    expect(again.flatMap(({ to, result }) => (result === 'changed' ? [to] : []))).toEqual([all[3]]);
  });
});

describe('the export', () => {
  test.each([1, 499, 500, 501, 1_200])(
    'of %i a file has everybody once, newest first, whatever the pages',
    async (limit) => {
      const permissions = createFakePermissions();
      const all = numbers(1_200);
      for (const [i, number] of all.entries()) await permissions.change(owner, number.slice(1), out, i);
      const wanted = limit === 1 ? 3 : all.length;
      const found: string[] = [];
      for (let after: string | null = null; found.length < wanted; ) {
        const { csv, next } = await exportOptOuts({ permissions }, owner, { fromMs: 0, untilMs: 9_999, after, limit });
        const [header, ...rows] = csv.split('\r\n').slice(0, -1);
        expect(header).toBe('\uFEFFphoneNumber,optedOutAt,source');
        expect(rows.length).toBeLessThanOrEqual(limit);
        found.push(...rows.map((row) => row.split(',')[0]!.slice(1)));
        expect(next === null).toBe(found.length === all.length);
        after = next;
      }
      expect(found).toEqual(all.toReversed().slice(0, wanted));
    },
  );
});
