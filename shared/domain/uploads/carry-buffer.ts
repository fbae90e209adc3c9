/**
 * One buffer that chunks are copied into behind what the last look left over. Reusing it matters more than the copy
 * costs: a new buffer for every chunk piles up faster than the garbage collector notices.
 */
export class CarryBuffer {
  bytes = Buffer.allocUnsafeSlow(512 * 1024);
  length = 0;

  add(chunk: Uint8Array): void {
    const needed = this.length + chunk.length;
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(needed * 2);
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    this.bytes.set(chunk, this.length);
    this.length = needed;
  }

  /** Lets go of the first `count` bytes. */
  drop(count: number): void {
    this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
  }
}
