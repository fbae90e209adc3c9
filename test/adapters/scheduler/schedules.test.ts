import { CreateScheduleCommand, DeleteScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { createSchedules } from '../../../shared/adapters/scheduler/schedules.ts';

const target = {
  group: 'Bongsu',
  roleArn: 'arn:aws:iam::1:role/schedules',
  queueArn: 'arn:aws:sqs:ap-northeast-2:1:wave',
  deadLettersArn: 'arn:aws:sqs:ap-northeast-2:1:dead',
};

/** An adapter over a client that answers as told, in a time that passes only by waiting. */
function mocked() {
  const client = new SchedulerClient({ region: 'ap-northeast-2' });
  const slept: number[] = [];
  let nowMs = 0;
  const waiting = {
    now: () => nowMs,
    random: () => 0.5,
    sleep: async (ms: number) => {
      slept.push(ms);
      nowMs += ms;
    },
  };
  return { schedules: createSchedules(client, target, waiting), mock: mockClient(client), slept };
}

const answers = (name: string) => Object.assign(new Error('as told'), { name });
const noonMs = Date.parse('2026-12-24T03:00:00Z');

describe('what Scheduler is asked', () => {
  test('is a one-time schedule into the queue, gone after it, its failures kept', async () => {
    const { schedules, mock } = mocked();
    mock.on(CreateScheduleCommand).resolves({});
    await schedules.create('dsp_1-w1-r1', noonMs, { wave: 1 });
    expect(mock.commandCalls(CreateScheduleCommand).map(({ args }) => args[0].input)).toEqual([
      {
        Name: 'dsp_1-w1-r1',
        GroupName: 'Bongsu',
        ScheduleExpression: 'at(2026-12-24T03:00:00)',
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: target.queueArn,
          RoleArn: target.roleArn,
          Input: '{"wave":1}',
          DeadLetterConfig: { Arn: target.deadLettersArn },
          RetryPolicy: { MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 185 },
        },
      },
    ]);
  });

  test.each([
    [0, '03:00:00'],
    [1, '03:00:01'],
    [999, '03:00:01'],
    [1_000, '03:00:01'],
    [59_001, '03:01:00'],
  ])('is never a moment before the time: %i ms past three is %s', async (ms, time) => {
    const { schedules, mock } = mocked();
    mock.on(CreateScheduleCommand).resolves({});
    await schedules.create('dsp_1-w1-r1', noonMs + ms, {});
    expect(mock.commandCalls(CreateScheduleCommand)[0]!.args[0].input.ScheduleExpression).toBe(
      `at(2026-12-24T${time})`,
    );
  });

  test('to remove is the schedule of the own group', async () => {
    const { schedules, mock } = mocked();
    mock.on(DeleteScheduleCommand).resolves({});
    await schedules.remove('dsp_1-w1-r1');
    expect(mock.commandCalls(DeleteScheduleCommand)[0]!.args[0].input).toEqual({
      Name: 'dsp_1-w1-r1',
      GroupName: 'Bongsu',
    });
  });
});

const create = { call: 'create' } as const;
const remove = { call: 'remove' } as const;
const run = ({ schedules }: ReturnType<typeof mocked>, call: 'create' | 'remove') =>
  call === 'create' ? schedules.create('dsp_1-w1-r1', noonMs, {}) : schedules.remove('dsp_1-w1-r1');

describe('a call that Scheduler has no time for', () => {
  test.each([
    { ...create, answer: 'ThrottlingException' },
    { ...remove, answer: 'ThrottlingException' },
    { ...remove, answer: 'ConflictException' },
  ])('($call: $answer) is repeated, later and later, with jitter', async ({ call, answer }) => {
    const world = mocked();
    world.mock.onAnyCommand().rejectsOnce(answers(answer)).rejectsOnce(answers(answer)).resolves({});
    await run(world, call);
    expect(world.mock.calls()).toHaveLength(3);
    expect(world.slept).toEqual([12.5, 25]);
  });

  test.each([create, remove])('($call) for ten seconds is an error that names the cause', async ({ call }) => {
    const world = mocked();
    world.mock.onAnyCommand().rejects(answers('ThrottlingException'));
    await expect(run(world, call)).rejects.toMatchObject({
      name: 'SchedulerBusy',
      cause: { name: 'ThrottlingException' },
    });
    const waitedMs = world.slept.reduce((sum, ms) => sum + ms, 0);
    expect(waitedMs).toBeGreaterThanOrEqual(10_000);
    expect(waitedMs).toBeLessThan(11_000);
  });

  test('(create) and that got through all the same is done', async () => {
    const world = mocked();
    world.mock
      .on(CreateScheduleCommand)
      .rejectsOnce(answers('ThrottlingException'))
      .rejects(answers('ConflictException'));
    await run(world, 'create');
    expect(world.mock.calls()).toHaveLength(2);
  });
});

test.each([
  { ...create, answer: 'ServiceQuotaExceededException' },
  { ...create, answer: 'ValidationException' },
  { ...create, answer: 'AccessDeniedException' },
  { ...create, answer: 'ResourceNotFoundException' }, // of the group
  { ...create, answer: 'InternalServerException' },
  { ...create, answer: 'TimeoutError' },
  { ...remove, answer: 'AccessDeniedException' },
  { ...remove, answer: 'InternalServerException' },
])('$answer to a $call is an error at once', async ({ call, answer }) => {
  const world = mocked();
  world.mock.onAnyCommand().rejects(answers(answer));
  await expect(run(world, call)).rejects.toMatchObject({ name: answer });
  expect(world.mock.calls()).toHaveLength(1);
});
