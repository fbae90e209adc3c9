import { type Cells, RowCells, type Slot } from '../content/bind.ts';
import { substituteCharacters } from '../content/characters.ts';
import type { BoundContent } from '../content/content.ts';
import { bytesOf, normaliseText } from '../content/cp949.ts';
import { ValueTooLong } from '../content/filters.ts';
import { decideType, smsBytesMax } from '../content/message-type.ts';
import type { RecipientRow } from '../recipients/recipient-list.ts';

/** A text that would be an SMS but for the values of its variables. Bytes are CP949. */
export interface SmsCrossing {
  /** How many bytes there are too many. */
  readonly overBytes: number;
  /** The text without its variables. */
  readonly literalBytes: number;
  /** What each variable adds, the heaviest first. */
  readonly variables: readonly { readonly name: string; readonly bytes: number }[];
}

/** Null: the text is within an SMS, was never meant to be one, or is too long for one whatever its variables say. */
export function crossing(content: BoundContent, row: RecipientRow, bytes: number): SmsCrossing | null {
  const meantAsSms = decideType(content.type, content.subject !== null, 0) === 'sms';
  if (!meantAsSms || bytes <= smsBytesMax) return null;
  const weights = new Map<string, number>();
  const cells = new RowCells(row);
  for (const slot of content.text.filter(isSlot)) {
    const value = substituteCharacters(normaliseText(shownBy(slot, cells) ?? ''), content.characters);
    weights.set(slot.variable, (weights.get(slot.variable) ?? 0) + bytesOf(value));
  }
  const variables = [...weights].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes);
  const literalBytes = bytesOf(content.text.filter((part) => typeof part === 'string').join(''));
  return literalBytes > smsBytesMax ? null : { overBytes: bytes - smsBytesMax, literalBytes, variables };
}

/** Variables of text and subject that keep this row from being sent, in order of use. */
export function missingVariables({ text, subject }: BoundContent, row: RecipientRow): readonly string[] {
  const cells = new RowCells(row);
  const missing = [...(subject ?? []), ...text].filter(isSlot).filter((slot) => shownBy(slot, cells) === null);
  return [...new Set(missing.map(({ variable }) => variable))];
}

const isSlot = (part: string | Slot): part is Slot => typeof part !== 'string';

/** Undefined: it is longer than any text. */
function shownBy(slot: Slot, cells: Cells): string | null | undefined {
  try {
    return slot.render(cells);
  } catch (error) {
    if (error instanceof ValueTooLong) return undefined;
    throw error;
  }
}
