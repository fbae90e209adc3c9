import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { slim } from '../../infra/slim.ts';

/** What functions do with the packages that are slimmed: ask, be answered, and be refused by name. */
const program = `
  import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
  import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
  import { GetObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
  import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
  import { Tokenizer } from 'liquidjs';

  export const run = async (endpoint) => {
    const options = { endpoint, region: 'ap-northeast-2', forcePathStyle: true, maxAttempts: 1 };
    const table = DynamoDBDocumentClient.from(new DynamoDBClient(options));
    const bucket = new S3Client(options);
    const queue = new SQSClient(options);
    const get = (Key) => bucket.send(new GetObjectCommand({ Bucket: 'files', Key, Range: 'bytes=0-3' }));
    const entries = [{ Id: '0', MessageBody: 'a', MessageGroupId: 'ten' }, { Id: '1', MessageBody: 'b' }];
    const told = ({ name, message, $fault, $metadata }) => [name, message, $fault, $metadata?.httpStatusCode];
    return {
      slow: await table.send(new UpdateCommand({ TableName: 'table', Key: { pk: 'a' } })).catch(told),
      gone: await queue.send(new SendMessageCommand({ QueueUrl: endpoint + '/gone', MessageBody: 'a' })).catch(told),
      item: (await table.send(new GetCommand({ TableName: 'table', Key: { pk: 'a' } }))).Item,
      refused: await table.send(new PutCommand({ TableName: 'table', Item: { pk: 'a' } }))
        .catch((error) => error instanceof ConditionalCheckFailedException && error.Item),
      object: await (await get('there')).Body.transformToString(),
      missing: await get('gone').catch((error) => error instanceof S3ServiceException && error.name + ': ' + error.message),
      batch: await queue.send(new SendMessageBatchCommand({ QueueUrl: endpoint + '/send', Entries: entries }))
        .then(({ Successful, Failed }) => ({ Successful, Failed })),
      tokens: new Tokenizer('a {{ name | default: "b" }} {% include "x" %}').readTopLevelTokens().map(({ kind }) => kind),
      filters: new Tokenizer('name | default: "b"').readFilteredValue().filters.map(({ name }) => name),
    };
  };
`;

const replies: Readonly<Record<string, readonly [status: number, body: string]>> = {
  GetItem: [200, '{"Item":{"pk":{"S":"a"},"credits":{"N":"3"}}}'],
  PutItem: [
    400,
    '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no","Item":{"pk":{"S":"a"}}}',
  ],
  UpdateItem: [400, '{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}'],
  SendMessage: [400, '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no queue"}'],
  SendMessageBatch: [
    200,
    '{"Successful":[{"Id":"0","MessageId":"m0","MD5OfMessageBody":"0cc175b9c0f1b6a831c399e269772661"}],"Failed":[{"Id":"1","Code":"Busy","SenderFault":false}]}',
  ],
  '/files/there': [206, 'rows'],
  '/files/gone': [404, '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>none</Message></Error>'],
};

let server: Server;
let folder: string;
const signedBy: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bongsu-slim-'));
  server = createServer((request, response) => {
    signedBy.push(/Credential=(\w+)\//.exec(request.headers.authorization ?? '')?.[1] ?? 'nobody');
    const asked = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? request.url!.split('?')[0]!;
    const [status, body] = replies[asked] ?? [500, asked];
    request.resume().on('end', () => response.writeHead(status).end(body));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function bundled(name: string, plugins: BuildOptions['plugins']) {
  const outfile = join(folder, `${name}.mjs`);
  const { metafile } = await build({
    stdin: { contents: program, resolveDir: join(import.meta.dirname, '../..') },
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    metafile: true,
    plugins,
  });
  const { run } = (await import(pathToFileURL(outfile).href)) as { run: (endpoint: string) => Promise<unknown> };
  const result = await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { result, bytes: Object.values(metafile.outputs)[0]!.bytes };
}

test('what is left out of bundles is missed by nothing that functions do', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAFUNCTION');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const whole = await bundled('whole', []);
  const slimmed = await bundled('slimmed', [slim]);

  expect(slimmed.result).toEqual(whole.result);
  expect(slimmed.result).toMatchObject({
    slow: ['ThrottlingException', 'slow down', 'client', 400],
    gone: ['QueueDoesNotExist', 'no queue', 'client', 400],
    item: { pk: 'a', credits: 3 },
    refused: { pk: { S: 'a' } },
    object: 'rows',
    missing: 'NoSuchKey: none',
    batch: { Successful: [{ Id: '0' }], Failed: [{ Id: '1' }] },
    filters: ['default'],
  });
  expect(new Set(signedBy)).toEqual(new Set(['AKIAFUNCTION']));
  // A package that has moved what is left out would come back whole without anybody noticing.
  expect(whole.bytes - slimmed.bytes).toBeGreaterThan(200_000);
});

test('without credentials in the environment a function says so', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  await expect(bundled('keyless', [slim])).rejects.toThrow('No credentials in the environment');
});
