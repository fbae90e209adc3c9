import type { SkipReason } from '../../../contracts/codes.ts';
import type { MessageType } from '../../carriers/carrier.ts';
import { hasEveryPart } from '../../content/advertisement.ts';
import { type Bound, noCells, type Slot } from '../../content/bind.ts';
import type { BoundContent } from '../../content/content.ts';
import { bytesOf, cp949OnlyFlag, measureText, unsendableFlag } from '../../content/cp949.ts';
import { ValueTooLong } from '../../content/filters.ts';
import { decideType } from '../../content/message-type.ts';
import { renderRow, renderSubject } from '../../content/render.ts';
import { AdvertisementPartMissing } from '../part-missing.ts';
import { type ExcludeNumber, type IsErased, isErasedNumber, reasonOfNumber } from '../rules/about-number.ts';
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
const erased = skipped('erased');

function sent(type: MessageType, cp949Only: boolean): Verdict {
  return { type, reason: null, cp949Only };
}

function skipped(reason: SkipReason): Verdict {
  return { type: null, reason, cp949Only: false };
}

/** A weight that only rendering can tell. */
const unclear = -1;

/**
 * Says what becomes of the row under the scanner. Weighs the text without making it wherever all its characters are
 * plainly sendable; every other row is rendered by `renderRow`, which also decides what is sent later.
 */
export class RowJudge {
  readonly #content: BoundContent;
  readonly #exclude: ExcludeNumber | null;
  readonly #isErased: IsErased | null;
  readonly #text: Weigher;
  readonly #subjects: 'none' | 'varied' | 'same' | 'never';
  #subjectIsCp949Only = false;
  /** Of the row that was judged last; null where all rows have the same, or none. */
  subject: string | null = null;

  constructor(content: BoundContent, exclude: ExcludeNumber | null, isErased: IsErased | null) {
    this.#content = content;
    this.#exclude = exclude;
    this.#isErased = isErased;
    this.#text = new Weigher(content.text, content.advertisement !== null && !provesParts(content));
    this.#subjects = subjectsOf(content);
    if (this.#subjects === 'same') this.#subjectIsCp949Only = isCp949Only(renderSubject(content, noCells) ?? '');
  }

  judge(row: RowScanner): Verdict {
    if (isErasedNumber(row.number, this.#isErased)) return erased;
    const reason = reasonOfNumber(row.isKorean, row.number, this.#exclude);
    if (reason !== null) return skipped(reason);
    const bytes = this.#text.weigh(row);
    if (bytes === unclear || this.#subjects === 'never') return this.#render(row);
    if (this.#subjects === 'varied') {
      this.subject = renderSubject(this.#content, row);
      if (this.subject === null) return this.#render(row);
      this.#subjectIsCp949Only = isCp949Only(this.subject);
    }
    const type = decideType(this.#content.type, this.#subjects !== 'none', bytes);
    if (type === 'too_long') return tooLong;
    return (this.#text.cp949Only || this.#subjectIsCp949Only ? cp949Only : plain)[type];
  }

  #render(row: RowScanner): Verdict {
    const rendered = renderRow(this.#content, row.asRow());
    if (rendered.skip === 'advertisement_part_missing') throw new AdvertisementPartMissing(row.row, rendered);
    if (rendered.skip !== null) return skipped(rendered.skip);
    if (this.#subjects === 'varied') this.subject = rendered.subject;
    return (rendered.cp949Only ? cp949Only : plain)[rendered.type];
  }
}

/** Whether every text of an advertisement has its parts because of what stands in all of them. */
function provesParts({ text, advertisement }: BoundContent): boolean {
  const [first, last] = [text[0], text.at(-1)].map((part) => (typeof part === 'string' ? part : null));
  return advertisement !== null && hasEveryPart({ first: first ?? null, last: last ?? null }, advertisement);
}

const isCp949Only = (text: string): boolean => (measureText(text).flags & cp949OnlyFlag) > 0;

/** Whether subjects differ by row; `never`: the one there is cannot be sent, which rendering puts into words. */
function subjectsOf(content: BoundContent): 'none' | 'varied' | 'same' | 'never' {
  if (content.subject === null) return 'none';
  if (content.subject.some((part) => typeof part !== 'string')) return 'varied';
  return renderSubject(content, noCells) === null ? 'never' : 'same';
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
  cp949Only = false;

  /** @param rendersAll whether only a finished text can be judged */
  constructor(parts: Bound, rendersAll: boolean) {
    const literals = parts.filter((part) => typeof part === 'string').join('');
    this.#literalBytes = bytesOf(literals);
    this.#literalFlags = measureText(literals).flags;
    this.#slots = parts.filter((part) => typeof part !== 'string').map(weighedSlot);
    // A text without any fixed visible character may turn out blank.
    this.#alwaysUnclear = rendersAll || literals.trim() === '' || (this.#literalFlags & unsendableFlag) > 0;
  }

  weigh(row: RowScanner): number {
    if (this.#alwaysUnclear) return unclear;
    let bytes = this.#literalBytes;
    let flags = this.#literalFlags;
    for (const { slot, column, emptyBytes, emptyFlags } of this.#slots) {
      if (column === 0) {
        const value = render(slot, row);
        if (value === null) return unclear;
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

function weighedSlot(slot: Slot): WeighedSlot {
  if (!slot.plain) return { slot, column: 0, emptyBytes: 0, emptyFlags: 0 };
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
