import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Iam, type IamReport } from '../../../infra/local/iam/iam.ts';
import { statementsOf } from '../../../infra/local/iam/statements.ts';
import { type Fixture, newHome, startFixture, until } from './support/fixture.ts';

let fixture: Fixture;
/** What the stack tells its functions. */
let told: Record<string, string>;
const home = newHome();
beforeAll(async () => {
  fixture = await startFixture(home);
  told = (await fixture.deed('environment')).body as Record<string, string>;
});
afterAll(() => fixture.end());

const minuteMs = 60_000;
const nowMs = async () => Date.parse(((await fixture.control('GET', '/clock')).body as { now: string }).now);
const advance = (duration: string) => fixture.control('POST', '/clock', { advance: duration });
const at = async (aheadMs: number) => new Date((await nowMs()) + aheadMs).toISOString().slice(0, 19);
const pending = async () =>
  (await fixture.control('GET', '/schedules')).body as { schedules: { name: string; at: string }[]; total: number };

/** Makes a schedule as one who may do everything. */
async function create(given: Partial<CreateScheduleCommandInput> & { Name: string }, target: object = {}) {
  const { PLAIN_QUEUE_ARN, SCHEDULER_ROLE_ARN } = told;
  return client().send(
    new CreateScheduleCommand({
      GroupName: 'fixture',
      ScheduleExpression: `at(${await at(5 * minuteMs)})`,
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      ...given,
      Target: { Arn: PLAIN_QUEUE_ARN, RoleArn: SCHEDULER_ROLE_ARN, Input: JSON.stringify(given.Name), ...target },
    }),
  );
}

const client = () =>
  new SchedulerClient({ endpoint: fixture.addresses.apiUrl, region: 'ap-northeast-2', credentials: fixture.admin });

async function arrived(queue = 'plain'): Promise<unknown[]> {
  const QueueUrl = fixture.queueUrl(queue);
  const bodies: unknown[] = [];
  for (;;) {
    const { Messages = [] } = await fixture.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return bodies;
    for (const { Body, ReceiptHandle } of Messages) {
      bodies.push(JSON.parse(Body!));
      await fixture.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

describe('who makes a schedule', () => {
  test('needs to be allowed its name in its group', async () => {
    const wanted = { name: 'elsewhere', at: await at(minuteMs), group: 'default' };
    expect((await fixture.deed('schedule', wanted)).body).toMatchObject({ name: 'AccessDeniedException' });
    const { denied } = (await fixture.control('GET', '/iam')).body as IamReport;
    expect(denied.map(({ action, resource }) => [action, resource.split(':').at(-1)])).toContainEqual([
      'scheduler:CreateSchedule',
      'schedule/default/elsewhere',
    ]);
  });

  test('needs to be allowed to pass its very role, and nothing is made without that', async () => {
    const roleArn = 'arn:aws:iam::000000000000:role/another';
    const wanted = { name: 'not-mine-to-pass', at: await at(minuteMs), roleArn };
    expect((await fixture.deed('schedule', wanted)).body).toMatchObject({ name: 'AccessDeniedException' });
    const { denied } = (await fixture.control('GET', '/iam')).body as IamReport;
    expect(denied).toContainEqual(expect.objectContaining({ action: 'iam:PassRole', resource: roleArn }));
    expect((await pending()).total).toBe(0);
  });

  test.each([
    ['scheduler.amazonaws.com', true],
    ['lambda.amazonaws.com', false],
  ])('and may pass it to %s: the scheduler is let in, %s', (service, allowed) => {
    const Condition = { StringEquals: { 'iam:PassedToService': service } };
    const Statement = { Effect: 'Allow', Action: 'iam:PassRole', Resource: 'arn:role', Condition };
    const passing = {
      action: 'iam:PassRole',
      resource: 'arn:role',
      context: { 'iam:PassedToService': ['scheduler.amazonaws.com'] },
    };
    expect(new Iam([]).allows({ name: 'x', statements: statementsOf({ Statement }) }, passing)).toBe(allowed);
  });

  test('and takes it back is counted', async () => {
    await fixture.control('DELETE', '/usage');
    expect((await fixture.deed('schedule', { name: 'counted', at: await at(minuteMs) })).status).toBe(200);
    await client().send(new DeleteScheduleCommand({ Name: 'counted', GroupName: 'fixture', ClientToken: 'x' }));
    const { requests } = (await fixture.control('GET', '/usage')).body as { requests: Record<string, number> };
    expect(requests).toMatchObject({ 'scheduler:CreateSchedule': 1, 'scheduler:DeleteSchedule': 1 });
    const { unused } = (await fixture.control('GET', '/iam')).body as IamReport;
    const left = unused.filter(({ principal }) => principal.includes('apiService')).map(({ action }) => action);
    expect(left).not.toContain('iam:PassRole');
    expect(left).not.toContain('scheduler:CreateSchedule');
    expect(left).toContain('scheduler:GetSchedule');
  });
});

describe('a schedule', () => {
  test('that is asked for again with the same token is the same; with another token it is a conflict', async () => {
    const first = await create({ Name: 'again', ClientToken: 'one' });
    expect((await create({ Name: 'again', ClientToken: 'one' })).ScheduleArn).toBe(first.ScheduleArn);
    await expect(create({ Name: 'again', ClientToken: 'two' })).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 409 },
    });
    await client().send(new DeleteScheduleCommand({ Name: 'again', GroupName: 'fixture' }));
    await expect(
      client().send(new DeleteScheduleCommand({ Name: 'again', GroupName: 'fixture' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } });
  });

  test.each([
    ['in a group that is not there', { GroupName: 'absent' }, {}, 'ResourceNotFoundException'],
    ['at no time', { ScheduleExpression: 'at(tomorrow)' }, {}, 'ValidationException'],
    ['at a time with a zone in it', { ScheduleExpression: 'at(2030-01-01T00:00:00Z)' }, {}, 'ValidationException'],
    ['with an unknown target', {}, { Arn: 'arn:aws:sqs:ap-northeast-2:000000000000:absent' }, 'ValidationException'],
    ['with an unknown role', {}, { RoleArn: 'arn:aws:iam::000000000000:role/absent' }, 'ValidationException'],
    ['that gives up at once', {}, { RetryPolicy: { MaximumEventAgeInSeconds: 59 } }, 'ValidationException'],
    ['that tries for ever', {}, { RetryPolicy: { MaximumRetryAttempts: 186 } }, 'ValidationException'],
  ])('%s is refused, in one call', async (_, given, target, error) => {
    await fixture.control('DELETE', '/usage');
    await expect(create({ Name: 'refused', ...given }, target)).rejects.toMatchObject({ name: error });
    const { requests } = (await fixture.control('GET', '/usage')).body as { requests: Record<string, number> };
    expect(requests['scheduler:CreateSchedule']).toBe(1);
    expect((await pending()).total).toBe(0);
  });

  test('whose role may not reach its target leaves its input among its dead letters', async () => {
    const { PLAIN_QUEUE_ARN } = told;
    const Arn = PLAIN_QUEUE_ARN!.replace(/plain$/, 'file-events');
    await create({ Name: 'astray' }, { Arn, DeadLetterConfig: { Arn: PLAIN_QUEUE_ARN } });
    await advance('PT6M');
    expect(await arrived()).toEqual(['astray']);
    expect(await arrived('file-events')).not.toContain('astray');
  });

  test('that cannot be delivered at all is gone, and keeps no other from firing', async () => {
    const { PLAIN_QUEUE_ARN } = told;
    const Arn = PLAIN_QUEUE_ARN!.replace(/plain$/, 'file-events');
    const ScheduleExpression = `at(${await at(5 * minuteMs)})`;
    await create({ Name: 'a-lost', ScheduleExpression }, { Arn });
    await create({ Name: 'b-lost', ScheduleExpression }, { Arn, DeadLetterConfig: { Arn } });
    await create({ Name: 'c-well', ScheduleExpression });
    await advance('PT6M');
    expect(await arrived()).toEqual(['c-well']);
    expect((await pending()).total).toBe(0);
  });
});

describe('GET /schedules', () => {
  test('shows what is to come, soonest first, and no longer what has fired', async () => {
    const startMs = await nowMs();
    const ahead = { later: 40, soon: 10, latest: 50_000 };
    for (const [Name, minutes] of Object.entries(ahead))
      await create({ Name, ScheduleExpression: `at(${await at(minutes * minuteMs)})` });
    const before = await pending();
    expect(before.total).toBe(3);
    expect(before.schedules.map(({ name }) => name)).toEqual(['soon', 'later', 'latest']);
    const apartMs = Date.parse(before.schedules[0]!.at) - startMs - 10 * minuteMs;
    expect(Math.abs(apartMs)).toBeLessThan(10_000);
    await advance('PT15M');
    expect((await pending()).schedules.map(({ name }) => name)).toEqual(['later', 'latest']);
    for (const Name of ['later', 'latest'])
      await client().send(new DeleteScheduleCommand({ Name, GroupName: 'fixture' }));
    expect(await pending()).toEqual({ schedules: [], total: 0 });
    expect(await arrived()).toEqual(['soon']);
  });

  test('shows 500 at most, and says how many there are', async () => {
    const ScheduleExpression = `at(${await at(60 * minuteMs)})`;
    const names = Array.from({ length: 510 }, (_, i) => `many-${String(i).padStart(3, '0')}`);
    for (let start = 0; start < names.length; start += 30)
      await Promise.all(names.slice(start, start + 30).map((Name) => create({ Name, ScheduleExpression })));
    const { schedules, total } = await pending();
    expect(total).toBe(510);
    expect(schedules.map(({ name }) => name)).toEqual(names.slice(0, 500));
    await advance('PT61M');
    expect((await arrived()).sort()).toEqual(names);
  });
});

test('schedules outlive the cloud; what fell due while it was down fires at the start, in order, and the rest later', async () => {
  await create({ Name: 'due-second', ScheduleExpression: `at(${await at(2_000)})` });
  await create({ Name: 'due-first', ScheduleExpression: `at(${await at(1_000)})` });
  await create({ Name: 'not-due', ScheduleExpression: `at(${await at(60 * minuteMs)})` });
  const madeAtMs = performance.now();
  await fixture.stop();
  await until(
    () => performance.now() - madeAtMs,
    (passedMs) => passedMs > 2_500,
  );
  fixture = await startFixture(home);
  expect(await until(arrived, (names) => names.length > 0)).toEqual(['due-first', 'due-second']);
  expect((await pending()).schedules.map(({ name }) => name)).toEqual(['not-due']);
  await advance('PT61M');
  expect(await arrived()).toEqual(['not-due']);
});
