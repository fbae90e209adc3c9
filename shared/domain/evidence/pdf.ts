import { inflateSync } from 'node:zlib';
import type { EvidenceReading } from './check-evidence.ts';
import { type PackedObjects, PdfSight } from './pdf-objects.ts';
import { leadsOut } from './pdf-opening.ts';
import { PdfTokens, PdfTooMuch } from './pdf-tokens.ts';
import { type PdfDictionary, type PdfValue, readValue, valuesOf } from './pdf-values.ts';

const tailBytes = 1_024; // so far from the end readers look for the trailer
/** All that packed objects of one file may unpack to. */
const unpackedBytesMax = 64 * 1024 * 1024;
const packsMax = 20_000;
/** A book of four hundred pages with all its links has a few hundred thousand. */
const tokensMax = 1_500_000;
const lookedAtBytesMax = 200 * 1024 * 1024;

const unreadable = (why: string): EvidenceReading => ({
  kind: 'unreadable',
  why: `The PDF cannot be read. ${why} Save or print it again as a PDF.`,
});

const unsafe: EvidenceReading = {
  kind: 'unsafe',
  why: 'The PDF has scripts, programs, other files or something that opens by itself in it: print it as a PDF without them.',
};

/**
 * Reads whether a PDF is there from beginning to end and can be opened by whoever has to judge a consent by it (ISO
 * 32000): header, trailer and what that points to; no password; nothing in it that does anything before somebody clicks,
 * nor anything but a link to the web or within it then. It is not drawn. Whatever readers may take for an object is looked
 * at, packed ones too; what cannot be looked at is refused. The work is bounded, whatever the file is.
 */
export function readPdf(given: Uint8Array): EvidenceReading {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  if (!/^%PDF-[12]\.\d/.test(bytes.toString('latin1', 0, 8))) return { kind: 'other' };
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - tailBytes));
  const pointer = [...tail.matchAll(/startxref\s+(\d{1,10})\s+%%EOF/g)].at(-1);
  if (pointer === undefined) return unreadable('It ends in the middle: it was probably not uploaded whole.');
  if (!/^[\s\0]*$/.test(tail.slice(pointer.index + pointer[0].length))) {
    return unreadable('Something else lies behind its end.');
  }
  const table = bytes.toString('latin1', Number(pointer[1]), Number(pointer[1]) + 40);
  if (!/^\s*(?:xref\b|\d+\s+\d+\s+obj\b)/.test(table)) return unreadable('Its table of contents is not where it says.');
  const sight = new PdfSight({ tokens: tokensMax, bytes: lookedAtBytesMax });
  try {
    return look(sight, bytes);
  } catch (error) {
    if (!(error instanceof PdfTooMuch)) throw error;
    return sight.isUnsafe ? unsafe : unreadable('There is more in it than can be looked at.');
  }
}

function look(sight: PdfSight, bytes: Buffer): EvidenceReading {
  sight.lookAtFile(bytes);
  if (sight.isEncrypted) return unreadable('It is protected by a password or against changes: remove that.');
  if (sight.isUnsafe) return unsafe;
  let left = unpackedBytesMax;
  for (const [index, { dictionary, from }] of sight.packs.entries()) {
    const value = readValue(new PdfTokens(dictionary.bytes, dictionary.at, sight.budget));
    const packed =
      index < packsMax && value?.kind === 'dictionary' ? unpacked(value, bytes.subarray(from), left) : null;
    if (packed === null) return unreadable('Its parts are packed in a way that is not known here.');
    left -= packed.bytes.length;
    sight.lookAtPacked(packed);
    if (sight.isUnsafe) return unsafe;
  }
  sight.lookAtLinks();
  if (sight.isUnsafe || leadsOut(sight, sight.budget)) return unsafe;
  return sight.isMalformed
    ? unreadable('Its parts do not follow the rules.')
    : { kind: 'whole', endBytes: bytes.length };
}

/** Null if it is packed in another way than every program packs it, is damaged, or too much. */
function unpacked(dictionary: PdfDictionary, content: Buffer, maxOutputLength: number): PackedObjects | null {
  const only = (key: string): PdfValue | null | undefined => {
    const [value, ...more] = valuesOf(dictionary, key);
    return more.length > 0 ? null : value;
  };
  const [count, first, filter, shift] = [only('N'), only('First'), only('Filter'), only('DecodeParms')];
  if (count?.kind !== 'number' || first?.kind !== 'number' || maxOutputLength < 1) return null;
  if (!Number.isSafeInteger(count.value) || !Number.isSafeInteger(first.value)) return null;
  if (count.value < 0 || first.value < 0) return null;
  if (shift !== undefined && !isPlain(shift)) return null;
  const facts = { count: count.value, first: first.value };
  if (filter === undefined) return { bytes: content.subarray(0, maxOutputLength), ...facts };
  const filters = filter?.kind === 'array' ? filter.items : [filter];
  if (filters.length !== 1 || filters[0]?.kind !== 'name' || filters[0].name !== 'FlateDecode') return null;
  try {
    return { bytes: inflateSync(content, { maxOutputLength }), ...facts };
  } catch {
    return null; // damaged, or more than it may be
  }
}

/** Bytes are not shifted by what stands before them. */
function isPlain(shift: PdfValue | null): boolean {
  if (shift?.kind === 'array') return shift.items.every(isPlain);
  if (shift?.kind !== 'dictionary') return shift?.kind === 'other';
  return valuesOf(shift, 'Predictor').every((value) => value.kind === 'number' && value.value === 1);
}
