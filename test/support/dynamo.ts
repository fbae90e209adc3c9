import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { openTable, type Table } from '../../shared/adapters/dynamo/table.ts';
import { indexes, indexKeys } from '../../shared/contracts/environment.ts';

export interface LocalDynamo {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  /** A new, empty table of the shape that the stack declares. */
  newTable(): Promise<Table>;
  stop(): Promise<void>;
}

/**
 * Starts a DynamoDB of its own in memory, on a free loopback port: call it in `beforeAll`, `stop` it in `afterAll`.
 * `DYNAMODB_ENDPOINT` names one that runs already, for platforms without the binary.
 */
export async function startDynamo(): Promise<LocalDynamo> {
  const given = process.env.DYNAMODB_ENDPOINT;
  const child = given ? null : await spawnEmulator();
  const endpoint = given ?? `http://127.0.0.1:${child!.port}`;
  const client = new DynamoDBClient({
    endpoint,
    region: 'ap-northeast-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await ready(client, child?.process);
  let tables = 0;
  return {
    endpoint,
    client,
    async newTable() {
      const name = `bongsu-${process.pid}-${++tables}`;
      await createTable(client, name);
      return openTable(name, client);
    },
    async stop() {
      client.destroy();
      if (!child || child.process.exitCode !== null) return;
      child.process.kill('SIGKILL'); // nothing to keep
      await once(child.process, 'exit');
    },
  };
}

async function spawnEmulator() {
  const port = await freePort();
  const folder = join(createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json'), '..');
  const process = spawn(join(folder, 'dynoxide'), ['serve', '--host', '127.0.0.1', '--port', String(port)], {
    stdio: 'ignore',
  });
  return { port, process };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function ready(client: DynamoDBClient, child: ChildProcess | undefined): Promise<void> {
  const untilMs = performance.now() + 15_000;
  for (;;) {
    try {
      await client.send(new ListTablesCommand({}));
      return;
    } catch (error) {
      if (child && child.exitCode !== null) throw new Error(`The emulator ended with ${child.exitCode}`);
      if (performance.now() > untilMs) throw error;
      await sleep(10);
    }
  }
}

async function createTable(client: DynamoDBClient, name: string): Promise<void> {
  const keys = [{ pk: 'pk', sk: 'sk' }, indexKeys.byOwner, indexKeys.byCheck];
  const schemaOf = ({ pk, sk }: { readonly pk: string; readonly sk: string }) => [
    { AttributeName: pk, KeyType: 'HASH' as const },
    { AttributeName: sk, KeyType: 'RANGE' as const },
  ];
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys
        .flatMap(({ pk, sk }) => [pk, sk])
        .map((attribute) => ({ AttributeName: attribute, AttributeType: 'S' as const })),
      KeySchema: schemaOf(keys[0]!),
      GlobalSecondaryIndexes: (['byOwner', 'byCheck'] as const).map((index) => ({
        IndexName: indexes[index],
        KeySchema: schemaOf(indexKeys[index]),
        Projection: { ProjectionType: 'KEYS_ONLY' as const },
      })),
    }),
  );
}
