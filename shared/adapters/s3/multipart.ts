import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

const partBytes = 8 * 1024 * 1024; // at least 5 MiB by S3's rule; at most 10,000 parts

/**
 * Writes an object of unknown length with one part in memory. What fits into one part is put in one call. The object
 * appears on `close`, whole, or never.
 */
export function openMultipart(client: S3Client, bucket: string, key: string, contentType?: string) {
  const at = { Bucket: bucket, Key: key };
  const parts: { ETag: string | undefined; PartNumber: number }[] = [];
  let uploadId: string | undefined;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;

  const sendPart = async () => {
    uploadId ??= (await client.send(new CreateMultipartUploadCommand({ ...at, ContentType: contentType }))).UploadId;
    const PartNumber = parts.length + 1;
    const Body = Buffer.concat(pending, pendingBytes);
    pending = [];
    pendingBytes = 0;
    const { ETag } = await client.send(new UploadPartCommand({ ...at, UploadId: uploadId, PartNumber, Body }));
    parts.push({ ETag, PartNumber });
  };

  return {
    async write(bytes: Uint8Array): Promise<void> {
      pending.push(bytes);
      pendingBytes += bytes.length;
      if (pendingBytes >= partBytes) await sendPart();
    },
    async close(): Promise<void> {
      if (uploadId === undefined) {
        const Body = Buffer.concat(pending, pendingBytes);
        await client.send(new PutObjectCommand({ ...at, Body, ContentType: contentType }));
        return;
      }
      if (pendingBytes > 0) await sendPart();
      await client.send(
        new CompleteMultipartUploadCommand({ ...at, UploadId: uploadId, MultipartUpload: { Parts: parts } }),
      );
    },
    async abandon(): Promise<void> {
      pending = [];
      if (uploadId !== undefined) await client.send(new AbortMultipartUploadCommand({ ...at, UploadId: uploadId }));
      uploadId = undefined;
    },
  };
}
