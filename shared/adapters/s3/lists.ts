import { prefixes } from '../../contracts/environment.ts';
import { listLines } from '../../domain/dispatches/prepare/lines.ts';
import { type InlineRecipient, inlineListOf } from '../../domain/recipients/inline-list.ts';
import type { RecipientList } from '../../domain/recipients/recipient-list.ts';
import type { Objects } from './objects.ts';

/** Recipient lists as objects: those of uploads are read, those of a call are written too. */
export const createLists = (objects: Pick<Objects, 'stream' | 'put'>) => ({
  openRows: (list: RecipientList) => objects.stream(list.rowsKey),
  openRejected: (list: RecipientList) => objects.stream(list.rejectedKey),

  /** Keeps the recipients of a call for the worker that prepares their dispatch, at a place of their own. */
  async write(place: string, recipients: readonly InlineRecipient[]): Promise<RecipientList> {
    const { columns, rows, rejected } = inlineListOf(recipients);
    const prefix = `${prefixes.lists}${place}/`;
    const [rowsKey, rejectedKey] = [`${prefix}rows.ndjson`, `${prefix}rejected.ndjson`];
    const rejectedLines = rejected.map((row) => `${JSON.stringify(row)}\n`).join('');
    await Promise.all([
      objects.put(rowsKey, listLines(columns, rows)),
      objects.put(rejectedKey, Buffer.from(rejectedLines)),
    ]);
    return { rowsKey, rejectedKey, columns, rows: rows.length, rejected: rejected.length };
  },
});
