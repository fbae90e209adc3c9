import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../edge/aws-error.ts';
import { bare, type ObjectStore, type StoredObject } from './object-store.ts';
import type { StoredPart } from './part-store.ts';
import { receiveBody } from './receive-body.ts';
import { textsOf } from './xml.ts';

const leastPartBytes = 5 * 1024 * 1024;
const mostParts = 10_000;

type At = { bucket: string; key: string };

/** Uploads in parts: begun, filled, then assembled into one object or given up. */
export class Multipart {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** @returns the upload's id */
  create(bucket: string, key: string, headers: Record<string, string>): string {
    const id = randomUUID();
    this.#store.uploads.create(id, bucket, key, headers);
    return id;
  }

  /** @returns the part's entity tag */
  async putPart(at: At, uploadId: string, partNumber: number, request: IncomingMessage): Promise<string> {
    this.#headersOf(at, uploadId);
    if (!(partNumber >= 1 && partNumber <= mostParts))
      throw new AwsError('InvalidArgument', 'Part number must be between 1 and 10000.');
    const { file, size, md5 } = await receiveBody(request, this.#store.folder);
    const etag = md5.toString('hex');
    this.#store.uploads.put(uploadId, { partNumber, file, size, etag });
    return etag;
  }

  list(at: At, uploadId: string) {
    this.#headersOf(at, uploadId);
    const parts = this.#store.uploads.parts(uploadId);
    return {
      Bucket: at.bucket,
      Key: at.key,
      UploadId: uploadId,
      IsTruncated: false,
      Part: parts.map(({ partNumber, etag, size }) => ({ PartNumber: partNumber, ETag: `"${etag}"`, Size: size })),
    };
  }

  /** Forgets an upload and its parts. */
  abort(at: At, uploadId: string): void {
    this.#headersOf(at, uploadId);
    this.#store.uploads.end(uploadId);
  }

  /** Joins the parts that the request names into an object not yet committed. */
  async assemble(at: At, uploadId: string, document: string): Promise<StoredObject> {
    const headers = this.#headersOf(at, uploadId);
    const parts = this.#chosen(uploadId, document);
    const tags = createHash('md5').update(Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex'))));
    return {
      ...at,
      file: await this.join(parts.map(({ file }) => file)),
      size: parts.reduce((sum, { size }) => sum + size, 0),
      etag: `${tags.digest('hex')}-${parts.length}`,
      modifiedAt: Date.now(),
      headers,
      checksum: undefined,
    };
  }

  /** Copies files one after the other into a new one. */
  async join(files: string[]): Promise<string> {
    const file = join(this.#store.folder, randomUUID());
    const read = async function* () {
      for (const source of files) yield* createReadStream(source, { highWaterMark: 256 * 1024 });
    };
    await pipeline(read, createWriteStream(file));
    return file;
  }

  #chosen(uploadId: string, document: string): StoredPart[] {
    const stored = new Map(this.#store.uploads.parts(uploadId).map((part) => [part.partNumber, part]));
    const numbers = textsOf(document, 'PartNumber').map(Number);
    const etags = textsOf(document, 'ETag').map(bare);
    if (numbers.some((number, at) => at > 0 && number <= numbers[at - 1]!)) {
      throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.');
    }
    const parts = numbers.map((number, at) => {
      const part = stored.get(number);
      if (part?.etag === etags[at]) return part!;
      throw new AwsError('InvalidPart', 'One or more of the specified parts could not be found.');
    });
    if (parts.length === 0) throw new AwsError('MalformedXML', 'You must specify at least one part.');
    if (parts.slice(0, -1).some(({ size }) => size < leastPartBytes)) {
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size.');
    }
    return parts;
  }

  #headersOf({ bucket, key }: At, uploadId: string): Record<string, string> {
    const headers = this.#store.uploads.find(uploadId, bucket, key);
    if (!headers) throw new AwsError('NoSuchUpload', 'The specified upload does not exist.', 404);
    return headers;
  }
}
