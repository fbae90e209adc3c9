import { pipeline, Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { type Entry, fromBuffer, type ZipFile } from 'yauzl';
import { inflatedBytesMax, zipEntriesMax } from '../bounds.ts';
import { FileRefused } from '../file-problem.ts';

const stored = 0;
const deflated = 8;
const chunkBytes = 256 * 1024;
const sliceBytes = 64 * 1024;

const damaged = (what: string) => new FileRefused('unreadable_file', `The workbook is damaged or cut off: ${what}.`);
/** What the zip library finds is about records and signatures: its words tell a customer nothing they can act on. */
const unreadable = () =>
  new FileRefused(
    'unreadable_file',
    'The workbook is damaged or cut off. Open it in Excel, save it, and upload it again.',
  );
const tooMuch = () => new FileRefused('too_large', 'The workbook unpacks to more than 600 MB.');

/**
 * The parts inside a workbook's zip. What a part claims about its size is checked first and held against what really
 * comes out; all parts together may unpack to 600 MB and no more.
 */
export class ZipParts {
  /** Packed bytes unpacked so far, for progress. */
  packedBytesRead = 0;
  #unpackedBytes = 0;
  readonly #file: Buffer;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: Buffer, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#zip = zip;
    this.#entries = entries;
  }

  /** Throws FileRefused. */
  static async open(file: Buffer): Promise<ZipParts> {
    const zip = await new Promise<ZipFile>((resolve, reject) => {
      fromBuffer(file, { lazyEntries: true }, (error, opened) => (error ? reject(unreadable()) : resolve(opened)));
    });
    if (zip.entryCount > zipEntriesMax) throw new FileRefused('too_large', 'The workbook has too many parts.');
    const entries = await new Promise<Map<string, Entry>>((resolve, reject) => {
      const found = new Map<string, Entry>();
      zip.on('error', () => reject(unreadable()));
      zip.on('end', () => resolve(found));
      zip.on('entry', (entry: Entry) => {
        found.set(entry.fileName.toLowerCase(), entry);
        zip.readEntry();
      });
      zip.readEntry();
    });
    return new ZipParts(file, zip, entries);
  }

  /** Part names are compared without case, as spreadsheets do. */
  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /** A part in chunks, or nothing if it does not exist. Throws FileRefused. */
  async *read(name: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry === undefined) return;
    if (entry.isEncrypted()) throw new FileRefused('unreadable_file', 'The workbook is protected by a password.');
    if (this.#unpackedBytes + entry.uncompressedSize > inflatedBytesMax) throw tooMuch();
    let bytes = 0;
    for await (const chunk of this.#unpacked(entry, await this.#start(entry))) {
      bytes += chunk.length;
      this.#unpackedBytes += chunk.length;
      if (bytes > entry.uncompressedSize) throw damaged('a part is larger than it says');
      if (this.#unpackedBytes > inflatedBytesMax) throw tooMuch();
      yield chunk;
    }
    if (bytes !== entry.uncompressedSize) throw damaged('a part is smaller than it says');
  }

  #start(entry: Entry): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#zip.readLocalFileHeader(entry, { minimal: true }, (error, header) =>
        error ? reject(unreadable()) : resolve(header.fileDataStart),
      );
    });
  }

  async *#unpacked(entry: Entry, start: number): AsyncGenerator<Buffer> {
    const slices = this.#slices(start, start + entry.compressedSize);
    if (entry.compressionMethod === stored) {
      for (const slice of slices) yield Buffer.from(slice);
      return;
    }
    if (entry.compressionMethod !== deflated) throw damaged('it is packed in an unknown way');
    const inflate = createInflateRaw({ chunkSize: chunkBytes });
    // Errors of either side surface in the loop below, so the callback has nothing left to do.
    pipeline(Readable.from(slices, { objectMode: true, highWaterMark: 1 }), inflate, () => undefined);
    try {
      for await (const chunk of inflate) yield chunk as Buffer;
    } catch (error) {
      if (error instanceof FileRefused) throw error;
      throw damaged('a part cannot be unpacked');
    }
  }

  *#slices(start: number, end: number): Generator<Buffer> {
    for (let at = start; at < end; at += sliceBytes) {
      const slice = this.#file.subarray(at, Math.min(at + sliceBytes, end));
      this.packedBytesRead += slice.length;
      yield slice;
    }
  }
}
