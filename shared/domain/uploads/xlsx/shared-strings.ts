import { sharedTextBytesMax, sharedTextsMax } from '../bounds.ts';
import { FileRefused } from '../file-problem.ts';
import { TextCollector } from './text-collector.ts';
import { isNamed, type XmlHandler } from './xml-scanner.ts';

/**
 * A workbook's table of texts: one buffer and offsets, since slices of strings would keep whole chunks alive. Rich
 * text is joined; phonetic readings are left out.
 */
export class SharedStrings implements XmlHandler {
  readonly #text = new TextCollector(64 * 1024, sharedTextBytesMax);
  #offsets = new Uint32Array(4096);
  #count = 0;
  #inText = false;
  #inPhonetic = false;

  get bytes(): Buffer {
    return this.#text.bytes;
  }

  get count(): number {
    return this.#count;
  }

  start(index: number): number {
    return this.#offsets[index]!;
  }

  end(index: number): number {
    return this.#offsets[index + 1]!;
  }

  open(bytes: Buffer, start: number, end: number): void {
    if (isNamed(bytes, start, end, 't')) this.#inText = !this.#inPhonetic;
    else if (isNamed(bytes, start, end, 'rPh')) this.#inPhonetic = true;
  }

  close(bytes: Buffer, start: number, end: number): void {
    if (isNamed(bytes, start, end, 't')) this.#inText = false;
    else if (isNamed(bytes, start, end, 'si')) this.#finish();
    else if (isNamed(bytes, start, end, 'rPh')) this.#inPhonetic = false;
  }

  text(bytes: Buffer, start: number, end: number, raw: boolean): void {
    if (this.#inText) this.#text.add(bytes, start, end, raw);
  }

  #finish(): void {
    this.#text.checkLength(this.#offsets[this.#count]!);
    this.#count++;
    if (this.#count === this.#offsets.length) {
      if (this.#count >= sharedTextsMax) throw new FileRefused('too_large', 'The workbook holds too many texts.');
      const grown = new Uint32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[this.#count] = this.#text.used;
  }
}
