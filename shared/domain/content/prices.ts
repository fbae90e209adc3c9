import type { MessageType } from '../carriers/carrier.ts';

/** Credits for one domestic message of each type. One credit is worth one SMS. */
export type PricesCredits = Readonly<Record<MessageType, number>>;

/** A price list as it was at one time. Dispatches keep the version they were quoted with. */
export interface PriceTable {
  readonly version: string;
  readonly credits: PricesCredits;
}

/** Every list that was ever in force, oldest first. A change is a new entry: entries are never edited. */
const tables: readonly [PriceTable, ...PriceTable[]] = [{ version: '2026-11', credits: { sms: 1, lms: 3, mms: 8 } }];

export const krwPerCredit = 10;

/** The list in force. */
export const currentPrices: PriceTable = tables.at(-1) ?? tables[0];

/** The list of that version; throws on a version that never was. */
export function pricesOfVersion(version: string): PriceTable {
  const table = tables.find((one) => one.version === version);
  if (!table) throw new Error(`There never was a price table ${version}`);
  return table;
}
