import * as z from 'zod';
import { templateIdShape, uploadIdShape } from '../../shared/contracts/ids.ts';
import { characterPolicies } from '../../shared/domain/content/characters.ts';
import { requestedTypes } from '../../shared/domain/content/message-type.ts';
import type { Refusal } from '../../shared/domain/dispatches/create-dispatch.ts';
import type { JudgedMessage, Message } from '../../shared/domain/dispatches/dispatch.ts';
import { advertisementProblem, shownAdvertisement, shownAdvertisementShape } from './advertisement-shapes.ts';
import { contentProblem } from './content-problem.ts';
import { imageProblem } from './message-images.ts';
import { type FieldError, fieldProblem, type Problem, problem } from './problems.ts';
import { planProblem } from './schedule-shape.ts';

/** What a message says and from which number, as it is shown; and why one is refused. */

export const recipientCountShape = z.object({ count: z.int().min(0) });

export const messageShape = z
  .object({
    type: z.enum(requestedTypes),
    from: z.string(),
    subject: z.string().nullable(),
    text: z.string(),
    variables: z.array(
      z.object({ name: z.string(), type: z.string(), format: z.string().nullable(), default: z.string().nullable() }),
    ),
    images: z.array(uploadIdShape).meta({ description: 'What they were uploaded as; the message has copies' }),
    advertisement: shownAdvertisementShape,
    templateId: templateIdShape.nullable().meta({ description: 'The template that the text came from' }),
    templateVersion: z.int().min(1).nullable().meta({ description: 'Its version at that time' }),
  })
  .meta({ id: 'ShownMessageContent' });

/** The message of a dispatch, with the rules it keeps. */
export const judgedMessageShape = messageShape
  .extend({
    characters: z
      .enum(characterPolicies)
      .meta({ description: 'Your setting `unsendableCharacters` when the dispatch was created' }),
  })
  .meta({ id: 'DispatchMessage' });

export const shownMessage = ({
  type,
  from,
  subject,
  text,
  variables,
  images,
  template,
  advertisement,
}: Message | JudgedMessage): z.input<typeof messageShape> => ({
  type,
  from,
  subject,
  text,
  variables: variables.map((variable) => ({ ...variable })),
  images: images.map(({ uploadId }) => uploadId),
  advertisement: shownAdvertisement(advertisement),
  templateId: template?.id ?? null,
  templateVersion: template?.version ?? null,
});

/** How refusals of a new dispatch are answered. */
export function refusalProblem(refusal: Refusal): Problem {
  switch (refusal.kind) {
    case 'external_id_used':
      return problem('external_id_taken', `${refusal.dispatchId} has this externalId already; it is unique for good.`, {
        members: { dispatchId: refusal.dispatchId },
      });
    case 'sender_not_approved':
      return problem('sender_not_approved', 'The number in `message.from` is not among your approved sender numbers.', {
        errors: [fieldError('/message/from', 'is not an approved sender number')],
      });
    case 'opt_out_number':
    case 'advertisement_part_missing':
    case 'night_window':
      return advertisementProblem(refusal);
    case 'content':
      return contentProblem(refusal.problems, '/message');
    case 'schedule':
      return planProblem(refusal.problem, '/split');
    case 'too_many_waves':
      return fieldProblem(
        'invalid_schedule',
        '/split/count',
        'too_big',
        `There are ${refusal.recipients} recipients; a part has at least one of them.`,
      );
    case 'upload_not_found':
      return problem('unprocessable', 'There is no such upload of yours.', {
        errors: [fieldError('/recipients/uploadId', 'is not an upload of yours')],
      });
    case 'upload_unusable':
      return problem(
        refusal.status === 'rejected' ? 'upload_rejected' : 'upload_expired',
        'The upload cannot be sent to: GET it to see why, and upload the file again.',
        { errors: [fieldError('/recipients/uploadId', `is ${refusal.status}`)] },
      );
    default:
      return imageProblem(refusal);
  }
}

const fieldError = (pointer: string, detail: string): FieldError => ({
  in: 'body',
  pointer,
  code: 'invalid_value',
  detail,
});
