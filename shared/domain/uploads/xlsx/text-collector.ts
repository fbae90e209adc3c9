import { cellBytesMax, cellCharactersMax } from '../bounds.ts';
import { FileRefused } from '../file-problem.ts';
import { decodeCellText } from './xml-scanner.ts';

const ampersand = 38;
const underscore = 95;
const letterX = 120;
const cr = 13;

/** A growing buffer of cell texts, one behind the other; the owner remembers where each starts. */
export class TextCollector {
  bytes: Buffer;
  used = 0;
  readonly #bytesMax: number;

  constructor(initialBytes: number, bytesMax: number) {
    this.bytes = Buffer.allocUnsafeSlow(initialBytes);
    this.#bytesMax = bytesMax;
  }

  /** Adds a piece of XML text; nearly always a plain copy. Throws FileRefused. */
  add(source: Buffer, start: number, end: number, raw: boolean): void {
    this.#room(end - start);
    const bytes = this.bytes;
    let to = this.used;
    for (let i = start; i < end; i++) {
      let byte = source[i]!;
      if (byte === ampersand && !raw) {
        const entity = entityAt(source, i);
        if (entity !== null) {
          byte = entity.byte;
          i += entity.length - 1;
        }
      }
      const special = source[i]! === ampersand || byte === cr || (byte === underscore && source[i + 1] === letterX);
      if (special) {
        this.addText(decodeCellText(source.toString('utf8', start, end), raw));
        return;
      }
      bytes[to++] = byte;
    }
    this.used = to;
  }

  addText(text: string): void {
    this.#room(text.length * 3);
    this.used += this.bytes.write(text, this.used);
  }

  /** Throws FileRefused if what lies behind `start` is too long for one cell. */
  checkLength(start: number): void {
    const length = this.used - start;
    if (length <= cellCharactersMax) return;
    if (length > cellBytesMax || this.bytes.toString('utf8', start, this.used).length > cellCharactersMax) {
      throw new FileRefused(
        'too_large',
        `The workbook has a cell of more than ${cellCharactersMax.toLocaleString('en')} characters.`,
      );
    }
  }

  #room(bytes: number): void {
    const needed = this.used + bytes;
    if (needed <= this.bytes.length) return;
    if (needed > this.#bytesMax) throw new FileRefused('too_large', 'The workbook holds too much text.');
    // A buffer of its own size, not a slice of a pool: earlier cells may still point into the old one.
    const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, this.bytes.length * 2), this.#bytesMax));
    this.bytes.copy(grown, 0, 0, this.used);
    this.bytes = grown;
  }
}

/** The entities that spreadsheets write; others are rare enough for the careful way. */
const entities = [
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
].map(([written, meant]) => ({ written: Buffer.from(written!), length: written!.length, byte: meant!.charCodeAt(0) }));

function entityAt(source: Buffer, at: number) {
  for (const entity of entities) {
    if (source[at + 1] !== entity.written[1]) continue;
    let i = 2;
    while (i < entity.length && source[at + i] === entity.written[i]) i++;
    if (i === entity.length) return entity;
  }
  return null;
}
