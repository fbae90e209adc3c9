import { readJpegTo } from '../images/jpeg.ts';
import type { EvidenceReading } from './check-evidence.ts';

/**
 * Reads whether a JPEG is there from beginning to end. What phones put behind it (a film, brightness, their own notes) is
 * not the picture's.
 */
export function readJpegFile(bytes: Uint8Array): EvidenceReading {
  const { reading, end } = readJpegTo(bytes);
  switch (reading.kind) {
    case 'jpeg':
      return { kind: 'whole', endBytes: end };
    case 'not_jpeg':
      return { kind: 'other' };
    case 'unreadable':
      return {
        kind: 'unreadable',
        why: `The image cannot be read. ${reading.why} Save it again as an ordinary JPEG.`,
      };
  }
}
