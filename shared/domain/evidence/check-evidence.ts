import type { FileCode } from '../../contracts/codes.ts';
import { sha256Of } from '../images/kept-images.ts';
import { readJpegFile } from './jpeg-file.ts';
import { readPdf } from './pdf.ts';
import { readPng } from './png.ts';

export const evidenceBytesMax = 10 * 1024 * 1024;

export const evidenceFormats = ['pdf', 'jpeg', 'png'] as const;
export type EvidenceFormat = (typeof evidenceFormats)[number];

/**
 * What a file that proves a consent, or a document, was found to be: the bytes from its beginning to the end of what it
 * is. Many phones put something behind a picture; that is not looked at, and never kept or shown.
 */
export interface EvidenceFacts {
  readonly sizeBytes: number;
  /** Of those bytes, hexadecimal: a file that was put over the checked one proves nothing. */
  readonly sha256: string;
}

/** What a reader of one format says of a file: that it is whole up to a byte, that it is none, or what is wrong with it. */
export type EvidenceReading =
  | { readonly kind: 'whole'; readonly endBytes: number }
  | { readonly kind: 'other' }
  | { readonly kind: 'unreadable' | 'unsafe'; readonly why: string };

export type EvidenceCheck =
  | { readonly format: EvidenceFormat; readonly evidence: EvidenceFacts }
  | { readonly problem: { readonly code: FileCode; readonly message: string } };

const readers: readonly (readonly [EvidenceFormat, (bytes: Uint8Array) => EvidenceReading])[] = [
  ['pdf', readPdf],
  ['png', readPng],
  ['jpeg', readJpegFile],
];

const codes = { unreadable: 'unreadable_file', unsafe: 'unsafe_file' } as const;

/** Whether a file can be kept as evidence: by what it holds, whatever it is called. Whatever that is, the answer is a value. */
export function checkEvidence(bytes: Uint8Array): EvidenceCheck {
  for (const [format, read] of readers) {
    const reading = read(bytes);
    if (reading.kind === 'other') continue;
    if (reading.kind !== 'whole') return { problem: { code: codes[reading.kind], message: reading.why } };
    const kept = bytes.subarray(0, reading.endBytes);
    return { format, evidence: { sizeBytes: kept.length, sha256: sha256Of(kept) } };
  }
  const message = 'The file is no PDF, JPEG or PNG, whatever its name: save it as one.';
  return { problem: { code: 'unsupported_format', message } };
}

export const evidenceTooLarge = {
  code: 'too_large',
  message: `Such a file may have at most ${evidenceBytesMax / 1024 / 1024} MB.`,
} as const satisfies { code: FileCode; message: string };
