import type { OwnerId } from '../../contracts/ids.ts';
import { csvCell } from '../uploads/error-report.ts';
import type { OptOut, OptOutQuery, PermissionStore } from './ports.ts';

const byteOrderMark = '\uFEFF'; // without it Excel reads a file as EUC-KR
const readRows = 500;

/**
 * Opt-outs as a csv, with the number first, so that the file can be read in again. `next` is where the following file
 * goes on, null at the end.
 */
export async function exportOptOuts(
  { permissions }: { readonly permissions: Pick<PermissionStore, 'listOptOuts'> },
  owner: OwnerId,
  query: OptOutQuery,
): Promise<{ readonly csv: string; readonly next: string | null }> {
  const lines = [`${byteOrderMark}phoneNumber,optedOutAt,source\r\n`];
  let next = query.after;
  for (let left = query.limit; left > 0; ) {
    const page = await permissions.listOptOuts(owner, { ...query, after: next, limit: Math.min(left, readRows) });
    lines.push(...page.items.map(lineOf));
    next = page.next;
    if (next === null) break;
    left -= page.items.length;
  }
  return { csv: lines.join(''), next };
}

const lineOf = ({ digits, optedOutAtMs, source }: OptOut): string =>
  `${[`+${digits}`, new Date(optedOutAtMs).toISOString(), source].map(csvCell).join(',')}\r\n`;
