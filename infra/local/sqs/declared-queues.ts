import * as z from 'zod';
import { nameOfArn } from '../template/names.ts';
import type { Resource } from '../template/template.ts';
import type { DeclaredQueue } from './queues.ts';

const queueShape = z.looseObject({
  VisibilityTimeout: z.coerce.number().default(30),
  DelaySeconds: z.coerce.number().default(0),
  ReceiveMessageWaitTimeSeconds: z.coerce.number().default(0),
  MaximumMessageSize: z.coerce.number().default(1_048_576),
  RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() }).optional(),
});

/** The template's queues. */
export function declaredQueues(resources: Resource[]): DeclaredQueue[] {
  return resources
    .filter(({ type }) => type === 'AWS::SQS::Queue')
    .map(({ name, properties }) => {
      const queue = queueShape.parse(properties);
      return {
        name,
        visibilityTimeoutSeconds: queue.VisibilityTimeout,
        delaySeconds: queue.DelaySeconds,
        receiveWaitSeconds: queue.ReceiveMessageWaitTimeSeconds,
        maximumMessageBytes: queue.MaximumMessageSize,
        redrive: queue.RedrivePolicy && {
          deadLetterQueue: nameOfArn(queue.RedrivePolicy.deadLetterTargetArn),
          maxReceiveCount: queue.RedrivePolicy.maxReceiveCount,
        },
      };
    });
}
