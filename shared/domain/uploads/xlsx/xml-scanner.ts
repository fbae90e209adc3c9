import { xmlTokenBytesMax } from '../bounds.ts';
import { CarryBuffer } from '../carry-buffer.ts';
import { FileRefused } from '../file-problem.ts';
import { Utf8Check } from '../utf8-check.ts';

const lt = 60;
const gt = 62;
const slash = 47;
const bang = 33;
const question = 63;
const colon = 58;
const doubleQuote = 34;
const singleQuote = 39;

/** What a part of a workbook is made of. Positions are bytes in `bytes`, valid during the call; names have no prefix. */
export interface XmlHandler {
  open(bytes: Buffer, nameStart: number, nameEnd: number, attributesEnd: number): void;
  close(bytes: Buffer, nameStart: number, nameEnd: number): void;
  /** `raw`: from CDATA, where entities mean nothing. */
  text(bytes: Buffer, start: number, end: number, raw: boolean): void;
}

export const brokenXml = (what: string) => new FileRefused('unreadable_file', `The workbook is damaged: ${what}.`);

/**
 * Cuts XML into tags and text from chunks cut anywhere, by bytes. It knows what spreadsheets write and refuses the
 * rest: a DOCTYPE could define entities that expand without end. It does not check that tags match; a part that
 * stops in the middle is noticed by whoever reads it.
 */
export class XmlScanner {
  readonly #handler: XmlHandler;
  readonly #carry = new CarryBuffer();
  readonly #utf8 = new Utf8Check();

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  /** Throws FileRefused. */
  push(chunk: Buffer): void {
    if (!this.#utf8.push(chunk)) throw brokenXml('its text is not UTF-8');
    const carry = this.#carry;
    carry.add(chunk);
    carry.drop(this.#scan(carry.bytes, carry.length));
    if (carry.length > xmlTokenBytesMax)
      throw new FileRefused('too_large', 'The workbook has a cell that is too long.');
  }

  /** Throws FileRefused when the part ends inside a tag. */
  end(): void {
    if (this.#carry.bytes.toString('utf8', 0, this.#carry.length).trim() !== '')
      throw brokenXml('it ends in the middle');
  }

  /** Hands over all that is whole; returns where the first unfinished piece starts. */
  #scan(bytes: Buffer, length: number): number {
    const handler = this.#handler;
    let i = 0;
    for (;;) {
      const start = i;
      while (i < length && bytes[i] !== lt) i++;
      if (i === length) return start;
      if (i > start) handler.text(bytes, start, i, false);
      const tag = i++;
      if (i === length) return tag;
      const kind = bytes[i];
      if (kind === bang || kind === question) {
        const end = this.#markup(bytes, tag, length);
        if (end === -1) return tag;
        i = end;
        continue;
      }
      const closing = kind === slash;
      if (closing) i++;
      let nameStart = i;
      for (; i < length; i++) {
        const c = bytes[i]!;
        if (c === gt || c <= 32 || c === slash) break;
        if (c === colon) nameStart = i + 1;
      }
      const nameEnd = i;
      while (i < length && bytes[i] !== gt) {
        const c = bytes[i++];
        if (c === doubleQuote || c === singleQuote) {
          while (i < length && bytes[i] !== c) i++;
          i++;
        }
      }
      if (i >= length) return tag;
      if (nameEnd === nameStart) throw brokenXml('a tag has no name');
      if (closing) handler.close(bytes, nameStart, nameEnd);
      else {
        const empty = bytes[i - 1] === slash;
        handler.open(bytes, nameStart, nameEnd, empty ? i - 1 : i);
        if (empty) handler.close(bytes, nameStart, nameEnd);
      }
      i++;
    }
  }

  /** Comments, instructions and CDATA from `tag` on; where they end, or −1 if not in these bytes. */
  #markup(bytes: Buffer, tag: number, length: number): number {
    const behind = (end: string, from: number) => {
      const at = bytes.indexOf(end, from);
      return at === -1 || at + end.length > length ? -1 : at + end.length;
    };
    if (bytes[tag + 1] === question) return behind('?>', tag + 2);
    const opening = bytes.toString('latin1', tag, Math.min(tag + 9, length));
    if (opening.startsWith('<!--')) return behind('-->', tag + 4);
    if (opening === '<![CDATA[') {
      const end = behind(']]>', tag + 9);
      if (end !== -1) this.#handler.text(bytes, tag + 9, end - 3, true);
      return end;
    }
    if ('<![CDATA['.startsWith(opening) || '<!--'.startsWith(opening)) return -1;
    throw brokenXml('it contains a DOCTYPE or other declarations that workbooks never have');
  }
}

/** Whether the name at these positions is `name` (ASCII). */
export function isNamed(bytes: Buffer, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name.charCodeAt(i)) return false;
  return true;
}

/** All attributes of a tag, names as written; for parts where speed does not matter. */
export function attributesOf(bytes: Buffer, nameEnd: number, attributesEnd: number): Map<string, string> {
  const attributes = new Map<string, string>();
  const text = bytes.toString('utf8', nameEnd, attributesEnd);
  // Sticky, so that what is no attribute ends the search: looking on from every letter would take for ever.
  const attribute = /\s*([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
  for (let found = attribute.exec(text); found !== null; found = attribute.exec(text)) {
    attributes.set(found[1]!, decodeEntities(found[2] ?? found[3] ?? ''));
  }
  return attributes;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Replaces the entities that XML knows without a DOCTYPE. Throws FileRefused for any other. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w{1,8}));|&/g, (_, decimal, hexadecimal, name) => {
    const code =
      decimal !== undefined ? Number(decimal) : hexadecimal !== undefined ? Number.parseInt(hexadecimal, 16) : null;
    if (code === null) {
      const character = named[name];
      if (character === undefined) throw brokenXml('it contains an unknown entity');
      return character;
    }
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code === 0 || code > 0x10ffff || surrogate) throw brokenXml('it contains an impossible character');
    return String.fromCodePoint(code);
  });
}

/** Text of a cell: entities, XML's line ends, and `_x000D_` as spreadsheets write control characters. */
export function decodeCellText(text: string, raw: boolean): string {
  const lines = text.includes('\r') ? text.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : text;
  const decoded = raw ? lines : decodeEntities(lines);
  if (!decoded.includes('_x')) return decoded;
  return decoded
    .replace(/_x([\da-fA-F]{4})_/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    .toWellFormed()
    .replaceAll('\0', '');
}
