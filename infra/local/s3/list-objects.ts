import type { ObjectStore, StoredObject } from './object-store.ts';

const pageSize = 1_000;

/** The content of a ListObjectsV2 answer: keys in order, those behind a delimiter folded into common prefixes. */
export function listObjects(store: ObjectStore, bucket: string, query: URLSearchParams) {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const most = Math.min(Number(query.get('max-keys') ?? pageSize), pageSize);
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (text: string) => text;

  const contents: StoredObject[] = [];
  const commonPrefixes: string[] = [];
  let position = after;
  const count = () => contents.length + commonPrefixes.length;
  while (count() < most) {
    const [object] = store.list(bucket, prefix, position, 1);
    if (!object) break;
    const folded = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    if (folded < 0) {
      contents.push(object);
      position = object.key;
    } else {
      const common = object.key.slice(0, folded + delimiter.length);
      commonPrefixes.push(common);
      // Past every key that starts with this common prefix.
      position = `${common}\u{10FFFF}`;
    }
  }
  const truncated = store.list(bucket, prefix, position, 1).length > 0;
  return {
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: most,
    KeyCount: count(),
    IsTruncated: truncated,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: truncated ? Buffer.from(position).toString('base64url') : undefined,
    EncodingType: query.get('encoding-type') ?? undefined,
    Contents: contents.map(({ key, modifiedAt, etag, size }) => ({
      Key: encode(key),
      LastModified: new Date(modifiedAt).toISOString(),
      ETag: `"${etag}"`,
      Size: size,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: commonPrefixes.map((common) => ({ Prefix: encode(common) })),
  };
}
