import { type RowCode, rowCodes, type SkipReason } from '../../../contracts/codes.ts';
import type { MessageType } from '../../carriers/carrier.ts';
import type { BoundContent } from '../../content/content.ts';
import type { PricesCredits } from '../../content/prices.ts';
import type { RejectedRow } from '../../recipients/recipient-list.ts';
import type { PreparedBatch, PreparedManifest, PreparedTotals, RunningCost } from '../prepared.ts';
import type { ExcludeNumber, IsErased } from '../rules/about-number.ts';
import { BatchWriter } from './batch-writer.ts';
import { BlockWriter, type ByteSink } from './byte-sink.ts';
import { ExcludedWriter } from './excluded-writer.ts';
import { parseLines, wholeLines } from './lines.ts';
import { NumberIndexBuilder, packPlace } from './number-index.ts';
import { RowJudge } from './row-judge.ts';
import { RowScanner } from './row-scanner.ts';
import { waveSizes } from './waves.ts';

/** What is prepared. The streams are the objects of a `RecipientList`, cut anywhere. */
export interface PrepareInput {
  readonly columns: readonly string[];
  /** Rows and rejected rows of the list together: only to size the index. */
  readonly expectedRows: number;
  /** Opened once more, to count, when there are several waves. */
  readonly openRows: () => AsyncIterable<Uint8Array>;
  readonly openRejected: () => AsyncIterable<Uint8Array>;
  /** Bound to `columns`. */
  readonly content: BoundContent;
  readonly prices: PricesCredits;
  readonly waves: number;
  /** The most rows of a batch. */
  readonly batchRows: number;
  /** Whether a number's person was deleted, which is asked first of all. Null: nobody was. */
  readonly isErased: IsErased | null;
  /** A rule about numbers, asked after the country and before the text. Null: none. */
  readonly exclude: ExcludeNumber | null;
  /** Counts the sendable recipients of whom nobody knows whether they consented. Null: nobody asks. */
  readonly isConsentUnknown: ((number: number) => boolean) | null;
  /** Counts those who consented to the night. Null: it makes no difference. */
  readonly isNightConsented: ((number: number) => boolean) | null;
  /** Whether they get batches of their own, which need not wait for the morning. */
  readonly nightApart: boolean;
  /** E.164 digits of a number as given in a rejected row, or null if it is none. */
  readonly digitsOfGiven: (given: string) => string | null;
}

/** Where the results go. The engine waits for each, so a slow sink slows the reading. */
export interface PrepareOutput {
  readonly rows: ByteSink;
  readonly excluded: ByteSink;
  readonly index: ByteSink;
  /** Batches as they are completed, when their lines are on their way to `rows`; not in order of number. */
  readonly batches: (completed: readonly PreparedBatch[]) => Promise<void>;
  /** Rows done so far, after each block of the list. */
  readonly progress: (rowsDone: number) => Promise<void>;
}

export interface Prepared {
  readonly totals: PreparedTotals;
  readonly manifest: PreparedManifest;
  readonly batches: number;
  /** Sendable rows of each wave, the first one first. */
  readonly waveRows: readonly number[];
  /** Those of them who consented to the night; empty where nobody asks. */
  readonly nightRows: readonly number[];
}

const costEveryRows = 500;

/**
 * Turns a recipient list into batches: leaves out whom the rules leave out, weighs and prices everybody else, and
 * writes rows, excluded rows and the number index. One pass, two with waves; memory does not grow with the list but
 * for the index (16 bytes a row) and one entry of the running cost every 500 rows.
 */
export async function prepare(input: PrepareInput, output: PrepareOutput): Promise<Prepared> {
  const sizes = input.waves === 1 ? [Number.POSITIVE_INFINITY] : waveSizes(await countSendable(input), input.waves);
  const run = new Run(input, output, sizes);
  await run.rejected();
  await run.rows();
  return run.finish();
}

async function countSendable(input: PrepareInput): Promise<number> {
  const judge = new RowJudge(input.content, input.exclude, input.isErased);
  let sendable = 0;
  for await (const scanner of scanners(input)) while (scanner.next()) if (judge.judge(scanner).type) sendable++;
  return sendable;
}

/** The list's rows in a scanner, block by block, behind the checked header. */
async function* scanners({ openRows, columns }: PrepareInput): AsyncGenerator<RowScanner> {
  const scanner = new RowScanner(columns.length);
  let first = true;
  for await (const lines of wholeLines(openRows())) {
    const header = first ? lines.indexOf(0x0a) + 1 : 0;
    if (first) checkHeader(lines.toString('utf8', 0, header), columns);
    first = false;
    scanner.load(header === 0 ? lines : lines.subarray(header));
    yield scanner;
  }
}

function checkHeader(line: string, columns: readonly string[]): void {
  const header = JSON.parse(line) as { readonly columns?: unknown } | null;
  if (JSON.stringify(header?.columns) === JSON.stringify(columns)) return;
  throw new Error('A recipient list begins with another header than its columns');
}

class Run {
  readonly #input: PrepareInput;
  readonly #output: PrepareOutput;
  readonly #rowsOut: BlockWriter;
  readonly #excludedOut: BlockWriter;
  readonly #judge: RowJudge;
  readonly #batches: BatchWriter;
  readonly #excluded: ExcludedWriter;
  readonly #index: NumberIndexBuilder;
  readonly #byType: Record<MessageType, number> = { sms: 0, lms: 0, mms: 0 };
  readonly #runningCost: RunningCost[] = [];
  readonly #waveSizes: readonly number[];
  readonly #waveRows: number[] = [0];
  readonly #nightRows: number[] = [0];
  #recipients = 0;
  #sendable = 0;
  #credits = 0;
  #cp949Only = 0;
  #consentUnknown = 0;
  #lastRow = 0;
  #lastSendableRow = 0;
  #batchCount = 0;

  constructor(input: PrepareInput, output: PrepareOutput, waveSizes: readonly number[]) {
    this.#input = input;
    this.#output = output;
    this.#waveSizes = waveSizes;
    this.#rowsOut = new BlockWriter(output.rows);
    this.#excludedOut = new BlockWriter(output.excluded);
    this.#judge = new RowJudge(input.content, input.exclude, input.isErased);
    this.#batches = new BatchWriter(this.#rowsOut, input.prices, input.batchRows);
    this.#excluded = new ExcludedWriter(this.#excludedOut);
    this.#index = new NumberIndexBuilder(input.expectedRows);
  }

  /** Rows that validation refused count as accepted and left out; they come before the others in `excluded`. */
  async rejected(): Promise<void> {
    for await (const lines of wholeLines(this.#input.openRejected())) {
      for (const line of parseLines(lines)) this.#reject(rejectedRow(line));
      await this.#excludedOut.drain();
    }
  }

  async rows(): Promise<void> {
    for await (const scanner of scanners(this.#input)) {
      while (scanner.next()) this.#row(scanner);
      await this.#drain();
      await this.#output.progress(this.#recipients);
    }
  }

  async finish(): Promise<Prepared> {
    this.#batches.finish();
    const excludedBlocks = this.#excluded.finish();
    if (this.#sendable % costEveryRows !== 0) this.#noteCost();
    await this.#drain();
    await this.#rowsOut.finish();
    await this.#excludedOut.finish();
    const index = new BlockWriter(this.#output.index);
    for (const piece of this.#index.pieces()) {
      index.add(piece);
      await index.drain();
    }
    await index.finish();
    const byType = Object.fromEntries(Object.entries(this.#byType).filter(([, rows]) => rows > 0));
    return {
      totals: {
        recipients: this.#recipients,
        sendable: this.#sendable,
        excluded: this.#excluded.counts,
        byType,
        credits: this.#credits,
        cp949Only: this.#cp949Only,
        consentUnknown: this.#consentUnknown,
      },
      manifest: { columns: this.#input.columns, excludedBlocks, runningCost: this.#runningCost },
      batches: this.#batchCount,
      waveRows: this.#waveSizes.map((_, wave) => this.#waveRows[wave] ?? 0),
      nightRows: this.#input.isNightConsented ? this.#nightRows : [],
    };
  }

  #row(scanner: RowScanner): void {
    if (scanner.row <= this.#lastRow) throw new Error('The rows of a recipient list are not in order');
    this.#lastRow = scanner.row;
    this.#recipients++;
    const { type, reason, cp949Only } = this.#judge.judge(scanner);
    if (reason === 'erased') this.#leaveBlank(scanner.row, reason);
    else if (reason !== null) this.#exclude(scanner, reason);
    else if (type !== null) this.#send(scanner, type, cp949Only);
  }

  #send(scanner: RowScanner, type: MessageType, cp949Only: boolean): void {
    this.#enterWave();
    const { block, row, lineStart, lineEnd } = scanner;
    const night = this.#isNight(scanner.number);
    const { n, at } = this.#batches.add(type, this.#judge.subject, night, row, block, lineStart, lineEnd);
    this.#index.add(scanner.number, packPlace({ kind: 'b', block: n, row: at }));
    this.#byType[type]++;
    this.#credits += this.#input.prices[type];
    if (cp949Only) this.#cp949Only++;
    if (this.#input.isConsentUnknown?.(scanner.number)) this.#consentUnknown++;
    this.#sendable++;
    this.#lastSendableRow = row;
    if (this.#sendable % costEveryRows === 0) this.#noteCost();
  }

  /** Counts a sendable recipient who may be reached at night, and says whether that makes a batch of another kind. */
  #isNight(number: number): boolean {
    if (!this.#input.isNightConsented?.(number)) return false;
    this.#nightRows[this.#nightRows.length - 1]!++;
    return this.#input.nightApart;
  }

  #enterWave(): void {
    let wave = this.#waveRows.length;
    if (this.#waveRows[wave - 1]! >= this.#waveSizes[wave - 1]!) {
      this.#waveRows.push(0);
      this.#nightRows.push(0);
      wave++;
      this.#batches.startWave(wave);
    }
    this.#waveRows[wave - 1]!++;
  }

  #exclude(scanner: RowScanner, reason: SkipReason): void {
    const { block, lineStart, lineEnd, numberEnd } = scanner;
    const place = this.#excluded.add(
      reason,
      block.subarray(lineStart, numberEnd),
      reasonPiece(reason),
      block.subarray(numberEnd, lineEnd),
    );
    this.#index.add(scanner.number, packPlace({ kind: 'x', block: place.block, row: place.at }));
  }

  #reject([row, reason, column, given]: RejectedRow): void {
    this.#recipients++;
    const digits = this.#input.digitsOfGiven(given);
    if (digits !== null && this.#input.isErased?.(Number(digits))) {
      this.#leaveBlank(row, reason);
      return;
    }
    const place = this.#excluded.add(
      reason,
      Buffer.from(`${JSON.stringify([row, digits ?? given, reason, column])}\n`),
    );
    if (digits !== null) this.#index.add(Number(digits), packPlace({ kind: 'x', block: place.block, row: place.at }));
  }

  /** Of a deleted person nothing is written but why the row is left out. */
  #leaveBlank(row: number, reason: SkipReason): void {
    this.#excluded.add(reason, Buffer.from(`[${row},"","${reason}"]\n`));
  }

  #noteCost(): void {
    this.#runningCost.push({ row: this.#lastSendableRow, credits: this.#credits, rows: this.#sendable });
  }

  async #drain(): Promise<void> {
    await this.#rowsOut.drain();
    await this.#excludedOut.drain();
    const completed = this.#batches.takeClosed();
    this.#batchCount += completed.length;
    if (completed.length > 0) await this.#output.batches(completed);
  }
}

const reasonPieces = new Map<SkipReason, Buffer>();

function reasonPiece(reason: SkipReason): Buffer {
  let piece = reasonPieces.get(reason);
  if (!piece) {
    piece = Buffer.from(`,"${reason}"`);
    reasonPieces.set(reason, piece);
  }
  return piece;
}

function rejectedRow(line: unknown): RejectedRow {
  const [row, code, column, given] = Array.isArray(line) ? (line as unknown[]) : [];
  const known =
    (rowCodes as readonly unknown[]).includes(code) && typeof column === 'string' && typeof given === 'string';
  if (!Number.isSafeInteger(row) || !known) throw new Error('A rejected row is none that this service writes');
  return [row as number, code as RowCode, column as string, given as string];
}
