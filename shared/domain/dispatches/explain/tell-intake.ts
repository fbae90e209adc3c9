import type { Recipient } from './recipient.ts';
import type { RuleRecord } from './ruling.ts';
import { alwaysAsked, type Teller } from './teller.ts';

/** What was asked when the list was taken: of a file by its validation, of a call by the call. */

const uploadOf = ({ dispatch: { source } }: Recipient) => ('uploadId' in source ? source.uploadId : null);

const ofFiles = (recipient: Recipient): string | null =>
  uploadOf(recipient) === null ? 'Recipients that are given in a call have no columns' : null;

/** The column at fault, of a row that was refused. */
const columnOf = ({ placed }: Recipient): string | null => (placed.kind === 'x' ? (placed.row[3] ?? null) : null);

const rowRecord = (recipient: Recipient, isAtFault: boolean): RuleRecord => {
  const { left, placed, firstRow } = recipient;
  return {
    kind: 'row',
    row: placed.view.row,
    uploadId: uploadOf(recipient),
    column: isAtFault ? columnOf(recipient) : null,
    firstRow: left?.reason === 'duplicate_number' ? firstRow : null,
  };
};
const record = (recipient: Recipient, reasons: readonly string[]) =>
  rowRecord(recipient, reasons.includes(recipient.left?.reason ?? ''));

export const cells: Teller = {
  notAsked: ofFiles,
  passed: () => 'The row has no more cells than the header',
  left: () => 'The row has more cells than the header',
  record: (recipient) => record(recipient, ['too_many_cells']),
};

export const number: Teller = {
  notAsked: alwaysAsked,
  passed: () => 'It is a phone number that can receive messages',
  left: (_, reason) =>
    reason === 'missing_number' ? 'There is no phone number' : 'This is no phone number that can receive messages',
  record: (recipient) => record(recipient, ['missing_number', 'invalid_number']),
};

export const requiredValues: Teller = {
  notAsked: ofFiles,
  passed: () => 'No required column is empty',
  left: (recipient) => `The required column ${columnOf(recipient) ?? ''} is empty`,
  record: (recipient) => record(recipient, ['missing_value']),
};

export const unique: Teller = {
  notAsked: alwaysAsked,
  passed: () => 'No row before it has this number',
  left: ({ firstRow }) => (firstRow === null ? 'A row before it has this number' : `Row ${firstRow} has this number`),
  record: (recipient) => record(recipient, ['duplicate_number']),
};
