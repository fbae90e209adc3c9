import * as z from 'zod';
import { nameOfArn } from '../template/names.ts';
import type { Resource } from '../template/template.ts';

/** A queue feeding a function, as the template declares it. */
export type DeclaredEventSource = {
  queue: string;
  queueArn: string;
  functionName: string;
  batchSize: number;
  windowMs: number;
  reportsFailures: boolean;
  maximumConcurrency: number | undefined;
};

const mappingShape = z.looseObject({
  EventSourceArn: z.string().startsWith('arn:aws:sqs:'),
  FunctionName: z.string(),
  BatchSize: z.coerce.number().default(10),
  MaximumBatchingWindowInSeconds: z.coerce.number().default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.coerce.number().min(2) }).optional(),
  Enabled: z.boolean().default(true),
});

/** The template's enabled event source mappings. */
export function declaredEventSources(resources: Resource[]): DeclaredEventSource[] {
  return resources
    .filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping')
    .map(({ properties }) => mappingShape.parse(properties))
    .filter(({ Enabled }) => Enabled)
    .map((mapping) => {
      if (mapping.BatchSize > 10 && mapping.MaximumBatchingWindowInSeconds === 0) {
        throw new Error(`a batch of more than 10 records from ${mapping.EventSourceArn} needs a batching window`);
      }
      return {
        queue: nameOfArn(mapping.EventSourceArn),
        queueArn: mapping.EventSourceArn,
        functionName: mapping.FunctionName.split(':').at(-1)!,
        batchSize: mapping.BatchSize,
        windowMs: mapping.MaximumBatchingWindowInSeconds * 1000,
        reportsFailures: mapping.FunctionResponseTypes.length > 0,
        maximumConcurrency: mapping.ScalingConfig?.MaximumConcurrency,
      };
    });
}
