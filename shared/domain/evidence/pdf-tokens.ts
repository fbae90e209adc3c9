/** What a PDF is written in (ISO 32000, 7.2 and 7.3), token by token. Numbers that make a reference come as one. */
export type PdfToken =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'reference'; readonly number: number }
  | { readonly kind: 'open' | 'close'; readonly of: 'dictionary' | 'array' }
  /** What it says matters of links only. */
  | { readonly kind: 'string' }
  | { readonly kind: 'word'; readonly word: string }
  /** A byte where none like it belongs, or a string without an end. */
  | { readonly kind: 'odd' }
  | { readonly kind: 'end' };

/** More than is looked at: what hides in such a file is not found by us, and no ordinary file is one. */
export class PdfTooMuch extends Error {
  override readonly name = 'PdfTooMuch';
}

/** What is left of the work that one file may make, over all that is looked at in it, however often. */
export interface PdfBudget {
  tokens: number;
  bytes: number;
}

const classes = new Uint8Array(256);
const [space, delimiter] = [1, 2];
for (const byte of [0, 9, 10, 12, 13, 32]) classes[byte] = space;
for (const char of '()<>[]{}/%') classes[char.charCodeAt(0)] = delimiter;

const strings = { kind: 'string' } as const;
const odd = { kind: 'odd' } as const;
const brackets = {
  dictionary: [
    { kind: 'open', of: 'dictionary' },
    { kind: 'close', of: 'dictionary' },
  ],
  array: [
    { kind: 'open', of: 'array' },
    { kind: 'close', of: 'array' },
  ],
} as const;

/** Reads tokens from one place on. Each step moves forward. */
export class PdfTokens {
  readonly bytes: Buffer;
  at: number;
  /** Where the token that was read last begins; it ends at `at`. */
  from: number;
  readonly #budget: PdfBudget;

  constructor(bytes: Buffer, at: number, budget: PdfBudget) {
    this.bytes = bytes;
    this.at = at;
    this.from = at;
    this.#budget = budget;
  }

  /** @throws PdfTooMuch */
  next(): PdfToken {
    const from = this.at;
    const token = this.#read();
    this.#budget.tokens -= 1;
    this.#budget.bytes -= this.at - from;
    if (this.#budget.tokens < 0 || this.#budget.bytes < 0) throw new PdfTooMuch('The file is too much to look at');
    return token;
  }

  #read(): PdfToken {
    const { bytes } = this;
    this.at = afterSpace(bytes, this.at);
    this.from = this.at;
    const byte = bytes[this.at];
    if (byte === undefined) return { kind: 'end' };
    switch (byte) {
      case 0x2f: // /
        return { kind: 'name', name: plain(this.#regular(this.at + 1)) };
      case 0x28: // (
        return this.#literal();
      case 0x3c: // <
        return bytes[this.at + 1] === 0x3c ? this.#take(2, brackets.dictionary[0]) : this.#hexadecimal();
      case 0x3e: // >
        return bytes[this.at + 1] === 0x3e ? this.#take(2, brackets.dictionary[1]) : this.#take(1, odd);
      case 0x5b: // [
        return this.#take(1, brackets.array[0]);
      case 0x5d: // ]
        return this.#take(1, brackets.array[1]);
      default:
        return classes[byte] === delimiter ? this.#take(1, odd) : this.#wordOrNumber();
    }
  }

  #take<T>(length: number, token: T): T {
    this.at += length;
    return token;
  }

  #regular(from: number): string {
    let to = from;
    while (to < this.bytes.length && classes[this.bytes[to]!] === 0) to++;
    this.at = to;
    return this.bytes.toString('latin1', from, to);
  }

  #wordOrNumber(): PdfToken {
    const word = this.#regular(this.at);
    if (!/^[+-]?[\d.]+$/.test(word)) return { kind: 'word', word };
    const end = /^\d{1,10}$/.test(word) ? referenceEnd(this.bytes, this.at) : -1;
    if (end < 0) return { kind: 'number', value: Number(word) };
    this.at = end;
    return { kind: 'reference', number: Number(word) };
  }

  #literal(): PdfToken {
    let depth = 0;
    for (let at = this.at; at < this.bytes.length; at++) {
      const byte = this.bytes[at];
      if (byte === 0x5c) at++;
      else if (byte === 0x28) depth++;
      else if (byte === 0x29 && --depth === 0) {
        this.at = at + 1;
        return strings;
      }
    }
    this.at = this.bytes.length;
    return odd;
  }

  #hexadecimal(): PdfToken {
    const end = this.bytes.indexOf(0x3e, this.at);
    this.at = end < 0 ? this.bytes.length : end + 1;
    return end < 0 ? odd : strings;
  }
}

/** Behind white space and comments. */
function afterSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (; at < bytes.length; at++) {
    if (classes[bytes[at]!] === space) continue;
    if (bytes[at] !== 0x25) break; // %
    while (at < bytes.length && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++;
  }
  return at;
}

/** Where the rest of a reference ends (`0 R`, of `9 0 R`) that begins here; −1 if none does. */
function referenceEnd(bytes: Buffer, from: number): number {
  let at = afterSpace(bytes, from);
  const first = at;
  while (isDigit(bytes[at])) at++;
  if (at === first) return -1;
  const behind = afterSpace(bytes, at);
  if (behind === at || bytes[behind] !== 0x52) return -1; // R
  const next = bytes[behind + 1];
  return next === undefined || classes[next] !== 0 ? behind + 1 : -1;
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** A name as it is meant: letters may be written in hexadecimal. */
const plain = (name: string) =>
  name.includes('#')
    ? name.replace(/#([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : name;
