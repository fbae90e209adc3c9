import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { AwsError } from '../edge/aws-error.ts';
import { ChunkedBody } from './chunked-body.ts';

/** A body on disk that nothing refers to yet. */
export type ReceivedBody = {
  file: string;
  size: number;
  md5: Buffer;
  checksum: { algorithm: string; value: string } | undefined;
};

type Digest = { update(chunk: Buffer): void; value(): string };

const digests: Record<string, () => Digest> = {
  crc32: () => {
    let sum = 0;
    return {
      update(chunk) {
        sum = crc32(chunk, sum);
      },
      value() {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(sum);
        return bytes.toString('base64');
      },
    };
  },
  sha1: () => base64Of(createHash('sha1')),
  sha256: () => base64Of(createHash('sha256')),
};

function base64Of(hash: Hash): Digest {
  return { update: (chunk) => void hash.update(chunk), value: () => hash.digest('base64') };
}

/**
 * Streams a request's body into a new file and checks every digest that came with it.
 * @throws AwsError `BadDigest`, `XAmzContentSHA256Mismatch`, `IncompleteBody`; then nothing stays on disk
 */
export async function receiveBody(request: IncomingMessage, folder: string): Promise<ReceivedBody> {
  const file = join(folder, randomUUID());
  try {
    return await write(request, file);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

async function write(request: IncomingMessage, file: string): Promise<ReceivedBody> {
  const header = (name: string) => [request.headers[name]].flat()[0];
  const algorithm = checksumAlgorithm(request);
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  const digest = algorithm === undefined ? undefined : digests[algorithm]?.();
  if (algorithm !== undefined && !digest)
    throw new AwsError('NotImplemented', `The checksum ${algorithm} is not known locally.`, 501);
  const expectedSha256 = /^[0-9a-f]{64}$/.exec(header('x-amz-content-sha256') ?? '')?.[0];
  let size = 0;
  const chunked = header('x-amz-content-sha256')?.startsWith('STREAMING-') ? new ChunkedBody() : undefined;
  const measure = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      size += chunk.length;
      md5.update(chunk);
      if (expectedSha256) sha256.update(chunk);
      digest?.update(chunk);
      yield chunk;
    }
  };
  const target = createWriteStream(file);
  if (chunked) await pipeline(request, chunked, measure, target);
  else await pipeline(request, measure, target);

  const declaredSize = header('x-amz-decoded-content-length') ?? header('content-length');
  if (declaredSize !== undefined && Number(declaredSize) !== size)
    throw new AwsError('IncompleteBody', 'The body is not as long as declared.');
  const md5Bytes = md5.digest();
  const contentMd5 = header('content-md5');
  if (contentMd5 !== undefined && contentMd5 !== md5Bytes.toString('base64')) throw badDigest();
  if (expectedSha256 && sha256.digest('hex') !== expectedSha256) {
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      'The provided x-amz-content-sha256 header does not match what was computed.',
    );
  }
  if (!digest) return { file, size, md5: md5Bytes, checksum: undefined };
  const value = digest.value();
  const expected = header(`x-amz-checksum-${algorithm}`) ?? chunked?.trailers[`x-amz-checksum-${algorithm}`];
  if (expected !== undefined && expected !== value) throw badDigest();
  return { file, size, md5: md5Bytes, checksum: { algorithm: algorithm!, value } };
}

function checksumAlgorithm(request: IncomingMessage): string | undefined {
  const trailer = [request.headers['x-amz-trailer']].flat()[0];
  const named = [trailer, ...Object.keys(request.headers)].map(
    (name) => /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/.exec(name ?? '')?.[1],
  );
  const declared = [request.headers['x-amz-sdk-checksum-algorithm']].flat()[0]?.toLowerCase();
  return named.find((name) => name !== undefined) ?? declared;
}

function badDigest(): AwsError {
  return new AwsError('BadDigest', 'The digest you specified did not match what we received.');
}
