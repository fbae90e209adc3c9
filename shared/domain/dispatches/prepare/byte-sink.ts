/** Where bytes of an object go, in order. A write resolves when the next may follow. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

const blockBytes = 512 * 1024;

/** Collects small pieces without waiting and hands them on in big blocks, counting the offset. */
export class BlockWriter {
  readonly #sink: ByteSink;
  #block = Buffer.allocUnsafeSlow(blockBytes);
  #length = 0;
  #offset = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** Bytes added so far: where the next piece will lie. */
  get offset(): number {
    return this.#offset;
  }

  /** Copies the piece, so that its buffer may be used again. */
  add(piece: Uint8Array): void {
    this.#offset += piece.length;
    if (this.#length + piece.length > this.#block.length) {
      const bigger = Buffer.allocUnsafeSlow(Math.max(this.#block.length * 2, this.#length + piece.length));
      this.#block.copy(bigger, 0, 0, this.#length);
      this.#block = bigger;
    }
    this.#block.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** Hands on what was collected if it makes a block. The sink may keep the bytes. */
  async drain(): Promise<void> {
    if (this.#length >= blockBytes / 2) await this.finish();
  }

  /** Hands on all that was collected. */
  async finish(): Promise<void> {
    if (this.#length === 0) return;
    const block = this.#block.subarray(0, this.#length);
    this.#block = Buffer.allocUnsafeSlow(blockBytes);
    this.#length = 0;
    await this.#sink.write(block);
  }
}

/** A sink that keeps everything: for dispatches small enough to lie in an item. */
export class MemorySink implements ByteSink {
  readonly #pieces: Uint8Array[] = [];
  async write(bytes: Uint8Array): Promise<void> {
    this.#pieces.push(bytes);
  }
  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}
