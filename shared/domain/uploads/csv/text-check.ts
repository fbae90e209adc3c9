import { FileRefused } from '../file-problem.ts';
import { Utf8Check } from '../utf8-check.ts';

/** Makes sure, chunk by chunk, that a csv is UTF-8 text; names the encodings people really send instead. */
export class TextCheck {
  readonly #utf8 = new Utf8Check();
  #first = true;

  /** Throws FileRefused. */
  push(chunk: Buffer): void {
    if (this.#first && chunk.length > 0) {
      this.#first = false;
      const mark = chunk.length > 1 ? chunk.readUInt16BE(0) : 0;
      if (mark === 0xfffe || mark === 0xfeff) throw utf16();
    }
    const nul = chunk.indexOf(0);
    if (nul !== -1) {
      // ASCII in UTF-16 has a NUL in every other byte.
      const near = chunk.subarray(Math.max(0, nul - 8), nul + 8);
      if (near.filter((byte) => byte === 0).length * 3 >= near.length && !near.includes('\0\0')) throw utf16();
      throw new FileRefused('unreadable_file', 'The file contains NUL bytes, so it is not a csv text file.');
    }
    if (!this.#utf8.push(chunk)) throw notUtf8(chunk);
  }

  /** Throws FileRefused. */
  end(): void {
    if (!this.#utf8.end()) throw notUtf8(Buffer.alloc(0));
  }
}

const utf16 = () =>
  new FileRefused('not_utf8', 'The file is UTF-16 ("Unicode text"). Save it as "CSV UTF-8" and upload it again.');

function notUtf8(bytes: Buffer): FileRefused {
  return looksLikeKoreanCodePage(bytes)
    ? new FileRefused(
        'not_utf8',
        'The file is encoded in EUC-KR (CP949). Save it as "CSV UTF-8" in the spreadsheet and upload it again.',
      )
    : new FileRefused('not_utf8', 'The file is not UTF-8. Save it as "CSV UTF-8" and upload it again.');
}

/** Every byte above ASCII belongs to a CP949 pair, and most pairs are in the rows of everyday Hangul. */
function looksLikeKoreanCodePage(bytes: Buffer): boolean {
  let pairs = 0;
  let hangul = 0;
  let strays = 0;
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i]!;
    if (lead < 0x80) continue;
    const trail = bytes[i + 1] ?? 0;
    const isTrail =
      trail >= 0x41 && trail !== 0xff && !(trail > 0x5a && trail < 0x61) && !(trail > 0x7a && trail < 0x81);
    if (lead === 0x80 || lead === 0xff || !isTrail) {
      strays++; // one is fine: a pair cut by the chunk's edge
      continue;
    }
    pairs++;
    if (lead >= 0xb0 && lead <= 0xc8 && trail >= 0xa1) hangul++;
    i++;
  }
  return pairs > 0 && strays <= 2 && hangul * 2 >= pairs;
}
