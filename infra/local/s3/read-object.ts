import { createReadStream, openSync } from 'node:fs';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../edge/aws-error.ts';
import { bare, type StoredObject } from './object-store.ts';

/** Headers that a presigned URL may set on the answer. */
const overrides: Record<string, string> = {
  'response-content-type': 'content-type',
  'response-content-disposition': 'content-disposition',
  'response-cache-control': 'cache-control',
  'response-content-encoding': 'content-encoding',
  'response-content-language': 'content-language',
  'response-expires': 'expires',
};

/**
 * Answers GET and HEAD: conditions, one range, the checksum if asked for.
 * @throws AwsError for a condition that fails or a range outside the object
 */
export async function readObject(
  object: StoredObject,
  method: string,
  url: URL,
  headers: IncomingHttpHeaders,
  response: ServerResponse,
): Promise<void> {
  if (headers['if-match'] !== undefined && !names(headers['if-match'], object)) {
    throw new AwsError('PreconditionFailed', 'At least one of the preconditions you specified did not hold.', 412);
  }
  const common = { etag: `"${object.etag}"`, 'last-modified': new Date(object.modifiedAt).toUTCString() };
  if (headers['if-none-match'] !== undefined && names(headers['if-none-match'], object)) {
    response.writeHead(304, common).end();
    return;
  }
  const range = rangeOf(headers.range, object.size);
  const wantsChecksum = headers['x-amz-checksum-mode'] === 'ENABLED' && object.checksum && !range;
  const overridden = [...url.searchParams].flatMap(([name, value]) =>
    overrides[name] ? [[overrides[name], value]] : [],
  );
  response.writeHead(range ? 206 : 200, {
    'content-type': 'application/octet-stream',
    ...object.headers,
    ...Object.fromEntries(overridden),
    ...common,
    'accept-ranges': 'bytes',
    'content-length': range ? range.end - range.start + 1 : object.size,
    ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${object.size}` }),
    ...(wantsChecksum && {
      [`x-amz-checksum-${object.checksum!.algorithm}`]: object.checksum!.value,
      'x-amz-checksum-type': 'FULL_OBJECT',
    }),
  });
  if (method === 'HEAD' || object.size === 0) {
    response.end();
    return;
  }
  // Opened in the same tick as the look-up: a later overwrite removes the name, not what is being read.
  // The stream alone closes it, however it ends: a second close would hit whoever got the number next.
  const fd = openSync(object.file, 'r');
  try {
    await pipeline(createReadStream('', { fd, highWaterMark: 256 * 1024, ...range }), response);
  } catch (error) {
    // A reader that hangs up is its own affair.
    if (!response.destroyed) throw error;
  }
}

function names(list: string, object: StoredObject): boolean {
  return list.split(',').some((etag) => etag.trim() === '*' || bare(etag.trim()) === object.etag);
}

/** The one range of a `Range` header; several ranges, or a header that is none, are answered in full as S3 does. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!found || (found[1] === '' && found[2] === '')) return undefined;
  const [first, last] = [found[1]!, found[2]!];
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size || start > end) throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416);
  return { start, end };
}
