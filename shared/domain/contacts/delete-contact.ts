import type { ContactId, OwnerId } from '../../contracts/ids.ts';
import { idempotencyHours, rowsKeptDays } from '../../contracts/limits.ts';
import type { PermissionStore } from '../permissions/ports.ts';
import { type ContactStore, deletionKnownMs } from './ports.ts';

/** What of a deleted person stays, each for a reason of its own. */
export const keptThings = [
  'permissions',
  'dispatches',
  'plans',
  'files',
  'request',
  'deletion_mark',
  'backups',
] as const;
export type KeptThing = (typeof keptThings)[number];

export interface Kept {
  readonly what: KeptThing;
  /** When the last of it is gone; null: it stays, or goes with something that has no end of its own. */
  readonly untilMs: number | null;
}

export interface DeletedContact {
  readonly id: ContactId;
  readonly deletedAtMs: number;
  readonly kept: readonly Kept[];
}

const dayMs = 86_400_000;
/** Objects go so many days after their rows are no longer shown. */
const objectDaysMax = rowsKeptDays + 10;
/** The table can be set back to any moment of so many days. */
const backupDays = 35;

/**
 * Deletes what is kept of a person because they are a contact, and says what else there may be of them: what was sent
 * is the record of what was sent, a refusal has to be known for as long as messages go out, and files are the customer's.
 */
export async function deleteContact(
  ports: {
    readonly contacts: Pick<ContactStore, 'readMany' | 'remove'>;
    readonly permissions: Pick<PermissionStore, 'readMany'>;
  },
  owner: OwnerId,
  id: ContactId,
  nowMs: number,
): Promise<DeletedContact | null> {
  for (;;) {
    const before = (await ports.contacts.readMany(owner, [id])).get(id);
    if (!before) return null;
    const said = await ports.permissions.readMany(owner, [before.digits]);
    if ((await ports.contacts.remove(before, nowMs)) === 'changed') continue;
    const rememberedUntilMs = before.createdAtMs + idempotencyHours * 3_600_000;
    const untilDay = (days: number) => nowMs + days * dayMs;
    return {
      id,
      deletedAtMs: nowMs,
      kept: [
        ...(said.size > 0 ? [{ what: 'permissions', untilMs: null } as const] : []),
        { what: 'dispatches', untilMs: untilDay(objectDaysMax) },
        { what: 'plans', untilMs: null },
        { what: 'files', untilMs: untilDay(objectDaysMax) },
        // The answer that a repeated request would get again
        ...(rememberedUntilMs > nowMs ? [{ what: 'request', untilMs: rememberedUntilMs } as const] : []),
        { what: 'deletion_mark', untilMs: nowMs + deletionKnownMs },
        { what: 'backups', untilMs: untilDay(backupDays) },
      ],
    };
  }
}
