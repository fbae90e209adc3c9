import { readJpegTo } from '../images/jpeg.ts';
import type { EvidenceReading } from './check-evidence.ts';
import { sidePixelsMax } from './picture.ts';

const unreadable = (why: string): EvidenceReading => ({
  kind: 'unreadable',
  why: `The image cannot be read. ${why} Save it again as an ordinary JPEG.`,
});

/**
 * Reads whether a JPEG is there from beginning to end. What phones put behind it (a film, brightness, their own notes) is
 * not the picture's.
 */
export function readJpegFile(bytes: Uint8Array): EvidenceReading {
  const { reading, end } = readJpegTo(bytes);
  switch (reading.kind) {
    case 'jpeg':
      if (Math.max(reading.width, reading.height) > sidePixelsMax) return unreadable('Its size cannot be.');
      return { kind: 'whole', endBytes: end };
    case 'not_jpeg':
      return { kind: 'other' };
    case 'unreadable':
      return unreadable(reading.why);
  }
}
