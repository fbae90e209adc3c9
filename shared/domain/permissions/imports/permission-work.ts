import { columnsMissing, type RowWork } from '../../imports/row-work.ts';
import type { PermissionChange } from '../permission.ts';
import { applyPermissions } from './apply-rows.ts';
import { missingColumns, rowJudge } from './judge-row.ts';

/** What imports of consents and of opt-outs do with their rows. */
const work: RowWork<PermissionChange> = {
  columnProblem: ({ kind }, columns) => columnsMissing(missingColumns(kind, columns)),
  judge: rowJudge,
  apply: ({ permissions }, { owner }, rows, atMs) => applyPermissions(permissions, owner, rows, atMs),
};

export const consentWork = work;
export const optOutWork = work;
