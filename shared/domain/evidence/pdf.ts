import { inflateSync } from 'node:zlib';
import type { EvidenceReading } from './check-evidence.ts';

const tailBytes = 1_024; // so far from the end readers look for the trailer
/** All that packed objects of one file may unpack to. */
const unpackedBytesMax = 64 * 1024 * 1024;
const packedObjectsMax = 20_000;

const unreadable = (why: string): EvidenceReading => ({
  kind: 'unreadable',
  why: `The PDF cannot be read. ${why} Save or print it again as a PDF.`,
});

/** What runs, starts programs, or carries other files along, when somebody opens the document. */
const unsafeName = /\/(?:(?:JavaScript|Launch|EmbeddedFiles?|RichMedia)(?![A-Za-z0-9])|XFA\s*[[\d])/;

/**
 * Reads whether a PDF is there from beginning to end and can be opened by whoever has to judge a consent by it (ISO
 * 32000): header, trailer and what that points to; no password; nothing in it that does anything. It is not drawn. Names
 * may hide in packed objects, which are therefore unpacked. No file takes longer than its bytes and what they unpack to.
 */
export function readPdf(given: Uint8Array): EvidenceReading {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  if (!/^%PDF-[12]\.\d/.test(bytes.toString('latin1', 0, 8))) return { kind: 'other' };
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - tailBytes));
  const pointers = [...tail.matchAll(/startxref\s+(\d{1,10})\s+%%EOF/g)];
  const pointer = pointers.at(-1);
  if (pointer === undefined) return unreadable('It ends in the middle: it was probably not uploaded whole.');
  const table = bytes.toString('latin1', Number(pointer[1]), Number(pointer[1]) + 40);
  if (!/^\s*(?:xref\b|\d+\s+\d+\s+obj\b)/.test(table)) return unreadable('Its table of contents is not where it says.');
  const names = namesIn(bytes);
  if (/\/Encrypt(?![A-Za-z0-9])/.test(names)) {
    return unreadable('It is protected by a password or against changes: remove that.');
  }
  return unsafeName.test(names) ? unsafe : unpackedSafely(bytes);
}

const unsafe: EvidenceReading = {
  kind: 'unsafe',
  why: 'The PDF has scripts, programs or other files in it: print it as a PDF without them.',
};

const hash = 0x23;

/** Bytes as text to look for names in, which may be written in hexadecimal, letter by letter. */
function namesIn(bytes: Buffer): string {
  if (!bytes.includes(hash)) return bytes.toString('latin1');
  const plain = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at] === hash ? hexadecimal(bytes[at + 1]) * 16 + hexadecimal(bytes[at + 2]) : Number.NaN;
    plain[length++] = Number.isNaN(code) ? bytes[at]! : code;
    if (!Number.isNaN(code)) at += 2;
  }
  return plain.toString('latin1', 0, length);
}

function hexadecimal(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN;
}

function unpackedSafely(bytes: Buffer): EvidenceReading {
  let left = unpackedBytesMax;
  let objects = 0;
  for (const { before, from } of streamsOf(bytes)) {
    if (!/\/ObjStm(?![A-Za-z0-9])/.test(before)) continue;
    const packed = ++objects > packedObjectsMax ? null : unpacked(before, bytes.subarray(from), left);
    if (packed === null) return unreadable('Its parts are packed in a way that is not known here.');
    left -= packed.length;
    if (unsafeName.test(namesIn(packed))) return unsafe;
  }
  return { kind: 'whole' };
}

interface Stream {
  /** All that stands between the stream before and this one, its own dictionary last. */
  readonly before: string;
  readonly from: number;
}

/** Wherever a stream could begin, inside others too: what one reader takes for content another may take for an object. */
function* streamsOf(bytes: Buffer): Generator<Stream> {
  let behind = 0;
  for (const { index, 0: keyword } of bytes.toString('latin1').matchAll(/(?<!end)stream\r?\n/g)) {
    const from = index + keyword.length;
    yield { before: namesIn(bytes.subarray(behind, index)), from };
    behind = from;
  }
}

/** Null if it is packed in another way than every program packs it, is damaged, or too much. */
function unpacked(before: string, bytes: Buffer, maxOutputLength: number): Buffer | null {
  if (maxOutputLength < 1 || /\/Predictor\s+(?!1\b)\d/.test(before)) return null;
  if (!/\/Filter/.test(before)) return bytes.subarray(0, maxOutputLength);
  if (!/\/Filter\s*\[?\s*\/FlateDecode\s*\]?\s*(?:\/|>>)/.test(before)) return null;
  try {
    return inflateSync(bytes, { maxOutputLength });
  } catch {
    return null; // damaged, or more than it may be
  }
}
