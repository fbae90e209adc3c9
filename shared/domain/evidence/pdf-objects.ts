import { leadsFromTheWeb } from './pdf-links.ts';
import { type PdfBudget, PdfTokens } from './pdf-tokens.ts';
import { readValue, valuesOf } from './pdf-values.ts';
import { type Opening, type Outermost, type Seen, walkValue } from './pdf-walk.ts';

/** A place in a file, or in what was unpacked from it. */
export interface PdfPlace {
  readonly bytes: Buffer;
  readonly at: number;
}

/** What a whole file was seen to hold. */
export interface PdfObjects {
  readonly isUnsafe: boolean;
  readonly isEncrypted: boolean;
  /** It does not follow the rules: readers would make of it what they like. */
  readonly isMalformed: boolean;
  /** Objects by their number: more than one where they were replaced, or are told twice. */
  readonly byNumber: ReadonlyMap<number, readonly PdfPlace[]>;
  /** Dictionaries whose number cannot be made out, such as behind a comment: each may be any. */
  readonly unnumbered: readonly PdfPlace[];
  /** Where values begin that say what is done without a click. */
  readonly opening: readonly (PdfPlace & Opening)[];
  /** Streams of packed objects: where the dictionary stands, and where the content begins. */
  readonly packs: readonly { readonly dictionary: PdfPlace; readonly from: number }[];
}

export interface PackedObjects {
  readonly bytes: Buffer;
  readonly count: number;
  readonly first: number;
}

/** What is seen while a file is gone through. */
export class PdfSight implements PdfObjects {
  isUnsafe = false;
  isEncrypted = false;
  isMalformed = false;
  readonly byNumber = new Map<number, PdfPlace[]>();
  readonly unnumbered: PdfPlace[] = [];
  readonly opening: (PdfPlace & Opening)[] = [];
  readonly packs: { readonly dictionary: PdfPlace; readonly from: number }[] = [];
  readonly #links = new Set<number>();
  readonly budget: PdfBudget;

  constructor(budget: PdfBudget) {
    this.budget = budget;
  }

  /**
   * Looks at everything that a reader could take for an object or a trailer, wherever it stands, in comments, strings and
   * other objects too: tables of contents may point anywhere. @throws PdfTooMuch
   */
  lookAtFile(bytes: Buffer): void {
    for (let at = bytes.indexOf('obj'); at >= 0; at = bytes.indexOf('obj', at + 3)) {
      if (bytes.toString('latin1', Math.max(0, at - 3), at) !== 'end')
        this.#lookAtObject(bytes, at + 3, numberBefore(bytes, at));
    }
    for (let at = bytes.indexOf('trailer'); at >= 0; at = bytes.indexOf('trailer', at + 7)) {
      const tokens = new PdfTokens(bytes, at + 7, this.budget);
      // Without a dictionary behind it, it is a word in a title or a link
      const { kind } = new PdfTokens(bytes, at + 7, this.budget).next();
      this.#walk(tokens, kind === 'open');
    }
  }

  /** Looks at packed objects, each where the list before them says, and as they follow one another. @throws PdfTooMuch */
  lookAtPacked({ bytes, count, first }: PackedObjects): void {
    const list = new PdfTokens(bytes, 0, this.budget);
    for (let i = 0; i < count; i++) {
      const [number, offset] = [list.next(), list.next()];
      if (number.kind !== 'number' || offset.kind !== 'number') {
        this.isMalformed = true;
        return;
      }
      const at = first + offset.value;
      this.#keep(number.value, { bytes, at });
      this.#walk(new PdfTokens(bytes, at, this.budget), true);
    }
    const row = new PdfTokens(bytes, first, this.budget);
    for (let i = 0; i < count && this.#walk(row, true) !== undefined; i++);
  }

  /** Looks at links that other objects write out, once all objects are known. @throws PdfTooMuch */
  lookAtLinks(): void {
    for (const number of this.#links) {
      for (const { bytes, at } of this.byNumber.get(number) ?? []) {
        const tokens = new PdfTokens(bytes, at, this.budget);
        if (tokens.next().kind !== 'string') continue;
        this.isUnsafe ||= leadsFromTheWeb(bytes.subarray(tokens.from, tokens.at));
      }
    }
  }

  #lookAtObject(bytes: Buffer, from: number, number: number | null): void {
    const tokens = new PdfTokens(bytes, from, this.budget);
    // Without anything that belongs before it, it is a word in a text or in a picture, and need not make sense
    const mustMakeSense = number !== null || isMeant(bytes, from - 3);
    if (number !== null) this.#keep(number, { bytes, at: from });
    let dictionary: Outermost | null = null;
    for (;;) {
      const outermost = this.#walk(tokens, mustMakeSense);
      if (outermost === undefined) break;
      dictionary ??= outermost;
    }
    if (dictionary !== null && number === null && mustMakeSense) this.unnumbered.push({ bytes, at: from });
    const content = contentAt(bytes, tokens.at);
    if (content === null || dictionary === null) return;
    // Content that is drawn from a page of another file, or lies in one
    if (dictionary.keys.has('Ref')) this.isUnsafe = true;
    if (dictionary.keys.has('F')) this.isUnsafe ||= isFileKept({ bytes, at: from }, this.budget);
    if (dictionary.type === 'ObjStm' || (dictionary.keys.has('N') && dictionary.keys.has('First'))) {
      this.packs.push({ dictionary: { bytes, at: from }, from: content });
    }
  }

  /** Undefined if there is no value (any more). */
  #walk(tokens: PdfTokens, mustMakeSense: boolean): Outermost | null | undefined {
    const seen: Seen = { isUnsafe: false, isEncrypted: false, opening: [], links: [] };
    const walked = walkValue(tokens, seen);
    this.isUnsafe ||= seen.isUnsafe;
    this.isEncrypted ||= seen.isEncrypted;
    for (const number of seen.links) this.#links.add(number);
    for (const one of seen.opening) this.opening.push({ bytes: tokens.bytes, ...one });
    if (walked.kind === 'malformed' && mustMakeSense) this.isMalformed = true;
    return walked.kind === 'value' ? walked.outermost : undefined;
  }

  #keep(number: number, place: PdfPlace): void {
    const known = this.byNumber.get(number);
    if (known) known.push(place);
    else this.byNumber.set(number, [place]);
  }
}

const keyword = 'stream';

/** Where the content of a stream begins, if its keyword was what was read last; else null. */
function contentAt(bytes: Buffer, behind: number): number | null {
  if (bytes.toString('latin1', behind - keyword.length, behind) !== keyword) return null;
  let at = behind;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  if (bytes[at] === 0x0d) at++;
  if (bytes[at] === 0x0a) at++;
  return at;
}

const isSpace = (byte: number | undefined) =>
  byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d) || byte === 0;
const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Where a run of such bytes begins that ends before `at`. */
function backOver(is: (byte: number | undefined) => boolean, bytes: Buffer, at: number): number {
  let from = at;
  while (from > 0 && is(bytes[from - 1])) from--;
  return from;
}

/** The number of an object whose keyword stands at `at`: the first of the two before it; null if there are none. */
function numberBefore(bytes: Buffer, at: number): number | null {
  const generationEnd = backOver(isSpace, bytes, at);
  const generation = backOver(isDigit, bytes, generationEnd);
  const end = backOver(isSpace, bytes, generation);
  const from = backOver(isDigit, bytes, end);
  if (generation === generationEnd || end === generation || from === end) return null;
  return Number(bytes.toString('latin1', Math.max(from, end - 10), end));
}

/** Whether a number of its own, or the end of a comment, stands before an object: not by chance, as in a picture. */
function isMeant(bytes: Buffer, at: number): boolean {
  const end = backOver(isSpace, bytes, at);
  const number = backOver(isDigit, bytes, end);
  if (number < end && end < at && isSpace(bytes[number - 1])) return true;
  if (!bytes.subarray(end, at).some((byte) => byte === 0x0a || byte === 0x0d)) return false;
  for (let back = end - 1; back >= 0; back--) {
    if (bytes[back] === 0x25) return true; // %
    if (bytes[back] === 0x0a || bytes[back] === 0x0d) break;
  }
  return false;
}

/** Whether the `F` of a stream says that its content is another file's. */
function isFileKept(dictionary: PdfPlace, budget: PdfBudget): boolean {
  const value = readValue(new PdfTokens(dictionary.bytes, dictionary.at, budget));
  return value?.kind !== 'dictionary' || valuesOf(value, 'F').some(({ kind }) => kind !== 'number');
}
