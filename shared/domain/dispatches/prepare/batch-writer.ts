import type { MessageType } from '../../carriers/carrier.ts';
import type { PricesCredits } from '../../content/prices.ts';
import type { PreparedBatch } from '../prepared.ts';
import type { BlockWriter } from './byte-sink.ts';

interface OpenBatch {
  readonly n: number;
  readonly firstRow: number;
  lastRow: number;
  rows: number;
}

/**
 * Sorts sendable rows into batches of one type and wave. Batches are numbered as their first rows come in the file;
 * their lines are written when they are full, each batch's together.
 */
export class BatchWriter {
  readonly #out: BlockWriter;
  readonly #prices: PricesCredits;
  readonly #rowsMax: number;
  readonly #lanes = new Map<MessageType, Lane>();
  #opened = 0;
  #closed: PreparedBatch[] = [];
  #wave = 1;

  /** @param rowsMax the most rows of a batch */
  constructor(out: BlockWriter, prices: PricesCredits, rowsMax: number) {
    this.#out = out;
    this.#prices = prices;
    this.#rowsMax = rowsMax;
  }

  /** Adds a row's line, with its line end. Answers the batch and the row's position in it. */
  add(
    type: MessageType,
    row: number,
    block: Buffer,
    start: number,
    end: number,
  ): { readonly n: number; readonly at: number } {
    const lane = this.#laneOf(type);
    const open = lane.open ?? { n: this.#opened++, firstRow: row, lastRow: row, rows: 0 };
    lane.open = open;
    lane.append(block, start, end);
    const at = open.rows++;
    open.lastRow = row;
    if (open.rows === this.#rowsMax) this.#close(type, lane, open);
    return { n: open.n, at };
  }

  /** What follows belongs to that wave. */
  startWave(wave: number): void {
    this.finish();
    this.#wave = wave;
  }

  /** Closes what is open. */
  finish(): void {
    for (const [type, lane] of this.#lanes) if (lane.open) this.#close(type, lane, lane.open);
  }

  /** The batches that were completed since the last call. */
  takeClosed(): PreparedBatch[] {
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  #close(type: MessageType, lane: Lane, open: OpenBatch): void {
    const lines = lane.take();
    const place = { offset: this.#out.offset, length: lines.length, wave: this.#wave };
    this.#closed.push({ ...open, type, priceCredits: this.#prices[type], ...place });
    this.#out.add(lines);
  }

  #laneOf(type: MessageType): Lane {
    let lane = this.#lanes.get(type);
    if (!lane) {
      lane = new Lane();
      this.#lanes.set(type, lane);
    }
    return lane;
  }
}

/** The batch of one type that is being filled, and its lines so far. */
class Lane {
  open: OpenBatch | null = null;
  #lines = Buffer.allocUnsafeSlow(64 * 1024);
  #length = 0;

  append(block: Buffer, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#lines.length) {
      const bigger = Buffer.allocUnsafeSlow(length * 2);
      this.#lines.copy(bigger, 0, 0, this.#length);
      this.#lines = bigger;
    }
    block.copy(this.#lines, this.#length, start, end);
    this.#length = length;
  }

  /** The lines; valid until the next `append`. */
  take(): Uint8Array {
    const lines = this.#lines.subarray(0, this.#length);
    this.open = null;
    this.#length = 0;
    return lines;
  }
}
