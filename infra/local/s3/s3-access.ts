import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../edge/aws-error.ts';
import type { Access } from '../iam/iam.ts';

/** A request to S3, path style. */
export type S3Request = { operation: string; bucket: string; key: string };

/** Tells which operation a request is. @throws AwsError `NotImplemented` for what the local cloud does not offer */
export function s3Request(method: string, url: URL, headers: IncomingHttpHeaders): S3Request {
  const [, bucket = '', ...rest] = url.pathname.split('/');
  const key = rest.map(decodeURIComponent).join('/');
  const has = (name: string) => url.searchParams.has(name);
  const operation = key === '' ? onBucket(method, has) : onObject(method, has, headers);
  if (!operation)
    throw new AwsError(
      'NotImplemented',
      `${method} ${url.pathname}${url.search} is not offered by the local cloud`,
      501,
    );
  return { operation, bucket, key };
}

function onBucket(method: string, has: (name: string) => boolean): string | undefined {
  if (method === 'GET' && has('list-type')) return 'ListObjectsV2';
  if (method === 'POST' && has('delete')) return 'DeleteObjects';
  if (method === 'HEAD') return 'HeadBucket';
  return undefined;
}

function onObject(method: string, has: (name: string) => boolean, headers: IncomingHttpHeaders): string | undefined {
  const copies = headers['x-amz-copy-source'] !== undefined;
  if (['acl', 'tagging', 'retention', 'legal-hold', 'torrent', 'versionId', 'attributes'].some(has)) return undefined;
  if (method === 'PUT' && has('uploadId')) return copies ? undefined : 'UploadPart';
  if (method === 'PUT') return copies ? 'CopyObject' : 'PutObject';
  if (method === 'POST' && has('uploads')) return 'CreateMultipartUpload';
  if (method === 'POST' && has('uploadId')) return 'CompleteMultipartUpload';
  if (method === 'DELETE') return has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
  if (method === 'GET') return has('uploadId') ? 'ListParts' : 'GetObject';
  if (method === 'HEAD') return 'HeadObject';
  return undefined;
}

const actions: Record<string, string> = {
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
  PutObject: 's3:PutObject',
  CopyObject: 's3:PutObject',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
  ListParts: 's3:ListMultipartUploadParts',
  DeleteObject: 's3:DeleteObject',
};

/** The key that an object is encrypted with, if not the bucket's own. */
export const keyHeader = 'x-amz-server-side-encryption-aws-kms-key-id';

/** What IAM asks for a request. `DeleteObjects` is asked key by key when its body has been read. */
export function s3Accesses({ operation, bucket, key }: S3Request, url: URL, headers: IncomingHttpHeaders): Access[] {
  const bucketArn = `arn:aws:s3:::${bucket}`;
  if (operation === 'ListObjectsV2') {
    return [
      {
        action: 's3:ListBucket',
        resource: bucketArn,
        context: { 's3:prefix': [url.searchParams.get('prefix') ?? ''] },
      },
    ];
  }
  if (operation === 'HeadBucket') return [{ action: 's3:ListBucket', resource: bucketArn }];
  if (operation === 'DeleteObjects') return [];
  const onKey: Access = { action: actions[operation]!, resource: `${bucketArn}/${key}` };
  const kmsKey = [headers[keyHeader]].flat()[0];
  if (kmsKey !== undefined) return [onKey, { action: 'kms:GenerateDataKey', resource: kmsKey }];
  if (operation !== 'CopyObject') return [onKey];
  const source = copySource(headers);
  return [onKey, { action: 's3:GetObject', resource: `arn:aws:s3:::${source.bucket}/${source.key}` }];
}

/** Where a copy comes from. */
export function copySource(headers: IncomingHttpHeaders): { bucket: string; key: string } {
  const path = decodeURIComponent([headers['x-amz-copy-source']].flat()[0] ?? '').replace(/^\//, '');
  const slash = path.indexOf('/');
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}
