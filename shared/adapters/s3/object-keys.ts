import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

/** The keys of a bucket under a prefix, in order, behind `after`. */
export const openObjectKeys = (client: S3Client, bucket: string) => ({
  async *keysUnder(prefix: string, after: string | null): AsyncGenerator<string> {
    let from: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(after === null ? {} : { StartAfter: after }),
          ...(from === undefined ? {} : { ContinuationToken: from }),
        }),
      );
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
      from = page.NextContinuationToken;
    } while (from !== undefined);
  },
});
