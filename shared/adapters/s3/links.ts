import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

/** Links that let whoever has them put or read one object for a while. */
export interface Links {
  /** For `PUT`; no headers are asked for but that of the length, which every client sends: it must be `sizeBytes`, if given. */
  toPut(key: string, seconds: number, sizeBytes: number | null): Promise<string>;
  /** For `GET`; a browser saves it under `fileName`, as what `contentType` says, shows it nowhere and keeps no copy. */
  toDownload(
    key: string,
    seconds: number,
    as: { readonly fileName: string; readonly contentType: string },
  ): Promise<string>;
}

/**
 * `client` must be made with `requestChecksumCalculation: 'WHEN_REQUIRED'`, or a link to put carries the checksum of
 * an empty body and refuses every file.
 */
export const openLinks = (client: S3Client, bucket: string): Links => ({
  toPut(key, seconds, sizeBytes) {
    const length = sizeBytes === null ? {} : { ContentLength: sizeBytes };
    return getSignedUrl(client, new PutObjectCommand({ Bucket: bucket, Key: key, ...length }), { expiresIn: seconds });
  },
  toDownload: (key, seconds, { fileName, contentType }) =>
    getSignedUrl(
      client,
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        // S3 has no way to say `nosniff`; what is saved and not shown is not guessed at either
        ResponseContentDisposition: attachment(fileName),
        ResponseContentType: contentType,
        ResponseCacheControl: 'private, no-store',
      }),
      { expiresIn: seconds },
    ),
});

/** RFC 6266: plain ASCII for old clients, UTF-8 for the others. */
const attachment = (fileName: string) => {
  const ascii = fileName.replace(/[^ \w.-]/g, '_');
  const utf8 = encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${utf8}`;
};
