import type { MissingPart } from '../content/advertisement.ts';
import { bindContent } from '../content/content.ts';
import { renderRow } from '../content/render.ts';
import { type InlineRecipient, inlineListOf } from '../recipients/inline-list.ts';
import type { RecipientRow } from '../recipients/recipient-list.ts';
import type { JudgedMessage } from './dispatch.ts';
import { compiledContentOf } from './renderer.ts';

/** The text of one recipient lacks what an advertisement must say. `row` as a spreadsheet or a list counts, from 1. */
export interface PartMissing extends MissingPart {
  readonly kind: 'advertisement_part_missing';
  readonly row: number;
}

export const partMissing = ([row]: RecipientRow, { part, position }: MissingPart): PartMissing => ({
  kind: 'advertisement_part_missing',
  ...{ row, part, position },
});

/** Thrown where a list is being prepared: an advertisement without it is sent to nobody. */
export class AdvertisementPartMissing extends Error {
  override readonly name = 'AdvertisementPartMissing';
  readonly missing: PartMissing;
  constructor(row: number, { part, position }: MissingPart) {
    super(`The text of row ${row} lacks ${part}`);
    this.missing = { kind: 'advertisement_part_missing', row, part, position };
  }
}

/** The first recipient of a call whose text lacks a part; null: there is none. */
export function partRefusal(
  message: JudgedMessage,
  recipients: readonly InlineRecipient[],
  nowMs: number,
): PartMissing | null {
  if (message.advertisement === null) return null;
  const { columns, rows } = inlineListOf(recipients);
  const content = bindContent(compiledContentOf(message), columns, nowMs);
  for (const row of rows) {
    const rendered = renderRow(content, row);
    if (rendered.skip === 'advertisement_part_missing') return partMissing(row, rendered);
  }
  return null;
}
