import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** An object of unknown length, being written: it exists from `close` on, or never. */
export interface ObjectSink {
  /** Takes the bytes in; they may be used for other things once this resolves. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Gives up what was written; safe to call at any time, also after `close`. */
  abandon(): Promise<void>;
}

const partBytes = 8 * 1024 * 1024; // S3 wants at least 5 MB, and at most 10,000 parts
const firstBytes = 256 * 1024;

/** Holds one part in memory at a time; an object smaller than a part is put in one call. */
export class MultipartSink implements ObjectSink {
  readonly #client: S3Client;
  readonly #at: { readonly Bucket: string; readonly Key: string };
  readonly #type: { readonly ContentType: string | undefined };
  readonly #condition: { readonly IfMatch: string | undefined };
  #part = Buffer.allocUnsafeSlow(firstBytes);
  #used = 0;
  #uploadId: string | null = null;
  readonly #parts: CompletedPart[] = [];
  #ended = false;

  /** @param ifMatch the object that it takes the place of: if there is another one by then, `close` is refused */
  constructor(client: S3Client, bucket: string, key: string, contentType?: string, ifMatch?: string) {
    this.#client = client;
    this.#at = { Bucket: bucket, Key: key };
    this.#type = { ContentType: contentType };
    this.#condition = { IfMatch: ifMatch };
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#ended) throw new Error('The object is closed');
    for (let at = 0; at < bytes.length; ) {
      const taken = Math.min(bytes.length - at, partBytes - this.#used);
      this.#room(this.#used + taken);
      this.#part.set(bytes.subarray(at, at + taken), this.#used);
      this.#used += taken;
      at += taken;
      if (this.#used === partBytes) await this.#sendPart();
    }
  }

  async close(): Promise<void> {
    if (this.#ended) throw new Error('The object is closed');
    if (this.#uploadId === null) {
      const Body = this.#part.subarray(0, this.#used);
      await this.#client.send(new PutObjectCommand({ ...this.#at, ...this.#type, ...this.#condition, Body }));
    } else {
      if (this.#used > 0) await this.#sendPart();
      await this.#client.send(
        new CompleteMultipartUploadCommand({
          ...this.#at,
          ...this.#condition,
          UploadId: this.#uploadId,
          MultipartUpload: { Parts: this.#parts },
        }),
      );
    }
    this.#end();
  }

  async abandon(): Promise<void> {
    if (this.#ended) return;
    this.#end();
    if (this.#uploadId === null) return;
    await this.#client.send(new AbortMultipartUploadCommand({ ...this.#at, UploadId: this.#uploadId }));
  }

  async #sendPart(): Promise<void> {
    if (this.#uploadId === null) {
      const begun = await this.#client.send(new CreateMultipartUploadCommand({ ...this.#at, ...this.#type }));
      if (begun.UploadId === undefined) throw new Error('The object store began no upload');
      this.#uploadId = begun.UploadId;
    }
    const PartNumber = this.#parts.length + 1;
    const Body = this.#part.subarray(0, this.#used);
    const sent = await this.#client.send(
      new UploadPartCommand({ ...this.#at, UploadId: this.#uploadId, PartNumber, Body }),
    );
    this.#parts.push({
      PartNumber,
      ETag: sent.ETag,
      ...(sent.ChecksumCRC32 === undefined ? {} : { ChecksumCRC32: sent.ChecksumCRC32 }),
    });
    this.#used = 0;
  }

  #room(needed: number): void {
    if (needed <= this.#part.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.min(partBytes, Math.max(needed, this.#part.length * 4)));
    this.#part.copy(grown, 0, 0, this.#used);
    this.#part = grown;
  }

  #end(): void {
    this.#ended = true;
    this.#part = Buffer.alloc(0);
  }
}
