import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterEach, expect, test } from 'vitest';
import { HomeInUse } from '../../../infra/local/home.ts';
import { startLocalCloud } from '../../../infra/local/local-cloud.ts';
import type { Addresses } from '../../../infra/local/local-json.ts';
import { fixtureAssembly, newHome, toolsFor, until } from './support/fixture.ts';

const home = newHome();
let child: ChildProcess | undefined;

afterEach(async () => {
  if (child) await end('SIGTERM');
  rmSync(home, { recursive: true, force: true });
});

async function start() {
  child = fork(join(import.meta.dirname, 'support/run-fixture.ts'), [home, await fixtureAssembly()]);
  await new Promise<void>((resolve, reject) => {
    child!.once('message', () => resolve());
    child!.once('exit', (code) => reject(new Error(`exited with ${code}`)));
  });
  const { apiUrl, controlUrl } = JSON.parse(readFileSync(join(home, 'local.json'), 'utf8')) as Addresses;
  const admin = JSON.parse(readFileSync(join(home, 'admin.json'), 'utf8')) as {
    accessKeyId: string;
    secretAccessKey: string;
  };
  return toolsFor(apiUrl, controlUrl, admin, home);
}

async function end(signal: NodeJS.Signals): Promise<void> {
  const ending = child!;
  child = undefined;
  const exited = new Promise((resolve) => ending.once('exit', resolve));
  ending.kill(signal);
  await exited;
}

/** Empty for a process that has ended, even if nobody has collected it. */
function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // gone, at whatever moment
  }
}

test('a kill loses nothing that was acknowledged; what was in hand comes again when its time is over', async () => {
  const before = await start();
  await before.control('POST', '/clock', { advance: 'P10D' });
  const movedTo = Date.parse(((await before.control('GET', '/clock')).body as { now: string }).now);

  const ids = Array.from({ length: 60 }, (_, n) => `m-${n}`);
  for (let at = 0; at < ids.length; at += 10) {
    const Entries = ids
      .slice(at, at + 10)
      .map((id) => ({ Id: id, MessageBody: JSON.stringify({ id, sleepMs: 20 }), MessageGroupId: `g-${at}` }));
    await before.sqs.send(new SendMessageBatchCommand({ QueueUrl: before.queueUrl('work'), Entries }));
  }
  await before.s3.send(new PutObjectCommand({ Bucket: 'fixture-bucket', Key: 'uploads/kept', Body: 'kept' }));
  await before.deed('schedule', { name: 'overdue', at: new Date(movedTo + 2_000).toISOString().slice(0, 19) });
  await until(
    () => before.seen(ids[0]!),
    ({ count }) => count === 1,
  );
  const inFlight = (await before.queue('work')).inFlight;
  expect(inFlight).toBeGreaterThan(0);
  await end('SIGKILL');
  const orphan = Number(readFileSync(join(home, 'dynamo', 'dynoxide.pid'), 'utf8'));
  expect(commandLineOf(orphan)).toContain('dynoxide');
  expect(existsSync(join(home, 'local.json'))).toBe(true);
  await sleep(2_000);

  const after = await start();
  expect(commandLineOf(orphan)).not.toContain('dynoxide');
  expect(Date.parse(((await after.control('GET', '/clock')).body as { now: string }).now)).toBeGreaterThanOrEqual(
    movedTo,
  );
  expect(
    await (
      await after.s3.send(new GetObjectCommand({ Bucket: 'fixture-bucket', Key: 'uploads/kept' }))
    ).Body!.transformToString(),
  ).toBe('kept');
  const receive = (name: string) => async () =>
    (await after.sqs.send(new ReceiveMessageCommand({ QueueUrl: after.queueUrl(name), MaxNumberOfMessages: 10 })))
      .Messages ?? [];
  const [fired] = await until(receive('plain'), (messages) => messages.length > 0);
  expect(fired?.Body).toBe('{"name":"overdue"}');
  const events = await until(receive('file-events'), (messages) =>
    messages.some(({ Body }) => Body!.includes('uploads/kept')),
  );
  expect(events.length).toBeGreaterThan(0);

  await after.control('POST', '/clock', { advance: 'PT10S' });
  await until(
    () => after.queue('work'),
    ({ visible, inFlight: flying }) => visible + flying === 0,
  );
  const seen = await Promise.all(ids.map(after.seen));
  expect(seen.filter(({ count }) => count === 0)).toEqual([]);
  expect((await after.queue('work')).deadLetters).toBe(0);
  await end('SIGTERM');
  expect(existsSync(join(home, 'local.json'))).toBe(false);
});

test('two local clouds do not share a folder, a taken port is named, and addresses are for their owner only', async () => {
  await start();
  expect(statSync(join(home, 'local.json')).mode & 0o777).toBe(0o600);
  await expect(startLocalCloud({ home, assembly: await fixtureAssembly() })).rejects.toBeInstanceOf(HomeInUse);
  expect(existsSync(join(home, 'local.json'))).toBe(true);

  const other = newHome();
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));
  const { port } = holder.address() as { port: number };
  await expect(startLocalCloud({ home: other, port, assembly: await fixtureAssembly() })).rejects.toThrow(
    `port ${port} is in use`,
  );
  holder.close();
  rmSync(other, { recursive: true });
});
