import * as z from 'zod';
import { failureCodes, skipReasons } from '../../shared/contracts/codes.ts';
import { dispatchIdShape, messageIdOf, messageIdShape } from '../../shared/contracts/ids.ts';
import type { Dispatch } from '../../shared/domain/dispatches/dispatch.ts';
import type { ListedMessage } from '../../shared/domain/dispatches/list-messages.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

/** How messages are answered, wherever they are. */

export const shownStatuses = ['planned', 'skipped', 'canceled', 'submitted', 'delivered', 'failed', 'unknown'] as const;
export const skipCodes = Object.keys(skipReasons) as [keyof typeof skipReasons, ...(keyof typeof skipReasons)[]];
export const failCodes = Object.keys(failureCodes) as [keyof typeof failureCodes, ...(keyof typeof failureCodes)[]];

export const listedShape = z
  .object({
    id: messageIdShape,
    dispatchId: dispatchIdShape,
    row: z.int().min(0).meta({ description: 'Row of the file, or position in the list from 1' }),
    to: z.string().nullable().meta({ description: 'null: the person was deleted' }),
    from: z.string(),
    type: z.enum(['sms', 'lms', 'mms']).nullable(),
    subject: z.string().nullable(),
    status: z.enum(shownStatuses),
    code: z.enum(failCodes).nullable().meta({ description: 'Why it failed' }),
    reason: z.enum(skipCodes).nullable().meta({ description: 'Why it was skipped' }),
    credits: z.int().min(0).meta({ description: 'What it cost, after a refund' }),
    requestedAt: timeShape,
    submittedAt: timeShape.nullable(),
    settledAt: timeShape.nullable(),
    carrier: z.string().nullable(),
    text: z.string().nullable().optional(),
  })
  .meta({ id: 'ListedMessage' });
export const oneShape = listedShape.extend({ text: z.string().nullable() }).meta({ id: 'Message' });

export const shownListed = (dispatch: Dispatch, view: ListedMessage): z.input<typeof listedShape> => ({
  id: messageIdOf(view.place),
  dispatchId: dispatch.id,
  row: view.row,
  to: view.to,
  from: dispatch.message.from,
  type: view.type,
  subject: view.subject,
  status: view.status,
  code: view.code,
  reason: view.reason,
  credits: view.credits,
  requestedAt: shownTime(view.requestedAtMs),
  submittedAt: shownTimeOrNull(view.submittedAtMs),
  settledAt: shownTimeOrNull(view.settledAtMs),
  carrier: view.carrier,
  ...(view.text === undefined ? {} : { text: view.text }),
});

/** Where a list of messages of one dispatch goes on. */
export const messagePosition = z.strictObject({
  kind: z.enum(['b', 'x']),
  block: z.int().min(0).max(999_999),
  row: z.int().min(0).max(999),
});

/** The answer to a send that was prepared in its own call. */
export const sentShape = z
  .object({
    dispatchId: dispatchIdShape,
    data: z.array(
      z.object({
        index: z.int().min(0),
        to: z.string(),
        messageId: messageIdShape,
        status: z.enum(['planned', 'skipped']),
        reason: z.enum(skipCodes).nullable(),
      }),
    ),
  })
  .meta({ id: 'AcceptedMessages' });
