import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, startFixture, until } from './support/fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const now = async () => Date.parse(((await fixture.control('GET', '/clock')).body as { now: string }).now);
const advance = (duration: string) => fixture.control('POST', '/clock', { advance: duration });
const ticks = async () => {
  const key = { pk: { S: 'TICK' }, sk: { S: 'TICK' } };
  const { Item } = await fixture.dynamo.send(
    new GetItemCommand({ TableName: 'fixture-table', Key: key, ConsistentRead: true }),
  );
  return Number(Item?.runs?.N ?? 0);
};
/** `at` of a schedule so many seconds from now, in the service's form. */
const inSeconds = async (seconds: number) => new Date((await now()) + seconds * 1000).toISOString().slice(0, 19);
/** Names of the schedules that have fired since the last look. */
const arrived = async () => {
  const QueueUrl = fixture.queueUrl('plain');
  const request = { QueueUrl, MaxNumberOfMessages: 10 };
  const messages = (await fixture.sqs.send(new ReceiveMessageCommand(request))).Messages ?? [];
  for (const { ReceiptHandle } of messages)
    await fixture.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return messages.map(({ Body }) => (JSON.parse(Body!) as { name: string }).name);
};

test('functions, clients and the clock agree after a move, without a retry for skew', async () => {
  const before = await now();
  await advance('PT36H');
  const moved = await now();
  expect(moved - before).toBeGreaterThanOrEqual(36 * 3_600_000);
  const told = Date.parse((await fixture.deed('now')).body as string);
  expect(Math.abs(told - moved)).toBeLessThan(5_000);
  await fixture.control('DELETE', '/usage');
  expect((await fixture.deed('write', { key: 'after-move' })).status).toBe(200);
  const { requests } = (await fixture.control('GET', '/usage')).body as { requests: Record<string, number> };
  expect(requests['dynamodb:PutItem']).toBe(1);
});

test.each([
  { advance: '36 hours' },
  { to: '2099-01-01T00:00:00' },
  {},
  { advance: 'PT1S', to: '2099-01-01T00:00:00Z' },
])('%j is not a move', async (body) => {
  const answer = await fixture.control('POST', '/clock', body);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer)).toMatch(/ISO/);
});

test('the clock does not go back', async () => {
  expect((await fixture.control('POST', '/clock', { to: '2020-01-01T00:00:00Z' })).status).toBe(409);
});

test('a schedule of 60 days fires in its move, earlier ones first, and is then gone', async () => {
  await fixture.deed('schedule', { name: 'second', at: await inSeconds(60 * 86_400) });
  await fixture.deed('schedule', { name: 'first', at: await inSeconds(30 * 86_400) });
  await advance('P59D');
  expect(await arrived()).toEqual(['first']);
  await advance('P1D');
  expect(await until(arrived, (names) => names.length > 0)).toEqual(['second']);
  const scheduler = schedulerClient();
  await expect(scheduler.send(new GetScheduleCommand({ Name: 'second', GroupName: 'fixture' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('a schedule exists once, shows, and can be taken back', async () => {
  const scheduler = schedulerClient();
  const told = { name: 'taken-back', at: await inSeconds(600) };
  expect((await fixture.deed('schedule', told)).status).toBe(200);
  expect((await fixture.deed('schedule', told)).body).toMatchObject({ name: 'ConflictException' });
  const { Schedules } = await scheduler.send(new ListSchedulesCommand({ GroupName: 'fixture', NamePrefix: 'taken' }));
  expect(Schedules).toMatchObject([{ Name: 'taken-back', GroupName: 'fixture', State: 'ENABLED' }]);
  await scheduler.send(new DeleteScheduleCommand({ Name: 'taken-back', GroupName: 'fixture' }));
  await advance('PT11M');
  expect(await arrived()).toEqual([]);
});

test('each delayed message is handled at its own time, not at the end of the move', async () => {
  const startedAt = await now();
  const delays = [300, 100, 200];
  for (const DelaySeconds of delays) {
    const MessageBody = JSON.stringify({ id: `delayed-${DelaySeconds}` });
    await fixture.sqs.send(new SendMessageCommand({ QueueUrl: fixture.queueUrl('work'), MessageBody, DelaySeconds }));
  }
  await advance('PT10M');
  for (const delay of delays) {
    const { lastAt } = await fixture.seen(`delayed-${delay}`);
    expect(Math.abs(Date.parse(lastAt) - startedAt - delay * 1000)).toBeLessThan(20_000);
  }
});

test('a rate fires once at the end of a long move, and once per instant at which something else fell due', async () => {
  const quiet = await ticks();
  await advance('P1D');
  await until(ticks, (runs) => runs > quiet);
  expect((await ticks()) - quiet).toBe(1);
  for (const minutes of [10, 5])
    await fixture.deed('schedule', { name: `step-${minutes}`, at: await inSeconds(minutes * 60) });
  const before = await ticks();
  await advance('PT1H');
  await until(ticks, (runs) => runs === before + 3);
});

function schedulerClient(): SchedulerClient {
  return new SchedulerClient({
    endpoint: fixture.addresses.apiUrl,
    region: 'ap-northeast-2',
    credentials: fixture.admin,
  });
}
