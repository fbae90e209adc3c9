import type { OwnerId } from '../../contracts/ids.ts';
import { listRowsMax } from '../../contracts/limits.ts';
import type { ShownStatus } from '../dispatches/row-status.ts';
import { readRecipient, toE164 } from '../numbers/phone-number.ts';
import { type Due, dueOf, lastToldOf, latestDueMs, type NoticeKind, untold } from '../permissions/due.ts';
import type { Permission } from '../permissions/permission.ts';
import type { PermissionStore } from '../permissions/ports.ts';
import { outcomesByDispatch } from './list-notices.ts';
import { type NoticeSender, noticeText } from './notice-text.ts';
import type { NoticeStore } from './ports.ts';
import type { RoundPorts } from './round.ts';

export interface ChooseNoticesPorts extends RoundPorts {
  readonly notices: NoticeStore;
  readonly permissions: Pick<PermissionStore, 'readMany'>;
}

/** Who is told what. */
export interface ChosenNotice {
  readonly due: Due;
  readonly text: string;
}

export const leftOutReasons = ['invalid_number', 'unreachable', 'not_due', 'sent'] as const;

/** Somebody who was named and is not told, and why; the number as E.164 or as it was given. */
export interface LeftOut {
  readonly number: string;
  /** `unreachable`: no Korean number that gets messages; `sent`: told already, and the message did not fail. */
  readonly reason: (typeof leftOutReasons)[number];
}

const pageRows = 500;
/** Numbers that cannot be reached stay due; looking past them ends somewhere. */
const pagesMost = 10;

/** The first that are due, as many as one dispatch takes. */
export async function firstDue(
  { notices }: ChooseNoticesPorts,
  owner: OwnerId,
  kind: NoticeKind,
  sender: NoticeSender,
  nowMs: number,
): Promise<readonly ChosenNotice[]> {
  const chosen = new Map<string, ChosenNotice>();
  const query = { fromMs: 0, untilMs: latestDueMs(nowMs), limit: pageRows };
  let after: string | null = null;
  for (let pages = 0; pages < pagesMost; pages++) {
    const page: Awaited<ReturnType<NoticeStore['due']>> = await notices.due(owner, kind, { ...query, after });
    for (const permission of page.items) {
      const due = dueOf(kind, permission);
      if (due === null || !isReachable(due.digits)) continue;
      chosen.set(due.digits, { due, text: noticeText(due, permission, sender) });
      if (chosen.size === listRowsMax) return [...chosen.values()];
    }
    after = page.next;
    if (after === null) break;
  }
  return [...chosen.values()];
}

/**
 * Of up to 1,000 named people, those who have to be told; again those whom a notice did not reach, because its message
 * was skipped, called off or failed.
 */
export async function namedDue(
  ports: ChooseNoticesPorts,
  owner: OwnerId,
  kind: NoticeKind,
  named: readonly string[],
  sender: NoticeSender,
  nowMs: number,
): Promise<{ readonly chosen: readonly ChosenNotice[]; readonly leftOut: readonly LeftOut[] }> {
  const numbers = new Set(named.map((given) => toE164(given) ?? given));
  const readable = [...numbers].flatMap((number) => digitsOf(number) ?? []);
  const known = await ports.permissions.readMany(owner, readable);
  const tellings = readable.flatMap((digits) => {
    const permission = known.get(digits);
    return permission ? (lastToldOf(kind, permission)?.dispatchId ?? []) : [];
  });
  const outcomes = await outcomesByDispatch(ports, kind, tellings);

  const chosen: ChosenNotice[] = [];
  const leftOut: LeftOut[] = [];
  for (const number of numbers) {
    const digits = digitsOf(number);
    const permission = digits === null ? undefined : known.get(digits);
    const due = duePermission(kind, permission, nowMs, (id) => outcomes.get(id)?.get(digits ?? '')?.status ?? null);
    if (digits === null) leftOut.push({ number, reason: 'invalid_number' });
    else if (typeof due === 'string') leftOut.push({ number, reason: due });
    else if (!isReachable(digits)) leftOut.push({ number, reason: 'unreachable' });
    else chosen.push({ due, text: noticeText(due, permission!, sender) });
  }
  return { chosen, leftOut };
}

const reachedNobody: readonly (ShownStatus | null)[] = ['skipped', 'canceled', 'failed'];

function duePermission(
  kind: NoticeKind,
  permission: Permission | undefined,
  nowMs: number,
  statusOf: (id: NonNullable<ReturnType<typeof lastToldOf>>['dispatchId']) => ShownStatus | null,
): Due | 'not_due' | 'sent' {
  if (!permission) return 'not_due';
  const isDue = (due: Due | null): due is Due => due !== null && due.dueAtMs < latestDueMs(nowMs);
  const due = dueOf(kind, permission);
  if (isDue(due)) return due;
  const told = lastToldOf(kind, permission);
  const again = dueOf(kind, untold(kind, permission));
  if (told === null || !isDue(again)) return 'not_due';
  return reachedNobody.includes(statusOf(told.dispatchId)) ? again : 'sent';
}

/** E.164 digits of what `toE164` made of a number; null if that was nothing. */
const digitsOf = (number: string): string | null => (/^\+\d+$/.test(number) ? number.slice(1) : null);

/** Whether a message can go there at all. */
function isReachable(digits: string): boolean {
  const number = readRecipient(`+${digits}`);
  return number.ok && !number.foreign;
}
