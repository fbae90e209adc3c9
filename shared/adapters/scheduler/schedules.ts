import { CreateScheduleCommand, DeleteScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import type { Schedules } from '../../domain/dispatches/ports.ts';

/** Where schedules live and what they start. */
export interface ScheduleTarget {
  readonly group: string;
  /** The role as which Scheduler puts the record into the queue. */
  readonly roleArn: string;
  readonly queueArn: string;
  /** Takes the records that the queue did not. */
  readonly deadLettersArn: string;
}

/** What a client needs to wait and to retry: time and randomness are handed in. */
export interface Waiting {
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Scheduler kept throttling for the whole of the time we may wait. The schedule may or may not be there. */
export class SchedulerBusy extends Error {
  override readonly name = 'SchedulerBusy';
}

const patienceMs = 10_000;
/** The queue's own service answers within an hour, or the record is better among the dead letters, where it is seen. */
const retryPolicy = { MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 185 };

/** One-time schedules of EventBridge Scheduler that put a record into one queue. */
export function createSchedules(client: SchedulerClient, target: ScheduleTarget, waiting: Waiting): Schedules {
  /** Repeats a call, with jitter, while Scheduler answers one of `busy`; what it answers for `done` is success. */
  const patiently = async (busy: readonly string[], done: string, call: () => Promise<unknown>): Promise<void> => {
    const until = waiting.now() + patienceMs;
    for (let tries = 0; ; tries++) {
      try {
        await call();
        return;
      } catch (error) {
        const name = error instanceof Error ? error.name : '';
        if (name === done) return;
        if (!busy.includes(name)) throw error;
        if (waiting.now() >= until) throw new SchedulerBusy('Scheduler was busy for 10 s', { cause: error });
      }
      await waiting.sleep(waiting.random() * Math.min(1_000, 25 * 2 ** tries));
    }
  };

  return {
    create: (name, atMs, body) => {
      const input = {
        Name: name,
        GroupName: target.group,
        ScheduleExpression: `at(${utcSecond(atMs)})`,
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: target.queueArn,
          RoleArn: target.roleArn,
          Input: JSON.stringify(body),
          DeadLetterConfig: { Arn: target.deadLettersArn },
          RetryPolicy: retryPolicy,
        },
      } as const;
      return patiently(['ThrottlingException'], 'ConflictException', () =>
        client.send(new CreateScheduleCommand(input)),
      );
    },
    remove: (name) =>
      // A conflict is Scheduler still being at work on this schedule
      patiently(['ThrottlingException', 'ConflictException'], 'ResourceNotFoundException', () =>
        client.send(new DeleteScheduleCommand({ Name: name, GroupName: target.group })),
      ),
  };
}

/** `2026-12-24T01:00:00`. Rounded up: a schedule never fires before the time that was asked for. */
const utcSecond = (atMs: number): string => new Date(Math.ceil(atMs / 1_000) * 1_000).toISOString().slice(0, 19);
