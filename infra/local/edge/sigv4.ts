import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from './aws-error.ts';

/** Who signed a request and for which service. */
export type Scope = { accessKeyId: string; date: string; region: string; service: string; presigned: boolean };

/** Reads the credential scope from the header or, for a presigned URL, from the query. @returns undefined if unsigned */
export function scopeOf(headers: IncomingHttpHeaders, url: URL): Scope | undefined {
  const presigned = url.searchParams.get('X-Amz-Credential');
  const inHeader = /^AWS4-HMAC-SHA256 Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1];
  const credential = inHeader ?? presigned;
  if (!credential) return undefined;
  const [accessKeyId = '', date = '', region = '', service = ''] = credential.split('/');
  return { accessKeyId, date, region, service, presigned: inHeader === undefined };
}

const longestExpirySeconds = 604_800;

/**
 * Checks a presigned URL: its signature over method, path, query and the signed headers (so a signed content length
 * holds), that no other header means something to S3, and its age against the local clock.
 * @throws AwsError as S3 answers
 */
export function verifyPresigned(
  method: string,
  url: URL,
  headers: IncomingHttpHeaders,
  scope: Scope,
  secret: string,
): void {
  const given = (name: string) => url.searchParams.get(name) ?? '';
  const signedAt = parseAmzDate(given('X-Amz-Date'));
  const expiresSeconds = Number(given('X-Amz-Expires'));
  if (!signedAt || !(expiresSeconds > 0 && expiresSeconds <= longestExpirySeconds)) {
    throw new AwsError('AuthorizationQueryParametersError', 'The presigned URL lacks a valid date or expiry.', 400);
  }
  const signedHeaders = given('X-Amz-SignedHeaders').split(';');
  const unsigned = Object.keys(headers).filter((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name));
  if (unsigned.length > 0) {
    throw new AwsError('AccessDenied', 'There were headers present in the request which were not signed', 403);
  }
  const canonicalHeaders = signedHeaders.map(
    (name) => `${name}:${[headers[name]].flat().join(',').trim().replace(/ +/g, ' ')}\n`,
  );
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort();
  const canonical = [
    method,
    url.pathname
      .split('/')
      .map((segment) => encode(decodeURIComponent(segment)))
      .join('/'),
    query.join('&'),
    canonicalHeaders.join(''),
    signedHeaders.join(';'),
    url.searchParams.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const { date, region, service } = scope;
  const toSign = [
    'AWS4-HMAC-SHA256',
    given('X-Amz-Date'),
    `${date}/${region}/${service}/aws4_request`,
    sha256(canonical),
  ].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (from, part) => hmac(from, part),
    `AWS4${secret}`,
  );
  const expected = Buffer.from(hmac(key, toSign).toString('hex'));
  const actual = Buffer.from(given('X-Amz-Signature'));
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) {
    throw new AwsError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
      403,
    );
  }
  if (Date.now() > signedAt + expiresSeconds * 1000) throw new AwsError('AccessDenied', 'Request has expired', 403);
}

function parseAmzDate(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  return parts ? Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}Z`) : undefined;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
