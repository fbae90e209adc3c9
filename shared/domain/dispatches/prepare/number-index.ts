/**
 * `by-number.idx`: every number of a dispatch, sorted, with the place where its row lies. Little-endian.
 *
 *   header   magic (u32), version (u32), records (f64), records a block (u32), blocks (u32),
 *            then the first number of each block (f64)
 *   block    the numbers (f64 each), then their places (u32 each)
 *
 * A number is its E.164 digits, which a double holds exactly. The header never outgrows `headerBytesMax`, so a look-up
 * is one ranged read of the header and one of a block.
 */
export const headerBytesMax = 16_384;
const magic = 0x58_49_4e_42; // "BNIX"
const version = 1;
const fixedHeaderBytes = 24;
const blocksMax = (headerBytesMax - fixedHeaderBytes) / 8;
const blockRecordsMin = 512;
const recordBytes = 12;

/** Where a row lies: in a batch (`b`) or in a block of excluded rows (`x`), as in a message's id. */
export interface IndexedPlace {
  readonly kind: 'b' | 'x';
  readonly block: number;
  readonly row: number;
}

const rowBits = 9;
const excludedBit = 2 ** 31;
const blocksPerKindMax = 2 ** (31 - rowBits);

/** A place in 32 bits: one for the kind, 22 for the block, 9 for the row (a block has at most 500). */
export function packPlace({ kind, block, row }: IndexedPlace): number {
  if (block >= blocksPerKindMax || row >= 2 ** rowBits) throw new Error('A place does not fit the number index');
  return (kind === 'x' ? excludedBit : 0) + block * 2 ** rowBits + row;
}

export function unpackPlace(packed: number): IndexedPlace {
  const rest = packed % excludedBit;
  return { kind: packed >= excludedBit ? 'x' : 'b', block: Math.floor(rest / 2 ** rowBits), row: rest % 2 ** rowBits };
}

/** Gathers numbers in any order and writes the index. */
export class NumberIndexBuilder {
  #numbers: Float64Array;
  #places: Uint32Array;
  #length = 0;

  /** `expected` records are held without growing. */
  constructor(expected: number) {
    this.#numbers = new Float64Array(Math.max(expected, 16));
    this.#places = new Uint32Array(this.#numbers.length);
  }

  add(number: number, place: number): void {
    if (this.#length === this.#numbers.length) this.#grow();
    this.#numbers[this.#length] = number;
    this.#places[this.#length] = place;
    this.#length++;
  }

  #grow(): void {
    const [numbers, places] = [this.#numbers, this.#places];
    this.#numbers = new Float64Array(numbers.length * 2);
    this.#places = new Uint32Array(numbers.length * 2);
    this.#numbers.set(numbers);
    this.#places.set(places);
  }

  /** The index, in pieces. Numbers given more than once keep the order in which they were added. */
  *pieces(): Generator<Uint8Array> {
    const count = this.#length;
    const numbers = this.#numbers.subarray(0, count);
    const order = sortedOrder(numbers);
    const blockRecords = Math.max(blockRecordsMin, Math.ceil(count / blocksMax));
    const blocks = Math.ceil(count / blockRecords);

    const header = new DataView(new ArrayBuffer(fixedHeaderBytes + blocks * 8));
    header.setUint32(0, magic, true);
    header.setUint32(4, version, true);
    header.setFloat64(8, count, true);
    header.setUint32(16, blockRecords, true);
    header.setUint32(20, blocks, true);
    for (let block = 0; block < blocks; block++) {
      header.setFloat64(fixedHeaderBytes + block * 8, numbers[order[block * blockRecords]!]!, true);
    }
    yield new Uint8Array(header.buffer);

    for (let from = 0; from < count; from += blockRecords) {
      const records = Math.min(blockRecords, count - from);
      const block = new DataView(new ArrayBuffer(records * recordBytes));
      for (let i = 0; i < records; i++) {
        const at = order[from + i]!;
        block.setFloat64(i * 8, numbers[at]!, true);
        block.setUint32(records * 8 + i * 4, this.#places[at]!, true);
      }
      yield new Uint8Array(block.buffer);
    }
  }
}

/** Positions in ascending order of number: a stable radix sort that skips digits in which all numbers agree. */
function sortedOrder(numbers: Float64Array): Uint32Array {
  const low = new Uint32Array(numbers.length);
  const high = new Uint32Array(numbers.length);
  const order = new Uint32Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    high[i] = number / 2 ** 32;
    low[i] = number - high[i]! * 2 ** 32;
    order[i] = i;
  }
  const byLow = sortBy(low, order);
  return sortBy(
    high.map((_, i) => high[byLow[i]!]!),
    byLow,
  );
}

const digitBits = 11;

/** `order` sorted by the values that lie beside it; moves both, so that every pass reads straight ahead. */
function sortBy(values: Uint32Array, order: Uint32Array): Uint32Array {
  let [from, fromOrder]: [Uint32Array, Uint32Array] = [values, order];
  let [to, toOrder]: [Uint32Array, Uint32Array] = [new Uint32Array(values.length), new Uint32Array(values.length)];
  const mask = 2 ** digitBits - 1;
  for (let shift = 0; shift < 32; shift += digitBits) {
    const starts = new Uint32Array(mask + 2);
    for (let i = 0; i < from.length; i++) starts[((from[i]! >>> shift) & mask) + 1]!++;
    if (starts.includes(from.length)) continue;
    for (let digit = 1; digit < starts.length; digit++) starts[digit]! += starts[digit - 1]!;
    for (let i = 0; i < from.length; i++) {
      const value = from[i]!;
      const at = starts[(value >>> shift) & mask]!++;
      to[at] = value;
      toOrder[at] = fromOrder[i]!;
    }
    [from, fromOrder, to, toOrder] = [to, toOrder, from, fromOrder];
  }
  return fromOrder;
}

/** Reads up to `length` bytes of the index from `offset`; fewer where the object ends before. */
export type ReadRange = (offset: number, length: number) => Promise<Uint8Array>;

/**
 * Every place of a number (E.164 digits) in a dispatch, in order of file rows; none if it is not in it. Two ranged
 * reads at most. Throws if the object is no index.
 */
export async function lookUpNumber(readRange: ReadRange, digits: string): Promise<IndexedPlace[]> {
  const number = Number(digits);
  const header = viewOf(await readRange(0, headerBytesMax));
  const { count, blockRecords, blocks } = headerOf(header);
  const firstOf = (block: number) => header.getFloat64(fixedHeaderBytes + block * 8, true);

  const last = lastBlock(blocks, (block) => firstOf(block) <= number);
  if (last < 0) return [];
  const first = Math.max(
    lastBlock(blocks, (block) => firstOf(block) < number),
    0,
  );
  const from = first * blockRecords;
  const until = Math.min((last + 1) * blockRecords, count);
  const offset = fixedHeaderBytes + blocks * 8 + from * recordBytes;
  const records = viewOf(await readRange(offset, (until - from) * recordBytes));

  const places: IndexedPlace[] = [];
  for (let block = from; block < until; block += blockRecords) {
    const size = Math.min(blockRecords, until - block);
    const base = (block - from) * recordBytes;
    for (let i = 0; i < size; i++) {
      if (records.getFloat64(base + i * 8, true) !== number) continue;
      places.push(unpackPlace(records.getUint32(base + size * 8 + i * 4, true)));
    }
  }
  return places;
}

interface Header {
  readonly count: number;
  readonly blockRecords: number;
  readonly blocks: number;
}

function headerOf(header: DataView): Header {
  if (
    header.byteLength < fixedHeaderBytes ||
    header.getUint32(0, true) !== magic ||
    header.getUint32(4, true) !== version
  ) {
    throw new Error('The object is no number index of this version');
  }
  const [blockRecords, blocks] = [header.getUint32(16, true), header.getUint32(20, true)];
  return { count: header.getFloat64(8, true), blockRecords, blocks };
}

/** Where every number of a whole index stands and where its place does, in bytes, in order. */
function* recordsOf({ count, blockRecords, blocks }: Header): Generator<readonly [numberAt: number, placeAt: number]> {
  for (let from = 0; from < count; from += blockRecords) {
    const size = Math.min(blockRecords, count - from);
    const base = fixedHeaderBytes + blocks * 8 + from * recordBytes;
    for (let i = 0; i < size; i++) yield [base + i * 8, base + size * 8 + i * 4];
  }
}

/** Which of these numbers are in a whole index, with all their places. */
export function placesIn(index: Uint8Array, isAsked: (number: number) => boolean): Map<number, IndexedPlace[]> {
  const view = viewOf(index);
  const found = new Map<number, IndexedPlace[]>();
  for (const [numberAt, placeAt] of recordsOf(headerOf(view))) {
    const number = view.getFloat64(numberAt, true);
    if (!isAsked(number)) continue;
    const place = unpackPlace(view.getUint32(placeAt, true));
    const places = found.get(number);
    if (places) places.push(place);
    else found.set(number, [place]);
  }
  return found;
}

/**
 * Takes numbers out of a whole index, in place and in order: half more than the number before stands there instead, which
 * nobody's number is, and which says no more than the numbers beside it.
 */
export function blankNumbers(index: Uint8Array, isErased: (number: number) => boolean): void {
  const view = viewOf(index);
  const header = headerOf(view);
  let before = 0;
  let record = 0;
  for (const [numberAt] of recordsOf(header)) {
    const number = view.getFloat64(numberAt, true);
    const kept = isErased(number) ? Math.floor(before) + 0.5 : number;
    if (kept !== number) {
      view.setFloat64(numberAt, kept, true);
      if (record % header.blockRecords === 0) {
        view.setFloat64(fixedHeaderBytes + (record / header.blockRecords) * 8, kept, true);
      }
    }
    before = kept;
    record++;
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The last block for which a condition holds that holds up to some block and for none behind it; -1 if for none. */
function lastBlock(blocks: number, holds: (block: number) => boolean): number {
  let [low, high] = [-1, blocks - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
