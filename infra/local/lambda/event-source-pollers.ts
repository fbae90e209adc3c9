import * as z from 'zod';
import { asyncQueue } from '../bus/targets.ts';
import type { Clock } from '../clock/clock.ts';
import type { Usage } from '../control/usage.ts';
import type { Iam } from '../iam/iam.ts';
import type { DeclaredQueue, Queues } from '../sqs/queues.ts';
import { arn, nameOfArn } from '../template/names.ts';
import type { Resource } from '../template/template.ts';
import type { DeclaredFunction } from './declared-functions.ts';
import type { DeclaredEventSource } from './event-sources.ts';
import type { Functions } from './functions.ts';
import { QueuePoller } from './queue-poller.ts';

/**
 * Starts polling for an event source mapping, in the function's name and with its permissions.
 * @throws if its role lacks a permission that a poller needs, or its queue shows a message again while it is handled
 */
export function pollFor(
  source: DeclaredEventSource,
  functions: Functions,
  queues: Queues,
  iam: Iam,
  clock: Clock,
  usage: Usage,
): QueuePoller {
  const { declared, concurrencyPerDriver: most } = functions.get(source.functionName);
  for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']) {
    iam.authorize(iam.role(declared.roleArn), { action, resource: source.queueArn });
  }
  const queue = queues.get(source.queue);
  if (!queue || queue.visibilityTimeoutSeconds * 1000 < declared.timeoutMs) {
    throw new Error(`the visibility timeout of ${source.queue} is shorter than ${declared.name} may run`);
  }
  return new QueuePoller(
    {
      ...source,
      concurrency: Math.min(source.maximumConcurrency ?? most, most),
      invoke: (event) => functions.invoke(declared.arn, event),
    },
    queues,
    clock,
    usage,
  );
}

const invokeConfigShape = z.looseObject({
  FunctionName: z.string(),
  MaximumRetryAttempts: z.coerce.number().default(2),
  DestinationConfig: z.strictObject({ OnFailure: z.strictObject({ Destination: z.string() }).optional() }).default({}),
});
const retryAfterSeconds = 60;

/**
 * The inner queues that carry the asynchronous events of functions. An event that keeps failing ends where the template
 * says, or in an inner queue that shows what AWS would have dropped.
 */
export function asyncQueues(functions: DeclaredFunction[], resources: Resource[]): DeclaredQueue[] {
  const configs = resources
    .filter(({ type }) => type === 'AWS::Lambda::EventInvokeConfig')
    .map(({ properties }) => invokeConfigShape.parse(properties));
  return functions.flatMap(({ name, timeoutMs }) => {
    const config = configs.find(({ FunctionName }) => FunctionName === name);
    const destination = config?.DestinationConfig.OnFailure?.Destination;
    const dropped = `${asyncQueue(name)}-dropped`;
    const inner = { delaySeconds: 0, receiveWaitSeconds: 0, maximumMessageBytes: 1_048_576 };
    const visibilityTimeoutSeconds = Math.max(retryAfterSeconds, timeoutMs / 1000);
    const redrive = {
      deadLetterQueue: destination === undefined ? dropped : nameOfArn(destination),
      maxReceiveCount: (config?.MaximumRetryAttempts ?? 2) + 1,
    };
    return [
      { ...inner, name: dropped, visibilityTimeoutSeconds, redrive: undefined },
      { ...inner, name: asyncQueue(name), visibilityTimeoutSeconds, redrive },
    ];
  });
}

const asyncEvent = z.object({ Records: z.tuple([z.object({ body: z.string() })]) });

/** Starts handling the asynchronous events of a function. */
export function pollAsyncEvents(
  declared: DeclaredFunction,
  functions: Functions,
  queues: Queues,
  clock: Clock,
  usage: Usage,
): QueuePoller {
  const queue = asyncQueue(declared.name);
  return new QueuePoller(
    {
      queue,
      queueArn: arn('sqs', queue),
      batchSize: 1,
      windowMs: 0,
      reportsFailures: false,
      concurrency: functions.get(declared.arn).concurrencyPerDriver,
      invoke: (event) => functions.invoke(declared.arn, asyncEvent.parse(JSON.parse(event)).Records[0].body),
    },
    queues,
    clock,
    usage,
  );
}
