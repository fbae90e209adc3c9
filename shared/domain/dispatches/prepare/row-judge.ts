import type { SkipReason } from '../../../contracts/codes.ts';
import type { MessageType } from '../../carriers/carrier.ts';
import type { Bound, Slot } from '../../content/bind.ts';
import type { BoundContent } from '../../content/content.ts';
import { bytesOf, cp949OnlyFlag, measureText, unsendableFlag } from '../../content/cp949.ts';
import { ValueTooLong } from '../../content/filters.ts';
import { decideType, subjectBytesMax } from '../../content/message-type.ts';
import { renderRow } from '../../content/render.ts';
import { escapedFlag, type RowScanner } from './row-scanner.ts';

/** What becomes of a row: the type it is sent as, or why it is not. */
export interface Verdict {
  readonly type: MessageType | null;
  readonly reason: SkipReason | null;
  readonly cp949Only: boolean;
}

const plain = { sms: sent('sms', false), lms: sent('lms', false), mms: sent('mms', false) };
const cp949Only = { sms: sent('sms', true), lms: sent('lms', true), mms: sent('mms', true) };
const tooLong = skipped('too_long');
const foreign = skipped('foreign_number');

function sent(type: MessageType, cp949Only: boolean): Verdict {
  return { type, reason: null, cp949Only };
}

function skipped(reason: SkipReason): Verdict {
  return { type: null, reason, cp949Only: false };
}

/** A rule about the number alone, asked before the text is looked at. */
export type ExcludeNumber = (digits: string) => SkipReason | null;

/** A weight that only rendering can tell. */
const unclear = -1;

/**
 * Says what becomes of the row under the scanner. Weighs the text without making it wherever all its characters are
 * plainly sendable; every other row is rendered by `renderRow`, which also decides what is sent later.
 */
export class RowJudge {
  readonly #content: BoundContent;
  readonly #exclude: ExcludeNumber | null;
  readonly #text: Weigher;
  readonly #subject: Weigher | null;

  constructor(content: BoundContent, exclude: ExcludeNumber | null) {
    this.#content = content;
    this.#exclude = exclude;
    this.#text = new Weigher(content.text, false);
    this.#subject = content.subject && new Weigher(content.subject, true);
  }

  judge(row: RowScanner): Verdict {
    if (!row.isKorean) return foreign;
    const reason = this.#exclude?.(row.digits);
    if (reason) return skipped(reason);
    const bytes = this.#text.weigh(row);
    const subjectBytes = this.#subject ? this.#subject.weigh(row) : 0;
    if (bytes === unclear || subjectBytes === unclear) return this.#render(row);
    if (subjectBytes > subjectBytesMax) return tooLong;
    const type = decideType(this.#content.type, this.#subject !== null, bytes);
    if (type === 'too_long') return tooLong;
    return (this.#text.cp949Only ? cp949Only : plain)[type];
  }

  #render(row: RowScanner): Verdict {
    const rendered = renderRow(this.#content, row.asRow());
    if (rendered.skip !== null) return skipped(rendered.skip);
    return (rendered.cp949Only ? cp949Only : plain)[rendered.type];
  }
}

interface WeighedSlot {
  readonly slot: Slot;
  /** Of a plain slot: its column, and what an empty cell weighs (`unclear` if it is missing). */
  readonly column: number;
  readonly emptyBytes: number;
  readonly emptyFlags: number;
}

/** Adds up what the parts of one text weigh for a row. */
class Weigher {
  readonly #literalBytes: number;
  readonly #literalFlags: number;
  readonly #slots: readonly WeighedSlot[];
  readonly #alwaysUnclear: boolean;
  readonly #oneLine: boolean;
  cp949Only = false;

  /** `oneLine`: a line end makes the row unclear. Cells need no look for it: in JSON it is an escape. */
  constructor(parts: Bound, oneLine: boolean) {
    this.#oneLine = oneLine;
    const literals = parts.filter((part) => typeof part === 'string').join('');
    this.#literalBytes = bytesOf(literals);
    this.#literalFlags = measureText(literals).flags;
    this.#slots = parts.filter((part) => typeof part !== 'string').map((slot) => weighedSlot(slot, oneLine));
    // A text without any fixed visible character may turn out blank.
    this.#alwaysUnclear = literals.trim() === '' || (this.#literalFlags & unsendableFlag) > 0;
  }

  weigh(row: RowScanner): number {
    if (this.#alwaysUnclear) return unclear;
    let bytes = this.#literalBytes;
    let flags = this.#literalFlags;
    for (const { slot, column, emptyBytes, emptyFlags } of this.#slots) {
      if (column === 0) {
        const value = render(slot, row);
        if (value === null || (this.#oneLine && value.includes('\n'))) return unclear;
        const measured = measureText(value);
        bytes += measured.bytes;
        flags |= measured.flags;
      } else if (row.isEmpty(column)) {
        if (emptyBytes === unclear) return unclear;
        bytes += emptyBytes;
        flags |= emptyFlags;
      } else {
        bytes += row.bytes[column]!;
        flags |= row.flags[column]!;
      }
    }
    if (flags & (unsendableFlag | escapedFlag)) return unclear;
    this.cp949Only = (flags & cp949OnlyFlag) > 0;
    return bytes;
  }
}

function weighedSlot(slot: Slot, oneLine: boolean): WeighedSlot {
  if (!slot.plain || (oneLine && slot.plain.empty?.includes('\n')))
    return { slot, column: 0, emptyBytes: 0, emptyFlags: 0 };
  const { column, empty } = slot.plain;
  const { bytes, flags } = measureText(empty ?? '');
  return { slot, column, emptyBytes: empty === null ? unclear : bytes, emptyFlags: flags };
}

function render(slot: Slot, row: RowScanner): string | null {
  try {
    return slot.render(row);
  } catch (error) {
    if (error instanceof ValueTooLong) return null;
    throw error;
  }
}
