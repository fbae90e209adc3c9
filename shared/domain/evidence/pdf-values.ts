import type { PdfToken, PdfTokens } from './pdf-tokens.ts';

/** A value of a PDF, as far as it matters here. */
export type PdfValue =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'reference'; readonly number: number }
  | { readonly kind: 'array'; readonly items: readonly PdfValue[] }
  | { readonly kind: 'dictionary'; readonly entries: readonly (readonly [key: string, value: PdfValue])[] }
  /** Strings, truths and null. */
  | { readonly kind: 'other' };
export type PdfDictionary = Extract<PdfValue, { kind: 'dictionary' }>;

const depthMax = 60;
const itemsMax = 20_000;
const other = { kind: 'other' } as const;

/** Reads a small value; null if there is none, or it is not as the rules ask, or large. @throws PdfTooMuch */
export const readValue = (tokens: PdfTokens): PdfValue | null => read(tokens, tokens.next(), depthMax);

function read(tokens: PdfTokens, token: PdfToken, depth: number): PdfValue | null {
  switch (token.kind) {
    case 'name':
    case 'number':
    case 'reference':
      return token;
    case 'string':
      return other;
    case 'word':
      return isConstant(token.word) ? other : null;
    case 'open':
      return depth === 0 ? null : token.of === 'array' ? readArray(tokens, depth) : readDictionary(tokens, depth);
    default:
      return null;
  }
}

function readArray(tokens: PdfTokens, depth: number): PdfValue | null {
  const items: PdfValue[] = [];
  while (items.length < itemsMax) {
    const token = tokens.next();
    if (token.kind === 'close') return token.of === 'array' ? { kind: 'array', items } : null;
    const item = read(tokens, token, depth - 1);
    if (item === null) return null;
    items.push(item);
  }
  return null;
}

function readDictionary(tokens: PdfTokens, depth: number): PdfDictionary | null {
  const entries: [string, PdfValue][] = [];
  while (entries.length < itemsMax) {
    const key = tokens.next();
    if (key.kind === 'close') return key.of === 'dictionary' ? { kind: 'dictionary', entries } : null;
    const value = key.kind === 'name' ? read(tokens, tokens.next(), depth - 1) : null;
    if (key.kind !== 'name' || value === null) return null;
    entries.push([key.name, value]);
  }
  return null;
}

export const isConstant = (word: string): boolean => word === 'true' || word === 'false' || word === 'null';

/** All values of a key: of one that stands twice, readers take one or the other. */
export const valuesOf = ({ entries }: PdfDictionary, key: string): readonly PdfValue[] =>
  entries.filter(([name]) => name === key).map(([, value]) => value);
