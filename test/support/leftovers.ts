import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { UsageReport } from '../../infra/local/control/usage.ts';
import type { LocalCloud } from '../../infra/local/local-cloud.ts';
import { holds } from './traces.ts';

/** Every item and every object of a local cloud that holds a number (E.164), in whatever form. */
export async function leftoversOf({ addresses, admin }: LocalCloud, number: string): Promise<readonly string[]> {
  const at = { endpoint: addresses.apiUrl, region: 'ap-northeast-2', credentials: admin };
  const found: string[] = [];
  const note = (place: string, bytes: Uint8Array) => {
    if (holds(bytes, number.slice(1))) found.push(place);
  };
  const dynamo = new DynamoDBClient(at);
  const items = DynamoDBDocumentClient.from(dynamo);
  const { dynamodb } = (await (await fetch(`${addresses.controlUrl}/usage`)).json()) as UsageReport;
  const [TableName] = Object.keys(dynamodb.byOperation)[0]!.split('/');
  for (let ExclusiveStartKey: Record<string, unknown> | undefined; ; ) {
    const start = ExclusiveStartKey ? { ExclusiveStartKey } : {};
    const page = await items.send(new ScanCommand({ TableName, ...start }));
    for (const item of page.Items ?? []) note(`${item.pk} ${item.sk}`, Buffer.from(JSON.stringify(item)));
    ExclusiveStartKey = page.LastEvaluatedKey;
    if (!ExclusiveStartKey) break;
  }
  dynamo.destroy();
  const s3 = new S3Client({ ...at, endpoint: addresses.s3.endpoint, forcePathStyle: true });
  const Bucket = addresses.s3.bucket;
  for (let ContinuationToken: string | undefined; ; ) {
    const from = ContinuationToken === undefined ? {} : { ContinuationToken };
    const page = await s3.send(new ListObjectsV2Command({ Bucket, ...from }));
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      note(Key, await Body!.transformToByteArray());
    }
    ContinuationToken = page.NextContinuationToken;
    if (ContinuationToken === undefined) break;
  }
  s3.destroy();
  return found.sort();
}
