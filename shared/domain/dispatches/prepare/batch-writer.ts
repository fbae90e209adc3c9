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

/** So many batches of different subjects are open at once. */
export const openBatchesMax = 64;
/**
 * So many batches may be closed before they are full because there were too many subjects. Beyond, hardly any two
 * recipients share one, and a carrier call for each is nothing that a bulk send can do.
 */
export const closedEarlyMax = 20_000;

const nightKeys: Readonly<Record<MessageType, string>> = { sms: 'sms night', lms: 'lms night', mms: 'mms night' };

/** Thrown when hardly any two recipients have the same subject. */
export class TooManySubjects extends Error {
  override readonly name = 'TooManySubjects';
}

/**
 * Sorts sendable rows into batches of one type, subject and wave, and of those who may go at night alone. Batches are
 * numbered as their first rows come in the file; their lines are written when they are full, each batch's together.
 */
export class BatchWriter {
  readonly #out: BlockWriter;
  readonly #prices: PricesCredits;
  readonly #rowsMax: number;
  /** In the order in which they were last used, as far as subjects tell them apart. */
  readonly #lanes = new Map<string, Lane>();
  #latest: Lane | null = null;
  #opened = 0;
  #closedEarly = 0;
  #closed: PreparedBatch[] = [];
  #wave = 1;

  /** @param rowsMax the most rows of a batch */
  constructor(out: BlockWriter, prices: PricesCredits, rowsMax: number) {
    this.#out = out;
    this.#prices = prices;
    this.#rowsMax = rowsMax;
  }

  /**
   * Adds a row's line, with its line end. Answers the batch and the row's position in it. `subject`: null where no row
   * has another one than the others; `night`: whether it may go at night when others may not.
   */
  add(
    type: MessageType,
    subject: string | null,
    night: boolean,
    row: number,
    block: Buffer,
    start: number,
    end: number,
  ): { readonly n: number; readonly at: number } {
    const lane = this.#laneOf(type, subject, night);
    const open = lane.open ?? { n: this.#opened++, firstRow: row, lastRow: row, rows: 0 };
    lane.open = open;
    lane.append(block, start, end);
    const at = open.rows++;
    open.lastRow = row;
    if (open.rows === this.#rowsMax) this.#close(lane, open);
    return { n: open.n, at };
  }

  /** What follows belongs to that wave. */
  startWave(wave: number): void {
    this.finish();
    this.#wave = wave;
  }

  /** Closes what is open. */
  finish(): void {
    for (const lane of this.#lanes.values()) if (lane.open) this.#close(lane, lane.open);
  }

  /** The batches that were completed since the last call. */
  takeClosed(): PreparedBatch[] {
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  #close(lane: Lane, open: OpenBatch): void {
    const { type, night } = lane;
    const lines = lane.take();
    const place = { offset: this.#out.offset, length: lines.length, wave: this.#wave, night };
    this.#closed.push({ ...open, type, priceCredits: this.#prices[type], ...place });
    this.#out.add(lines);
  }

  #laneOf(type: MessageType, subject: string | null, night: boolean): Lane {
    const kind = night ? nightKeys[type] : type;
    // No subject has a line end, so that none can be taken for a kind and another subject
    const key = subject === null ? kind : `${kind}\n${subject}`;
    const known = this.#lanes.get(key);
    if (known && (subject === null || known === this.#latest)) return known;
    const lane = known ?? this.#newLane(type, night);
    if (known) this.#lanes.delete(key);
    this.#lanes.set(key, lane);
    this.#latest = lane;
    return lane;
  }

  /** When all are taken, that of the subject which did not come up for longest: lists are often sorted. */
  #newLane(type: MessageType, night: boolean): Lane {
    if (this.#lanes.size < openBatchesMax) return new Lane(type, night);
    const [oldest] = this.#lanes;
    if (!oldest) throw new Error('No lane where all are taken');
    const [key, lane] = oldest;
    if (lane.open) {
      this.#close(lane, lane.open);
      if (++this.#closedEarly > closedEarlyMax) throw new TooManySubjects();
    }
    this.#lanes.delete(key);
    lane.type = type;
    lane.night = night;
    return lane;
  }
}

/** The batch of one type and subject that is being filled, and its lines so far. */
class Lane {
  type: MessageType;
  night: boolean;
  open: OpenBatch | null = null;
  #lines = Buffer.allocUnsafeSlow(16 * 1024);
  #length = 0;

  constructor(type: MessageType, night: boolean) {
    this.type = type;
    this.night = night;
  }

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
