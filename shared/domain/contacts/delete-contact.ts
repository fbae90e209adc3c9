import type { ContactId, OwnerId } from '../../contracts/ids.ts';
import { erasedWithinDays, idempotencyHours, rowsKeptDays } from '../../contracts/limits.ts';
import type { PermissionEraser, PermissionStore } from '../permissions/ports.ts';
import type { ContactStore } from './ports.ts';

/** What of a deleted person stays, each for a reason of its own. */
export const keptThings = [
  'ledger',
  'opt_out',
  'evidence',
  'requests',
  'repeat_marks',
  'written_elsewhere',
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
  /** When nothing is left but what is kept. */
  readonly erasedByMs: number;
  readonly kept: readonly Kept[];
}

const dayMs = 86_400_000;
/** The table forgets what has expired within so many days. */
const forgottenDays = 2;
/** The table can be set back to any moment of so many days. */
const backupDays = 35;

/**
 * Deletes what is kept of a person because they are a contact, and what they allowed and refused; from that moment nothing
 * reaches them that was made before. In the same transaction it is written down that whatever else there is of them has to
 * be erased. Says what is then left, and why.
 */
export async function deleteContact(
  ports: {
    readonly contacts: Pick<ContactStore, 'readMany' | 'remove'>;
    readonly permissions: Pick<PermissionStore, 'readMany' | 'history'>;
    readonly eraser: Pick<PermissionEraser, 'forget'>;
  },
  owner: OwnerId,
  id: ContactId,
  nowMs: number,
): Promise<DeletedContact | null> {
  for (;;) {
    const before = (await ports.contacts.readMany(owner, [id])).get(id);
    if (!before) return null;
    const { digits } = before;
    const said = (await ports.permissions.readMany(owner, [digits])).get(digits) ?? null;
    const history = said && (await ports.permissions.history(owner, digits));
    if ((await ports.contacts.remove(before, said, nowMs)) === 'changed') continue;
    // Should this break, the pass that erases does it
    await ports.eraser.forget(owner, digits, nowMs, nowMs);
    const erasedByMs = nowMs + erasedWithinDays * dayMs;
    const isProven = history?.some(({ after }) => after.evidenceUploadId !== null) ?? false;
    return {
      id,
      deletedAtMs: nowMs,
      erasedByMs,
      kept: [
        { what: 'ledger', untilMs: null },
        ...(said && said.optedOutAtMs !== null ? [{ what: 'opt_out', untilMs: null } as const] : []),
        ...(isProven ? [{ what: 'evidence', untilMs: null } as const] : []),
        { what: 'requests', untilMs: nowMs + (idempotencyHours / 24 + forgottenDays) * dayMs },
        { what: 'repeat_marks', untilMs: nowMs + (rowsKeptDays + forgottenDays) * dayMs },
        { what: 'written_elsewhere', untilMs: null },
        { what: 'backups', untilMs: erasedByMs + backupDays * dayMs },
      ],
    };
  }
}
