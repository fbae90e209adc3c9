import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { logger } from './logger.ts';

/**
 * A door for a queue: parses each record, works on each alone, and gives back only the ids of those that failed, which
 * the queue then delivers again and at last puts into its dead-letter queue. A record that does not parse fails too.
 */
export function queueDoor<T>(shape: z.ZodType<T>, work: (message: T, remaining: Context) => Promise<void>) {
  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const processor = new BatchProcessor(EventType.SQS);
    const one = async (record: SQSRecord): Promise<void> => {
      try {
        await work(shape.parse(JSON.parse(record.body)), context);
      } catch (error) {
        logger.error('a record failed', {
          messageId: record.messageId,
          receives: record.attributes.ApproximateReceiveCount,
          error: error as Error,
        });
        throw error;
      }
    };
    return processPartialResponse(event, one, processor, { context, throwOnFullBatchFailure: false });
  };
}
