import type { MessageType } from '../carriers/carrier.ts';

/** What messages cost. A dispatch keeps the version it was quoted with; a new price is a new version, never a change. */
export interface PriceTable {
  readonly version: string;
  /** Credits for one domestic message. */
  readonly credits: Readonly<Record<MessageType, number>>;
}

/** One credit is the price of one domestic SMS, in won. */
export const krwPerCredit = 10;

export const currentPrices: PriceTable = { version: '2026-11', credits: { sms: 1, lms: 3, mms: 8 } };
