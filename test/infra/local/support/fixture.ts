import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { QueueState } from '../../../../infra/local/control/queue-report.ts';
import { type LocalCloud, startLocalCloud } from '../../../../infra/local/local-cloud.ts';
import { account, region } from '../../../../infra/local/template/names.ts';
import { synthesize } from '../../../../infra/local/template/synthesize.ts';
import { buildFixtureApp } from './fixture-app.ts';

/** A local cloud of the small stack, with clients that may do everything. */
export type Fixture = LocalCloud & {
  home: string;
  dynamo: DynamoDBClient;
  sqs: SQSClient;
  s3: S3Client;
  queueUrl(name: string): string;
  /** Has the `api` function do something, through the public API. */
  deed(name: string, told?: unknown): Promise<{ status: number; body: unknown }>;
  /** Asks the control API. */
  control(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  queue(name: string): Promise<QueueState>;
  /** How often the worker saw a message, and what it noted. */
  seen(id: string): Promise<{ count: number; groupId: string; receiveCount: string; lastAt: string }>;
  /** Stops the cloud and deletes its data. */
  end(): Promise<void>;
};

export function newHome(): string {
  return mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bongsu-local-'));
}

/** The synthesized small stack; made once for all test files and kept until its sources change. */
export async function fixtureAssembly(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of [import.meta.dirname, join(import.meta.dirname, 'handlers')]) {
    for (const name of readdirSync(folder).sort())
      if (name.endsWith('.ts')) hash.update(readFileSync(join(folder, name)));
  }
  const folder = join(tmpdir(), `bongsu-fixture-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const unfinished = mkdtempSync(`${folder}-`);
  await synthesize(buildFixtureApp, unfinished);
  try {
    renameSync(unfinished, folder);
  } catch {
    // Another test file was faster.
    rmSync(unfinished, { recursive: true });
  }
  return folder;
}

export async function startFixture(home = newHome()): Promise<Fixture> {
  const cloud = await startLocalCloud({ home, assembly: await fixtureAssembly() });
  return {
    ...cloud,
    ...toolsFor(cloud.addresses.apiUrl, cloud.addresses.controlUrl, cloud.admin, home),
    end: async () => {
      await cloud.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What one needs to try a running local cloud, in this process or another. */
export function toolsFor(
  apiUrl: string,
  controlUrl: string,
  credentials: { accessKeyId: string; secretAccessKey: string },
  home: string,
) {
  const settings = { endpoint: apiUrl, region, credentials };
  const dynamo = new DynamoDBClient(settings);
  const call = async (url: string, method: string, body: unknown) => {
    const answer = await fetch(url, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
  const control = (method: string, path: string, body?: unknown) => call(`${controlUrl}${path}`, method, body);
  return {
    home,
    dynamo,
    sqs: new SQSClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    queueUrl: (name: string) => `${apiUrl}/${account}/${name}`,
    deed: (name: string, told: unknown = {}) => call(`${apiUrl}/v1/${name}`, 'POST', told),
    control,
    queue: async (name: string) => {
      const { queues } = (await control('GET', '/queues')).body as { queues: QueueState[] };
      return queues.find((queue) => queue.name === name)!;
    },
    seen: async (id: string) => {
      const key = { pk: { S: 'SEEN' }, sk: { S: id } };
      const { Item } = await dynamo.send(
        new GetItemCommand({ TableName: 'fixture-table', Key: key, ConsistentRead: true }),
      );
      return {
        count: Number(Item?.seen?.N ?? 0),
        groupId: Item?.groupId?.S ?? '',
        receiveCount: Item?.receiveCount?.S ?? '',
        lastAt: Item?.lastAt?.S ?? '',
      };
    },
  };
}

/** Waits until something holds; fails with what it last saw. */
export async function until<T>(look: () => T | Promise<T>, holds: (seen: T) => boolean, withinMs = 30_000): Promise<T> {
  const givenUpAt = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > givenUpAt) throw new Error(`it did not come to pass; last seen: ${JSON.stringify(seen)}`);
    await sleep(20);
  }
}
