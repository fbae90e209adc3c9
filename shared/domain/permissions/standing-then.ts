import type { OwnerId } from '../../contracts/ids.ts';
import type { Permission, PermissionEntry } from './permission.ts';
import type { PermissionStore } from './ports.ts';

/**
 * Between which times permissions were read: whatever was answered before `fromMs` was seen, and what came until `untilMs`
 * may have been.
 */
export interface ReadBetween {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The latest changes of one number by some time, the newest first. */
export interface Changes {
  readonly entries: readonly PermissionEntry[];
  /** Whether they go back to the first one. */
  readonly complete: boolean;
}

/** So late may a change be written that carries the time of its request, and so far may clocks be apart. */
const writtenWithinMs = 60_000;

/**
 * The change on which a decision of then relied: how things stood when it was read, and by that it would be decided the
 * same again (`agrees`). `nothing`: nobody had said anything yet. Null: none that was in force then would have led to it;
 * `unknown`: it may have been one that is not among these. What was changed while it was read comes after what stood
 * before, since the latter was read for certain unless it was written late.
 */
export function standingThen(
  { entries, complete }: Changes,
  { fromMs, untilMs }: ReadBetween,
  agrees: (standing: Permission | null) => boolean,
): PermissionEntry | 'nothing' | 'unknown' | null {
  const stood = entries.findIndex(({ atMs }) => atMs <= fromMs);
  const before = stood < 0 ? entries.length : stood;
  const isKnown = (index: number) => index < entries.length || complete;
  const agreesWith = (index: number) => isKnown(index) && agrees(entries[index]?.after ?? null);
  if (agreesWith(before)) return entries[before] ?? 'nothing';
  for (let index = before - 1; index >= 0 && entries[index]!.atMs <= untilMs + writtenWithinMs; index--) {
    if (agreesWith(index)) return entries[index]!;
  }
  for (let index = before + 1; index <= entries.length; index++) {
    // What came after it had been in force for long when it was read
    if (entries[index - 1]!.atMs < fromMs - writtenWithinMs) return null;
    if (agreesWith(index)) return entries[index] ?? 'nothing';
  }
  return complete ? null : 'unknown';
}

/** Whoever changes their mind more often than that within a minute is not told which of it was read. */
const changesMax = 50;

/** The same, of a number's own history. */
export async function saidThen(
  { permissions }: { readonly permissions: Pick<PermissionStore, 'changesUntil'> },
  owner: OwnerId,
  digits: string,
  between: ReadBetween,
  agrees: (standing: Permission | null) => boolean,
): Promise<ReturnType<typeof standingThen>> {
  const untilMs = between.untilMs + writtenWithinMs;
  return standingThen(await permissions.changesUntil(owner, digits, untilMs, changesMax), between, agrees);
}
