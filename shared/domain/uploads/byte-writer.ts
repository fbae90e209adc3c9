/** Where finished bytes go. When `write` resolves, the block has been taken in and may be used for other bytes. */
export interface ByteSink {
  write(block: Uint8Array): Promise<void>;
}

const blockBytes = 256 * 1024;
const sparesMax = 4;
const hex = Buffer.from('0123456789abcdef');

/**
 * Collects lines as bytes and hands them on in blocks. Writing is synchronous, so that a reader's loop never waits;
 * `drain` between chunks is where back-pressure acts, and what lies here is bounded by what one chunk makes.
 */
export class ByteWriter {
  /** Bytes written so far, flushed or not. */
  written = 0;
  readonly #sink: ByteSink;
  readonly #spare: Buffer<ArrayBuffer>[] = [];
  #full: Buffer<ArrayBuffer>[] = [];
  #block = Buffer.allocUnsafeSlow(blockBytes);
  #used = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Hands full blocks on. */
  async drain(): Promise<void> {
    if (this.#full.length === 0) return;
    const blocks = this.#full;
    this.#full = [];
    for (const block of blocks) {
      await this.#sink.write(block);
      const whole = Buffer.from(block.buffer);
      if (whole.length === blockBytes && this.#spare.length < sparesMax) this.#spare.push(whole);
    }
  }

  /** Hands on everything. */
  async finish(): Promise<void> {
    this.#turn(0);
    await this.drain();
  }

  byte(value: number): void {
    this.#room(1);
    this.#block[this.#used++] = value;
    this.written++;
  }

  text(value: string): void {
    this.#room(value.length * 3);
    const bytes = this.#block.write(value, this.#used);
    this.#used += bytes;
    this.written += bytes;
  }

  /** A whole number ≥ 0, below 2^53, in digits. */
  digits(value: number): void {
    this.#room(16);
    const upper = Math.floor(value / 1e8);
    let from = this.#used;
    let lower = value - upper * 1e8;
    if (upper > 0) {
      from = this.#small(upper, from);
      for (let i = 7; i >= 0; i--) {
        const tenth = (lower / 10) | 0;
        this.#block[from + i] = 48 + lower - tenth * 10;
        lower = tenth;
      }
      from += 8;
    } else from = this.#small(lower, from);
    this.written += from - this.#used;
    this.#used = from;
  }

  /** Bytes as a JSON string, quotes included. */
  jsonString(source: Buffer, start: number, end: number): void {
    this.#room((end - start) * 6 + 2);
    const block = this.#block;
    let to = this.#used;
    block[to++] = 34;
    for (let i = start; i < end; i++) {
      const byte = source[i]!;
      if (byte > 34 && byte !== 92) block[to++] = byte;
      else if (byte === 34 || byte === 92) {
        block[to++] = 92;
        block[to++] = byte;
      } else if (byte >= 32) block[to++] = byte;
      else {
        // Byte by byte: a crafted file may consist of these, and a call for each would take several times as long.
        block[to++] = 92;
        block[to++] = 117;
        block[to++] = 48;
        block[to++] = 48;
        block[to++] = hex[byte >> 4]!;
        block[to++] = hex[byte & 15]!;
      }
    }
    block[to++] = 34;
    this.written += to - this.#used;
    this.#used = to;
  }

  #small(value: number, at: number): number {
    let length = 1;
    for (let ten = 10; value >= ten; ten *= 10) length++;
    for (let i = length - 1; i >= 0; i--) {
      const tenth = Math.floor(value / 10);
      this.#block[at + i] = 48 + value - tenth * 10;
      value = tenth;
    }
    return at + length;
  }

  #room(bytes: number): void {
    if (this.#used + bytes > this.#block.length) this.#turn(bytes);
  }

  #turn(needed: number): void {
    if (this.#used > 0) this.#full.push(this.#block.subarray(0, this.#used));
    const spare = needed <= blockBytes ? this.#spare.pop() : undefined;
    this.#block = spare ?? Buffer.allocUnsafeSlow(Math.max(blockBytes, needed));
    this.#used = 0;
  }
}
