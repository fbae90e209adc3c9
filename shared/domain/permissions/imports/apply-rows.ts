import type { OwnerId } from '../../../contracts/ids.ts';
import { changeAll, type ImportedRow } from '../../imports/row-work.ts';
import { type PermissionChange, permissionAfter } from '../permission.ts';
import type { PermissionStore } from '../ports.ts';

/** Makes the rows of a block permissions. */
export async function applyPermissions(
  permissions: Pick<PermissionStore, 'readMany' | 'change'>,
  owner: OwnerId,
  rows: readonly ImportedRow<PermissionChange>[],
  atMs: number,
): Promise<{ readonly changed: number; readonly unchanged: number }> {
  if (rows.length === 0) return { changed: 0, unchanged: 0 };
  const known = await permissions.readMany(
    owner,
    rows.map(({ digits }) => digits),
  );
  let changed = 0;
  const different = rows.filter(({ digits, change }) => {
    const before = known.get(digits) ?? null;
    if (before !== null && before.importId === change.importId) {
      changed++;
      return false;
    }
    return permissionAfter(before, digits, change, atMs).version !== (before?.version ?? 0);
  });
  await changeAll(different, async ({ digits, change }) => {
    const after = await permissions.change(owner, digits, change, atMs);
    if (after.importId === change.importId) changed++;
  });
  return { changed, unchanged: rows.length - changed };
}
