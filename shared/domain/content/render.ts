import type { SkipReason } from '../../contracts/codes.ts';
import type { MessageType } from '../carriers/carrier.ts';
import type { RecipientRow } from '../recipients/recipient-list.ts';
import { type MissingPart, missingPart } from './advertisement.ts';
import { type Bound, type Cells, RowCells } from './bind.ts';
import { substituteCharacters } from './characters.ts';
import type { BoundContent } from './content.ts';
import {
  bytesOf,
  cp949OnlyFlag,
  measureText,
  normaliseText,
  type UnsendableCharacter,
  unsendableCharacters,
  unsendableFlag,
} from './cp949.ts';
import { ValueTooLong } from './filters.ts';
import { bytesMaxOf, decideType, subjectBytesMax } from './message-type.ts';

/** One recipient's finished message. */
export interface RenderedMessage {
  readonly skip: null;
  readonly text: string;
  readonly subject: string | null;
  readonly type: MessageType;
  /** Of the text, in CP949. */
  readonly bytes: number;
  /** Whether text or subject has syllables that only CP949 holds: carriers may not show them. */
  readonly cp949Only: boolean;
}

/** `position` counts UTF-16 units of the finished text or subject, as it would be. */
export interface UnsendableInMessage extends UnsendableCharacter {
  readonly in: 'text' | 'subject';
}

/** Why this recipient gets no message, with what the explanation needs. */
export type SkippedMessage =
  /** No reason to leave this one out: an advertisement without it is sent to nobody. */
  | ({ readonly skip: 'advertisement_part_missing' } & MissingPart)
  | { readonly skip: Extract<SkipReason, 'missing_variable'>; readonly variable: string }
  | { readonly skip: Extract<SkipReason, 'unsendable_character'>; readonly characters: readonly UnsendableInMessage[] }
  /** `bytes` are the text's; `subjectBytes` the subject's, where that is what is too long. */
  | { readonly skip: Extract<SkipReason, 'too_long'>; readonly bytes: number | null; readonly subjectBytes?: number };

/**
 * The one way from a row to a message: quote, preview, test send and send all come through here. Cells stay plain
 * text whatever they contain.
 */
export function renderRow(content: BoundContent, row: RecipientRow): RenderedMessage | SkippedMessage {
  const cells = new RowCells(row);
  try {
    const text = renderParts(content.text, content, cells);
    if (typeof text !== 'string') return text;
    const subject = content.subject && renderParts(content.subject, content, cells);
    if (subject !== null && typeof subject !== 'string') return subject;
    return judge(content, text, subject);
  } catch (error) {
    if (error instanceof ValueTooLong) return { skip: 'too_long', bytes: null };
    throw error;
  }
}

/** One recipient's subject; null where it has none, or none that can be sent: `renderRow` says why. */
export function renderSubject(content: BoundContent, cells: Cells): string | null {
  if (content.subject === null) return null;
  try {
    const subject = renderParts(content.subject, content, cells);
    if (typeof subject !== 'string' || subject.trim() === '') return null;
    return unsendableInSubject(subject).length > 0 || bytesOf(subject) > subjectBytesMax ? null : subject;
  } catch (error) {
    if (error instanceof ValueTooLong) return null;
    throw error;
  }
}

/**
 * Renders a row for its carrier call. A text that needs a bigger type than the recipient was quoted for is refused as
 * `too_long`, never upgraded; a shorter one goes out as the quoted type.
 */
export function renderForSend(
  content: BoundContent,
  row: RecipientRow,
  quoted: MessageType,
): RenderedMessage | SkippedMessage {
  const rendered = renderRow(content, row);
  if (rendered.skip !== null) return rendered;
  if (rendered.bytes > bytesMaxOf(quoted)) return { skip: 'too_long', bytes: rendered.bytes };
  return { ...rendered, type: quoted };
}

function renderParts(parts: Bound, { characters }: BoundContent, cells: Cells): string | SkippedMessage {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const value = part.render(cells);
    if (value === null) return { skip: 'missing_variable', variable: part.variable };
    text += value;
  }
  return substituteCharacters(normaliseText(text), characters);
}

function judge(content: BoundContent, text: string, subject: string | null): RenderedMessage | SkippedMessage {
  if (text.trim() === '') return { skip: 'missing_variable', variable: variableOf(content.text) };
  if (subject?.trim() === '') return { skip: 'missing_variable', variable: variableOf(content.subject ?? []) };
  const { bytes, flags } = measureText(text);
  const inSubject = subject === null ? [] : unsendableInSubject(subject);
  if (flags & unsendableFlag || inSubject.length > 0) {
    return {
      skip: 'unsendable_character',
      characters: [...placed('text', unsendableCharacters(text)), ...placed('subject', inSubject)],
    };
  }
  const subjectBytes = subject === null ? 0 : bytesOf(subject);
  if (subjectBytes > subjectBytesMax) return { skip: 'too_long', bytes, subjectBytes };
  const type = decideType(content.type, subject !== null, bytes);
  if (type === 'too_long') return { skip: 'too_long', bytes };
  const missing = content.advertisement && missingPart(text, content.advertisement);
  if (missing) return { skip: 'advertisement_part_missing', ...missing };
  const all = subject === null ? flags : flags | measureText(subject).flags;
  return { skip: null, text, subject, type, bytes, cp949Only: (all & cp949OnlyFlag) > 0 };
}

const placed = (where: UnsendableInMessage['in'], found: readonly UnsendableCharacter[]): UnsendableInMessage[] =>
  found.map((each) => ({ ...each, in: where }));

/** Beside what no text can hold, line ends. */
function unsendableInSubject(subject: string): UnsendableCharacter[] {
  const found = unsendableCharacters(subject);
  const lineEnd = subject.indexOf('\n');
  return lineEnd < 0 ? found : [...found, { position: lineEnd, character: '\n' }];
}

const variableOf = (parts: Bound) => parts.find((part) => typeof part !== 'string')?.variable ?? '';
