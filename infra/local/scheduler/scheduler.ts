import * as z from 'zod';
import { deliveryAction, type Targets } from '../bus/targets.ts';
import type { Clock } from '../clock/clock.ts';
import { AwsError } from '../edge/aws-error.ts';
import type { Iam } from '../iam/iam.ts';
import { arn } from '../template/names.ts';
import { atInstant } from './expressions.ts';
import type { ScheduleStore, StoredSchedule } from './schedule-store.ts';

export const targetShape = z.strictObject({
  Arn: z.string(),
  RoleArn: z.string(),
  Input: z.string().default('{}'),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
  RetryPolicy: z
    .strictObject({
      MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).optional(),
      MaximumRetryAttempts: z.number().int().min(0).max(185).optional(),
    })
    .optional(),
  SqsParameters: z.strictObject({ MessageGroupId: z.string() }).optional(),
});
export type ScheduleTarget = z.infer<typeof targetShape>;

const bodyShape = z.strictObject({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.literal('UTC').optional(),
  FlexibleTimeWindow: z.strictObject({ Mode: z.literal('OFF') }),
  Target: targetShape,
  GroupName: z.string().default('default'),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  ClientToken: z.string().optional(),
  Description: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
});
const nameShape = z.string().regex(/^[0-9a-zA-Z-_.]{1,64}$/);
const pageSize = 100;

/** The EventBridge Scheduler: its API for one-time schedules, and their firing. */
export class Scheduler {
  readonly #store: ScheduleStore;
  readonly #groups: Set<string>;
  readonly #targets: Targets;
  readonly #iam: Iam;
  readonly #clock: Clock;
  #disarm: () => void = () => undefined;

  constructor(store: ScheduleStore, groups: string[], targets: Targets, iam: Iam, clock: Clock) {
    this.#store = store;
    this.#groups = new Set(['default', ...groups]);
    this.#targets = targets;
    this.#iam = iam;
    this.#clock = clock;
  }

  /** Fires what fell due while the cloud was down, and goes on from there. */
  start(): void {
    this.#fireDue();
  }

  /** @throws AwsError as the service answers */
  handle(method: string, url: URL, body: unknown): unknown {
    const [, resource, encodedName] = url.pathname.split('/');
    if (resource !== 'schedules')
      throw new AwsError('ValidationException', `${method} ${url.pathname} is not offered by the local cloud`);
    if (encodedName === undefined) return this.#list(url.searchParams);
    const name = nameShape.parse(decodeURIComponent(encodedName));
    const group = method === 'POST' || method === 'PUT' ? undefined : (url.searchParams.get('groupName') ?? 'default');
    switch (method) {
      case 'POST':
        return this.#create(name, body);
      case 'PUT':
        return this.#update(name, body);
      case 'GET':
        return describe(this.#existing(group!, name));
      case 'DELETE':
        this.#existing(group!, name);
        this.#store.delete(group!, name);
        return {};
      default:
        throw new AwsError('ValidationException', `${method} is not offered by the local cloud`);
    }
  }

  #create(name: string, body: unknown) {
    const { GroupName, ClientToken } = bodyShape.parse(body);
    const existing = this.#store.find(GroupName, name);
    if (!existing) return this.#put(name, body);
    // A client that missed the answer asks the same again
    const isSameCall = ClientToken !== undefined && bodyOf(existing).ClientToken === ClientToken;
    if (!isSameCall) throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
    return { ScheduleArn: scheduleArn(GroupName, name) };
  }

  #update(name: string, body: unknown) {
    this.#existing(bodyShape.parse(body).GroupName, name);
    return this.#put(name, body);
  }

  #put(name: string, body: unknown) {
    const schedule = bodyShape.parse(body);
    const dueAt = atInstant(schedule.ScheduleExpression);
    if (dueAt === undefined)
      throw new AwsError(
        'ValidationException',
        `Invalid Schedule Expression ${schedule.ScheduleExpression}: at(yyyy-mm-ddThh:mm:ss) here.`,
      );
    if (!this.#groups.has(schedule.GroupName))
      throw new AwsError('ResourceNotFoundException', `Schedule group ${schedule.GroupName} does not exist.`, 404);
    this.#requireDeliverable(schedule.Target);
    const enabledDueAt = schedule.State === 'ENABLED' ? dueAt : undefined;
    this.#store.put({
      group: schedule.GroupName,
      name,
      body: JSON.stringify(schedule),
      dueAt: enabledDueAt,
      createdAt: this.#clock.now(),
    });
    this.#arm();
    return { ScheduleArn: scheduleArn(schedule.GroupName, name) };
  }

  #requireDeliverable({ Arn, RoleArn, DeadLetterConfig }: ScheduleTarget): void {
    const unknown = [Arn, ...(DeadLetterConfig ? [DeadLetterConfig.Arn] : [])].find((one) => !this.#targets.has(one));
    if (unknown) throw new AwsError('ValidationException', `${unknown} is not a target here.`);
    if (!this.#iam.find(RoleArn)?.trustedServices.includes('scheduler.amazonaws.com')) {
      throw new AwsError(
        'ValidationException',
        'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
      );
    }
  }

  #list(query: URLSearchParams) {
    const after = Buffer.from(query.get('NextToken') ?? '', 'base64url').toString();
    const most = Number(query.get('MaxResults') ?? pageSize);
    const found = this.#store.list(
      query.get('ScheduleGroup') ?? undefined,
      query.get('NamePrefix') ?? '',
      after,
      most + 1,
    );
    const page = found.slice(0, most);
    const last = page.at(-1);
    return {
      Schedules: page.map((schedule) => {
        const { Arn, Name, GroupName, State, Target } = describe(schedule);
        return { Arn, Name, GroupName, State, Target: { Arn: Target.Arn } };
      }),
      ...(found.length > most &&
        last && { NextToken: Buffer.from(`${last.group}/${last.name}`).toString('base64url') }),
    };
  }

  #existing(group: string, name: string): StoredSchedule {
    const schedule = this.#store.find(group, name);
    if (!schedule) throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    return schedule;
  }

  #fireDue(): void {
    for (const stored of this.#store.due(this.#clock.now())) {
      const { Target, ActionAfterCompletion } = bodyOf(stored);
      deliverScheduled(Target, this.#targets, this.#iam);
      if (ActionAfterCompletion === 'DELETE') this.#store.delete(stored.group, stored.name);
      else this.#store.put({ ...stored, dueAt: undefined });
    }
    this.#arm();
  }

  #arm(): void {
    this.#disarm();
    const next = this.#store.nextDueAt();
    if (next !== undefined) this.#disarm = this.#clock.at(next, () => this.#fireDue());
  }
}

/**
 * Delivers a schedule's input under the permissions of its role. What cannot be delivered goes to the dead letters, or
 * is dropped with a line on stderr where there are none or they cannot be reached either: other schedules go on.
 */
export function deliverScheduled(target: ScheduleTarget, targets: Targets, iam: Iam): void {
  const { Arn, RoleArn, Input: input, DeadLetterConfig, SqsParameters } = target;
  const deliver = (targetArn: string) => {
    iam.authorize(iam.role(RoleArn), { action: deliveryAction(targetArn), resource: targetArn });
    targets.deliver({ input, messageGroupId: SqsParameters?.MessageGroupId, targetArn });
  };
  try {
    deliver(Arn);
  } catch (error) {
    try {
      if (!DeadLetterConfig) throw error;
      deliver(DeadLetterConfig.Arn);
    } catch (last) {
      console.error(
        `a schedule could not be delivered to ${Arn}, nor kept, and was dropped: ${(last as Error).message}`,
      );
    }
  }
}

const bodyOf = ({ body }: StoredSchedule) => bodyShape.parse(JSON.parse(body));
const scheduleArn = (group: string, name: string) => arn('scheduler', `schedule/${group}/${name}`);

function describe(stored: StoredSchedule) {
  const { ClientToken: _, ...schedule } = bodyOf(stored);
  const { group, name, createdAt } = stored;
  return {
    ...schedule,
    Name: name,
    Arn: scheduleArn(group, name),
    CreationDate: createdAt / 1000,
  };
}
