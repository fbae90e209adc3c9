import { isUtf8 } from 'node:buffer';

/** Checks that chunks cut anywhere are UTF-8 together. */
export class Utf8Check {
  /** The bytes so far of a character that a chunk's end has cut, and how many there are. */
  readonly #open = Buffer.alloc(4);
  #opened = 0;

  /** False once the bytes so far cannot be UTF-8. */
  push(chunk: Buffer): boolean {
    let from = 0;
    if (this.#opened > 0) {
      const missing = lengthOf(this.#open[0]!) - this.#opened;
      from = Math.min(missing, chunk.length);
      chunk.copy(this.#open, this.#opened, 0, from);
      this.#opened += from;
      if (from < missing) return true;
      if (!isUtf8(this.#open.subarray(0, this.#opened))) return false;
      this.#opened = 0;
    }
    const whole = endOfWholeCharacters(chunk, from);
    this.#opened = chunk.copy(this.#open, 0, whole);
    return isUtf8(chunk.subarray(from, whole));
  }

  /** False when the text ends inside a character. */
  end(): boolean {
    return this.#opened === 0;
  }
}

const lengthOf = (lead: number) => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1);

/** Where the character begins that the buffer's end cuts, or the end. */
function endOfWholeCharacters(bytes: Buffer, from: number): number {
  for (let at = bytes.length - 1; at >= from && at >= bytes.length - 3; at--) {
    if ((bytes[at]! & 0xc0) === 0x80) continue;
    return at + lengthOf(bytes[at]!) > bytes.length ? at : bytes.length;
  }
  return bytes.length;
}
