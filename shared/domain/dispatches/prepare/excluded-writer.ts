import type { SkipReason } from '../../../contracts/codes.ts';
import { batchRowsMax } from '../../../contracts/limits.ts';
import type { ExcludedBlock } from '../prepared.ts';
import type { BlockWriter } from './byte-sink.ts';

/** Writes the rows that are left out, in blocks of up to 500, and counts them by reason. */
export class ExcludedWriter {
  readonly #out: BlockWriter;
  readonly #blocks: ExcludedBlock[] = [];
  readonly #byReason = new Map<SkipReason, number>();
  #blockOffset = 0;
  #blockRows = 0;

  constructor(out: BlockWriter) {
    this.#out = out;
  }

  /** Adds a line, with its line end, in pieces. Answers the block and the row's position in it. */
  add(reason: SkipReason, ...pieces: readonly Uint8Array[]): { readonly block: number; readonly at: number } {
    for (const piece of pieces) this.#out.add(piece);
    this.#byReason.set(reason, (this.#byReason.get(reason) ?? 0) + 1);
    const place = { block: this.#blocks.length, at: this.#blockRows++ };
    if (this.#blockRows === batchRowsMax) this.#close();
    return place;
  }

  /** Closes the open block; all blocks in order. */
  finish(): readonly ExcludedBlock[] {
    if (this.#blockRows > 0) this.#close();
    return this.#blocks;
  }

  get counts(): Partial<Record<SkipReason, number>> {
    return Object.fromEntries(this.#byReason);
  }

  #close(): void {
    const offset = this.#blockOffset;
    this.#blockOffset = this.#out.offset;
    this.#blocks.push({ rows: this.#blockRows, offset, length: this.#blockOffset - offset });
    this.#blockRows = 0;
  }
}
