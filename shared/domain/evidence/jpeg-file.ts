import { readJpegTo } from '../images/jpeg.ts';
import type { EvidenceReading } from './check-evidence.ts';

const unreadable = (why: string): EvidenceReading => ({
  kind: 'unreadable',
  why: `The image cannot be read. ${why} Save it again as an ordinary JPEG.`,
});

/** Of an image, and of what phones put behind it; no camera has more. */
const picturesMax = 16;

/**
 * Reads whether a JPEG is there from beginning to end, and nothing behind it: what follows could be a page or an archive
 * to whoever looks for one. Only pictures may follow, whole ones, where the first says that there are more (CIPA DC-007):
 * phones put brightness and depth there.
 */
export function readJpegFile(bytes: Uint8Array): EvidenceReading {
  let rest = bytes;
  for (let pictures = 0; pictures < picturesMax; pictures++) {
    const { reading, end } = readJpegTo(rest);
    if (reading.kind === 'not_jpeg') return pictures === 0 ? { kind: 'other' } : behindItsEnd;
    if (reading.kind === 'unreadable') return pictures === 0 ? unreadable(reading.why) : behindItsEnd;
    if (end === rest.length) return { kind: 'whole' };
    if (pictures === 0 && !announcesMore(rest.subarray(0, end))) return behindItsEnd;
    rest = rest.subarray(end);
  }
  return behindItsEnd;
}

const behindItsEnd = unreadable('Something else lies behind its end: some phones add it, a screenshot has none.');

const mark = Buffer.from('MPF\0', 'latin1');

/** A segment of the picture's (APP2) lists the pictures of the file. */
function announcesMore(picture: Uint8Array): boolean {
  const bytes = Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength);
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) {
    if (bytes[at - 4] === 0xff && bytes[at - 3] === 0xe2) return true;
  }
  return false;
}
