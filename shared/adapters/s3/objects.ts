import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { openMultipart } from './multipart.ts';

/** The stored object is not the one that was asked for: replaced or deleted meanwhile. */
export class ObjectChanged extends Error {
  override readonly name = 'ObjectChanged';
}

export interface ObjectFacts {
  readonly bytes: number;
  readonly eTag: string;
  /** `x-amz-meta-*`, names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Objects of the one bucket. */
export interface Objects {
  /** Up to `length` bytes from `offset`; fewer where the object ends before. Throws when there is no such object. */
  range(key: string, offset: number, length: number): Promise<Uint8Array>;
  whole(key: string): Promise<Uint8Array>;
  /** In chunks as they come; with `eTag`, only of exactly that version, else throws ObjectChanged. */
  stream(key: string, eTag?: string): AsyncGenerator<Uint8Array>;
  /** Null when there is no such object. */
  head(key: string): Promise<ObjectFacts | null>;
  put(key: string, bytes: Uint8Array, contentType?: string): Promise<void>;
  /** An object of unknown length, written in parts, which exists only once it is closed. */
  open(key: string, contentType?: string): ReturnType<typeof openMultipart>;
}

export function openObjects(client: S3Client, bucket: string): Objects {
  const get = async (key: string, more: { readonly Range?: string; readonly IfMatch?: string } = {}) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...more }));
    if (!Body) throw new Error('The object store answered without a body');
    return Body;
  };
  return {
    async range(key, offset, length) {
      if (length === 0) return new Uint8Array(0);
      const body = await get(key, { Range: `bytes=${offset}-${offset + length - 1}` });
      return body.transformToByteArray();
    },
    whole: async (key) => (await get(key)).transformToByteArray(),
    async *stream(key, eTag) {
      const body = await get(key, eTag === undefined ? {} : { IfMatch: eTag }).catch((error: unknown) => {
        throw hasChanged(error) ? new ObjectChanged('The object was replaced or deleted', { cause: error }) : error;
      });
      yield* body as unknown as AsyncIterable<Uint8Array>;
    },
    async head(key) {
      try {
        const {
          ContentLength = 0,
          ETag = '',
          Metadata = {},
        } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
        return { bytes: ContentLength, eTag: ETag, metadata: Metadata };
      } catch (error) {
        if (error instanceof NotFound || error instanceof NoSuchKey) return null;
        throw error;
      }
    },
    async put(key, bytes, contentType) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: contentType }));
    },
    open: (key, contentType) => openMultipart(client, bucket, key, contentType),
  };
}

const hasChanged = (error: unknown) =>
  error instanceof S3ServiceException &&
  (error.$metadata.httpStatusCode === 412 || error.$metadata.httpStatusCode === 404);
