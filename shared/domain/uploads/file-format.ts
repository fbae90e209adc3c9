import { FileRefused } from './file-problem.ts';

export type FileFormat = 'csv' | 'xlsx' | 'xlsm';

const zip = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
const emptyZip = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
const ole = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
const encryptedPackage = Buffer.from('EncryptedPackage', 'utf16le');

/** The ending a file name claims, in lower case without the dot; '' if none. */
export const endingOf = (fileName: string): string =>
  /\.([^./\\]{1,10})$/.exec(fileName.trim())?.[1]?.toLowerCase() ?? '';

/**
 * What a file is, by its first bytes and its name; the two must agree, because a renamed file is a mistake worth
 * telling. `whole` reads the file as far as needed and is asked only for old Office containers. Throws FileRefused.
 */
export async function formatOf(fileName: string, beginning: Buffer, whole: () => Promise<Buffer>): Promise<FileFormat> {
  const ending = endingOf(fileName);
  if (beginning.length === 0) throw new FileRefused('empty_file', 'The file is empty.');
  if (beginning.subarray(0, 8).equals(ole)) {
    if ((await whole()).includes(encryptedPackage)) {
      throw new FileRefused(
        'unreadable_file',
        'The workbook is protected by a password. Remove it and upload the file again.',
      );
    }
    throw unsupported('This is an old Excel file (xls).');
  }
  const isZip = beginning.subarray(0, 4).equals(zip) || beginning.subarray(0, 4).equals(emptyZip);
  if (isZip) {
    if (ending === 'csv') throw unsupported('The file is named .csv but is a zip archive or a workbook.');
    if (ending === 'xlsm') return 'xlsm';
    if (ending === 'xlsx' || ending === '') return 'xlsx';
    throw unsupported(`Files named .${ending} cannot be read.`);
  }
  if (ending === 'csv' || ending === 'txt' || ending === '') return 'csv';
  if (ending === 'xlsx' || ending === 'xlsm') throw unsupported(`The file is named .${ending} but is no workbook.`);
  throw unsupported(`Files named .${ending} cannot be read.`);
}

const unsupported = (what: string) =>
  new FileRefused('unsupported_format', `${what} Save it as xlsx or "CSV UTF-8" and upload it again.`);
