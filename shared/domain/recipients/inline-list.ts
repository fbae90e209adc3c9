import { readRecipient } from '../numbers/phone-number.ts';
import { isNumberColumn } from './number-column.ts';
import type { RecipientRow, RejectedRow } from './recipient-list.ts';

/** A recipient named in a call: `to` in any usual form, values by name of variable. */
export interface InlineRecipient {
  readonly to: string;
  readonly variables: Readonly<Record<string, string>>;
}

export interface InlineList {
  /** `phoneNumber`, then every variable that any recipient names, composed (NFC), in order of first use. */
  readonly columns: readonly string[];
  /** `row` is the recipient's position in the call, from 1. */
  readonly rows: readonly RecipientRow[];
  readonly rejected: readonly RejectedRow[];
}

/** Turns recipients of a call into a list by the same rules as those of a file: the first of two equal numbers wins. */
export function inlineListOf(recipients: readonly InlineRecipient[]): InlineList {
  const given = recipients.map(({ variables }) => valuesOf(variables));
  const names = [...new Set(given.flatMap((values) => [...values.keys()]))];
  const rows: RecipientRow[] = [];
  const rejected: RejectedRow[] = [];
  const seen = new Set<string>();
  recipients.forEach(({ to }, index) => {
    const row = index + 1;
    const number = readRecipient(to);
    if (!number.ok) {
      rejected.push([row, number.code, 'to', to]);
    } else if (seen.has(number.e164)) {
      rejected.push([row, 'duplicate_number', 'to', to]);
    } else {
      seen.add(number.e164);
      rows.push([row, number.e164.slice(1), ...names.map((name) => given[index]!.get(name) ?? '')]);
    }
  });
  return { columns: ['phoneNumber', ...names], rows, rejected };
}

/** Values by composed name, as in a file's header: two recipients may write one name in two ways. */
const valuesOf = (variables: InlineRecipient['variables']): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(variables)
      .map(([name, value]) => [name.normalize('NFC'), value] as const)
      .filter(([name]) => !isNumberColumn(name)),
  );
