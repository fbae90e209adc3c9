import { crc32 } from 'node:zlib';
import type { EvidenceReading } from './check-evidence.ts';
import { sidePixelsMax } from './picture.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Of a chunk, beside its data: length, type, checksum. */
const frameBytes = 12;
const headerBytes = 13;

const unreadable = (why: string): EvidenceReading => ({
  kind: 'unreadable',
  why: `The image cannot be read. ${why} Save it again as an ordinary PNG.`,
});

/**
 * Reads whether a PNG is there from beginning to end (ISO/IEC 15948): every chunk with its checksum, the header first,
 * the end last; what lies behind that is not the picture's. It is not decoded. Every step moves forward, so that no file takes longer than its bytes.
 */
export function readPng(given: Uint8Array): EvidenceReading {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  if (!bytes.subarray(0, signature.length).equals(signature)) return { kind: 'other' };
  let hasPicture = false;
  for (let at = signature.length; ; ) {
    if (at + frameBytes > bytes.length) return unreadable('It ends in the middle.');
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const end = at + frameBytes + length;
    if (end > bytes.length) return unreadable('It ends in the middle.');
    if (!/^[A-Za-z]{4}$/.test(type)) return unreadable('Its parts do not follow one another.');
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return unreadable('A part is damaged.');
    const isFirst = at === signature.length;
    if (isFirst !== (type === 'IHDR')) return unreadable('It does not begin with its size.');
    if (isFirst) {
      if (length !== headerBytes) return unreadable('Its header is malformed.');
      const sides = [bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12)];
      if (sides.some((side) => side === 0 || side > sidePixelsMax)) return unreadable('Its size cannot be.');
    }
    if (type === 'IDAT') hasPicture = true;
    if (type === 'IEND') {
      if (!hasPicture) return unreadable('It has no picture.');
      return { kind: 'whole', endBytes: end };
    }
    at = end;
  }
}
