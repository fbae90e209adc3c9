import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../edge/aws-error.ts';
import type { Access } from '../iam/iam.ts';
import { account, arn, region } from '../template/names.ts';
import type { Resource } from '../template/template.ts';
import { fitsPattern } from './event-pattern.ts';
import type { PublishedEvents } from './published-events.ts';
import type { Targets } from './targets.ts';

const targetShape = z.looseObject({
  Arn: z.string(),
  Id: z.string(),
  Input: z.string().optional(),
  InputPath: z.literal('$.detail').optional(),
  InputTransformer: z.undefined({ error: 'InputTransformer is not known to the local cloud' }).optional(),
  SqsParameters: z.strictObject({ MessageGroupId: z.string() }).optional(),
});
const ruleShape = z.looseObject({
  EventBusName: z.string().default('default'),
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z.array(targetShape).default([]),
});

/** A rule of the template, on a pattern or on a schedule. */
export type DeclaredRule = z.infer<typeof ruleShape> & { name: string; arn: string };

/** The template's enabled rules. */
export function declaredRules(resources: Resource[]): DeclaredRule[] {
  return resources
    .filter(({ type }) => type === 'AWS::Events::Rule')
    .map(({ name, references, properties }) => ({ ...ruleShape.parse(properties), name, arn: references.Arn! }))
    .filter(({ State }) => State === 'ENABLED');
}

const entryShape = z.object({
  Source: z.string(),
  DetailType: z.string(),
  Detail: z.string(),
  EventBusName: z.string().default('default'),
  Time: z.number().optional(),
  Resources: z.array(z.string()).default([]),
});
const requestShape = z.object({ Entries: z.array(entryShape).min(1).max(10) });

const busName = (nameOrArn: string) => nameOrArn.split('/').at(-1)!;

/** What PutEvents asks of IAM. */
export function eventAccesses(body: unknown): Access[] {
  const { Entries } = requestShape.parse(body);
  const buses = new Set(Entries.map(({ EventBusName }) => busName(EventBusName)));
  return [...buses].map((bus) => ({ action: 'events:PutEvents', resource: arn('events', `event-bus/${bus}`) }));
}

/** The EventBridge buses: events go to the targets of the rules they fit. */
export class EventBus {
  readonly #buses: Set<string>;
  readonly #rules: DeclaredRule[];
  readonly #targets: Targets;
  readonly #published: PublishedEvents;

  constructor(buses: string[], rules: DeclaredRule[], targets: Targets, published: PublishedEvents) {
    this.#buses = new Set(['default', ...buses]);
    this.#rules = rules;
    this.#targets = targets;
    this.#published = published;
  }

  /** Durable when it returns. @throws AwsError as EventBridge answers */
  handle(operation: string, body: unknown): unknown {
    if (operation !== 'PutEvents')
      throw new AwsError('UnknownOperationException', `${operation} is not offered by the local cloud`);
    const entries = requestShape.parse(body).Entries.map((entry) => this.#put(entry));
    return { FailedEntryCount: entries.filter((entry) => 'ErrorCode' in entry).length, Entries: entries };
  }

  #put(entry: z.infer<typeof entryShape>): { EventId: string } | { ErrorCode: string; ErrorMessage: string } {
    const bus = busName(entry.EventBusName);
    if (!this.#buses.has(bus))
      return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: `Event bus ${bus} does not exist.` };
    const detail = parseObject(entry.Detail);
    if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    const event = {
      version: '0',
      id: randomUUID(),
      'detail-type': entry.DetailType,
      source: entry.Source,
      account,
      time: new Date(entry.Time === undefined ? Date.now() : entry.Time * 1000).toISOString().replace(/\.\d+Z$/, 'Z'),
      region,
      resources: entry.Resources,
      detail,
    };
    this.#published.add(event);
    for (const { EventBusName, EventPattern, Targets } of this.#rules) {
      if (busName(EventBusName) !== bus || !EventPattern || !fitsPattern(EventPattern, event)) continue;
      for (const { Arn, Input, InputPath, SqsParameters } of Targets) {
        const input = Input ?? JSON.stringify(InputPath ? event.detail : event);
        this.#targets.deliver({ targetArn: Arn, input, messageGroupId: SqsParameters?.MessageGroupId });
      }
    }
    return { EventId: event.id };
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
