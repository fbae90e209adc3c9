import { setTimeout as sleep } from 'node:timers/promises';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect } from 'vitest';
import { createSchedules } from '../../../shared/adapters/scheduler/schedules.ts';
import { type Fixture, startFixture } from '../../infra/local/support/fixture.ts';
import { schedulesContract } from '../../support/contracts/schedules-contract.ts';

/** The adapter over the local cloud's Scheduler, which fills the queue `plain`. */

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

async function open() {
  const client = new SchedulerClient({
    endpoint: fixture.addresses.apiUrl,
    region: 'ap-northeast-2',
    credentials: fixture.admin,
  });
  const { PLAIN_QUEUE_ARN, SCHEDULER_ROLE_ARN, SCHEDULE_GROUP } = (await fixture.deed('environment')).body as Record<
    string,
    string
  >;
  const target = {
    group: SCHEDULE_GROUP!,
    roleArn: SCHEDULER_ROLE_ARN!,
    queueArn: PLAIN_QUEUE_ARN!,
    deadLettersArn: `${PLAIN_QUEUE_ARN}-dead`,
  };
  return {
    schedules: createSchedules(client, target, { now: Date.now, random: Math.random, sleep }),
    nowMs: async () => Date.parse(((await fixture.control('GET', '/clock')).body as { now: string }).now),
    advance: async (ms: number) => {
      const moved = await fixture.control('POST', '/clock', { advance: `PT${ms / 1_000}S` });
      expect(moved.status).toBe(200);
    },
    arrived,
  };
}

async function arrived(): Promise<unknown[]> {
  const QueueUrl = fixture.queueUrl('plain');
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

schedulesContract(open);
