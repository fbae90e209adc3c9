import { describe, expect, it } from 'vitest';
import type { Permission, PermissionEntry } from '../../../shared/domain/permissions/permission.ts';
import { type Changes, standingThen } from '../../../shared/domain/permissions/standing-then.ts';

const second = 1_000;
const read = { fromMs: 1_000 * second, untilMs: 1_010 * second };

/** Changes at these times (seconds), each to an opt-out (`true`) or back; the newest first, as they are read. */
const changes = (...of: readonly (readonly [atSeconds: number, isOut: boolean])[]): Changes => ({
  complete: true,
  entries: of
    .map(
      ([atSeconds, isOut], i): PermissionEntry => ({
        ...{ id: String(i + 1), atMs: atSeconds * second, source: 'api' },
        after: { version: i + 1, optedOutAtMs: isOut ? atSeconds * second : null } as Permission,
      }),
    )
    .toReversed(),
});
const isOut = (standing: Permission | null) => standing !== null && standing.optedOutAtMs !== null;
const isIn = (standing: Permission | null) => !isOut(standing);
const found = (of: Changes, agrees = isOut) => {
  const one = standingThen(of, read, agrees);
  return typeof one === 'object' ? (one?.after.version ?? null) : one;
};

describe('what a decision relied on', () => {
  it.each<[string, Changes, typeof isOut, number | string | null]>([
    ['is what had been said last', changes([1, true], [2, false], [3, true]), isOut, 3],
    ['is that nothing had been said', changes(), isIn, 'nothing'],
    ['is nothing that was said later', changes([1_100, false]), isIn, 'nothing'],
    ['may have been said the very moment', changes([1, false], [1_000, true]), isOut, 2],
    ['may have been said while it was read', changes([1, false], [1_005, true]), isOut, 2],
    ['is what stood before, if both would do', changes([1, true], [1_005, true]), isOut, 1],
    ['was not known yet, if that was written late', changes([1, true], [990, false]), isOut, 1],
    ['was nothing, if the first was written late', changes([990, true]), isIn, 'nothing'],
    ['is nothing of long before', changes([1, true], [900, false]), isOut, null],
    ['is nothing of long after', changes([1, false], [1_200, true]), isOut, null],
    ['is not there, if nobody ever said it', changes([1, false]), isOut, null],
  ])('%s', (_, of, agrees, expected) => {
    expect(found(of, agrees)).toBe(expected);
  });

  it('is unknown where more was said than is read', () => {
    expect(found({ ...changes([990, false], [995, false]), complete: false })).toBe('unknown');
    expect(found({ entries: [], complete: false }, isIn)).toBe('unknown');
    expect(found({ ...changes([1, true]), complete: false })).toBe(1);
    expect(found({ ...changes([1, false], [2, false]), complete: false })).toBeNull();
  });
});
