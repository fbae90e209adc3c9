import {
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { MultipartSink, type ObjectSink } from './multipart-sink.ts';

/** What is known of an object without reading it. `metadata` keys are lower case, without `x-amz-meta-`. */
export interface ObjectFacts {
  readonly eTag: string;
  readonly sizeBytes: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The object is not there. */
export class ObjectMissing extends Error {
  override readonly name = 'ObjectMissing';
}

/** The object is no longer the one that was asked for, by its ETag or by a range that it does not reach. */
export class ObjectChanged extends Error {
  override readonly name = 'ObjectChanged';
}

/** The objects of one bucket. Reads throw ObjectMissing and, when an ETag was asked for, ObjectChanged. */
export interface Objects {
  /** Null if there is none. */
  head(key: string): Promise<ObjectFacts | null>;
  /** `length` bytes from `offset` on; fewer where the object ends. */
  range(key: string, offset: number, length: number, eTag?: string): Promise<Uint8Array>;
  whole(key: string, eTag?: string): Promise<Uint8Array>;
  /** The object in chunks; stop iterating to stop reading. */
  stream(key: string, eTag?: string): AsyncGenerator<Uint8Array>;
  /** `keyArn`: the key that the object is encrypted with, if not the bucket's own. */
  put(key: string, bytes: Uint8Array, contentType?: string, keyArn?: string): Promise<void>;
  /** An object of unknown length. It exists from `close` on, which is refused if it must match another one and does not. */
  open(key: string, contentType?: string, ifMatch?: string): ObjectSink;
  /** Removes objects; absent ones are fine. */
  remove(keys: readonly string[]): Promise<void>;
  /** Removes an object if it is still the one with this ETag; nothing otherwise. */
  removeVersion(key: string, eTag: string): Promise<void>;
  /** Removes everything under a prefix, which must end in `/`. */
  removeUnder(prefix: string): Promise<void>;
}

const keysPerDelete = 1_000;

export function openObjects(client: S3Client, bucket: string): Objects {
  const get = async (key: string, more: Partial<GetObjectCommandInput>, eTag?: string) => {
    const condition = eTag === undefined ? {} : { IfMatch: eTag };
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...condition, ...more }));
      if (!Body) throw new ObjectMissing('The object has no body');
      return Body;
    } catch (error) {
      throw named(error);
    }
  };

  const remove = async (keys: readonly string[]) => {
    for (let at = 0; at < keys.length; at += keysPerDelete) {
      const Objects = keys.slice(at, at + keysPerDelete).map((Key) => ({ Key }));
      const { Errors = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
      );
      if (Errors.length > 0) throw new Error(`${Errors.length} objects could not be removed: ${Errors[0]!.Code}`);
    }
  };

  return {
    async head(key) {
      try {
        const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
        return { eTag: bare(found.ETag ?? ''), sizeBytes: found.ContentLength ?? 0, metadata: found.Metadata ?? {} };
      } catch (error) {
        if (named(error) instanceof ObjectMissing) return null;
        throw error;
      }
    },
    async range(key, offset, length, eTag) {
      if (length === 0) return new Uint8Array(0);
      const body = await get(key, { Range: `bytes=${offset}-${offset + length - 1}` }, eTag);
      return body.transformToByteArray();
    },
    whole: async (key, eTag) => (await get(key, {}, eTag)).transformToByteArray(),
    async *stream(key, eTag) {
      const body = await get(key, {}, eTag);
      yield* body as AsyncIterable<Uint8Array>;
    },
    async put(key, bytes, contentType, keyArn) {
      const type = contentType === undefined ? {} : { ContentType: contentType };
      const secured = keyArn === undefined ? {} : ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: keyArn } as const);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ...type, ...secured }));
    },
    open: (key, contentType, ifMatch) => new MultipartSink(client, bucket, key, contentType, ifMatch),
    remove,
    async removeVersion(key, eTag) {
      // Of many, because that command is in every bundle anyway
      const { Errors = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [{ Key: key, ETag: eTag }], Quiet: true } }),
      );
      const trouble = Errors.find(({ Code }) => Code !== 'PreconditionFailed' && Code !== 'NoSuchKey');
      if (trouble) throw new Error(`An object could not be removed: ${trouble.Code}`);
    },
    async removeUnder(prefix) {
      if (!/^[^/].*\/$/.test(prefix)) throw new Error('A prefix to remove must name a folder');
      for (;;) {
        // What was listed is gone by the next look, so every look starts from the beginning.
        const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
        const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
        if (keys.length === 0) return;
        await remove(keys);
      }
    },
  };
}

/** ETags come with quotes in headers and without in events. */
export const bare = (eTag: string): string => eTag.replace(/^(?:W\/)?"|"$/g, '');

function named(error: unknown): unknown {
  if (!(error instanceof S3ServiceException)) return error;
  const status = error.$metadata.httpStatusCode;
  // Messages of the service carry keys, and keys carry file names: they stay in the cause.
  if (status === 404 && error.name !== 'NoSuchBucket')
    return new ObjectMissing('There is no such object', { cause: error });
  if (status === 412 || status === 416) return new ObjectChanged('The object has been replaced', { cause: error });
  return error;
}
