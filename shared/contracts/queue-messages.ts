import * as z from 'zod';
import { campaignIdShape, dispatchIdShape, eventIdShape, importIdShape, ownerIdShape } from './ids.ts';

/** What travels in each queue. Bodies are JSON; strict, so that a record of another shape ends in the dead-letter queue. */

export const prepareMessage = z.strictObject({ dispatchId: dispatchIdShape });
export type PrepareMessage = z.infer<typeof prepareMessage>;

export const waveMessage = z.strictObject({
  dispatchId: dispatchIdShape,
  wave: z.int().min(1),
  revision: z.int().min(1),
});
export type WaveMessage = z.infer<typeof waveMessage>;

/** Asks that the schedules of a plan's revision are made, or taken away if that revision no longer counts. */
export const planMessage = z.strictObject({ dispatchId: dispatchIdShape, plan: z.int().min(1) });
export type PlanMessage = z.infer<typeof planMessage>;

/** What travels in the wave queue; schedules put in records of the first kind. */
export const waveQueueMessage = z.union([waveMessage, planMessage]);
export type WaveQueueMessage = z.infer<typeof waveQueueMessage>;

/** `waits` counts how often the batch found no room in its carrier's account; absent: never. */
export const sendMessage = z.strictObject({
  dispatchId: dispatchIdShape,
  batch: z.int().min(0),
  waits: z.int().min(1).optional(),
});
export type SendMessage = z.infer<typeof sendMessage>;

/** `poll` counts the polls of this batch so far: it drives the back-off. */
export const reportMessage = z.strictObject({
  dispatchId: dispatchIdShape,
  batch: z.int().min(0),
  poll: z.int().min(0),
});
export type ReportMessage = z.infer<typeof reportMessage>;

export const settleMessage = z.strictObject({ dispatchId: dispatchIdShape });

/**
 * What is due with a campaign: its schedules are to be made or taken away, or it begins or ends. A record of a revision
 * that no longer counts does nothing.
 */
export const campaignMessage = z.strictObject({
  campaignId: campaignIdShape,
  revision: z.int().min(1),
  moment: z.enum(['plan', 'unplan', 'start', 'end']),
});
export type CampaignMessage = z.infer<typeof campaignMessage>;

/** A step of an import is due. Whatever else there is to know, the import says. */
export const importMessage = z.strictObject({ importId: importIdShape });
export type ImportMessage = z.infer<typeof importMessage>;

/** An outcome is to be told. */
export const outcomeMessage = z.strictObject({ eventId: eventIdShape });
export type OutcomeMessage = z.infer<typeof outcomeMessage>;

/** What is left of an owner's deleted people is to be removed. */
export const eraseMessage = z.strictObject({ owner: ownerIdShape });
export type EraseMessage = z.infer<typeof eraseMessage>;

/** S3's notification, as far as we read it. S3 also sends a test event without records when the notification is set. */
export const bucketNotification = z.union([
  z.object({
    Records: z.array(
      z.object({
        eventName: z.string(),
        eventTime: z.string(),
        s3: z.object({
          object: z.object({ key: z.string(), size: z.number(), eTag: z.string(), sequencer: z.string() }),
        }),
      }),
    ),
  }),
  z.object({ Event: z.literal('s3:TestEvent') }),
]);
export type BucketNotification = z.infer<typeof bucketNotification>;
