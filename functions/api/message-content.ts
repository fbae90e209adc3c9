import * as z from 'zod';
import { type OwnerId, uploadIdShape } from '../../shared/contracts/ids.ts';
import { authWords } from '../../shared/domain/content/auth-words.ts';
import { characterPolicies } from '../../shared/domain/content/characters.ts';
import { requestedTypes } from '../../shared/domain/content/message-type.ts';
import type { Refusal } from '../../shared/domain/dispatches/create-dispatch.ts';
import type { Message } from '../../shared/domain/dispatches/dispatch.ts';
import { type ImageDeps, imageProblem, imagesOf, imagesShape } from './message-images.ts';
import { type FieldError, fieldProblem, type Problem, problem } from './problems.ts';
import { planProblem } from './schedule-shape.ts';
import { notYetShape } from './shapes.ts';
import { subjectGuide, textGuide } from './text-guide.ts';

/** What a message says and from which number, as it comes in and goes out. */

export const recipientCountShape = z.object({ count: z.int().min(0) });

const givenVariable = z
  .strictObject({
    name: z.string().min(1).max(100),
    type: z.enum(['text', 'integer', 'decimal', 'date', 'datetime']).default('text'),
    format: z.string().max(40).nullable().default(null),
    default: z.string().max(4_000).nullable().default(null).meta({ description: 'Stands in for an empty cell' }),
  })
  .meta({ id: 'Variable' });

/** What a text is, and what it says: the same in messages and in templates. */
export const messageMembers = {
  type: z.enum(requestedTypes).meta({
    description:
      '`auto`: SMS up to 90 bytes, else LMS; with a subject LMS, with images MMS. `auth`: an SMS to somebody who waits for it, past ' +
      `all bulk; its text says one of ${authWords.join(', ')} outside of variables`,
  }),
  subject: z.string().max(200).nullable().meta({ description: subjectGuide }),
  text: z.string().min(1).max(20_000).meta({ description: textGuide }),
  variables: z.array(givenVariable).max(100),
};

/** What will come is there so that its refusal can be said in words. */
export const givenMessageShape = z
  .strictObject({
    type: messageMembers.type.default('auto'),
    from: z.string().min(1).max(30).meta({ description: 'An approved sender number', example: '0212345678' }),
    subject: messageMembers.subject.default(null),
    text: messageMembers.text,
    templateId: notYetShape('Templates cannot be sent yet: leave it out, and give text.'),
    variables: messageMembers.variables.default([]),
    images: imagesShape,
    advertisement: z.literal(false, 'Advertisements cannot be sent yet: leave it out, or give false.').default(false),
  })
  .meta({ id: 'MessageContent' });

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
    advertisement: z.literal(false),
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
}: Message): z.input<typeof messageShape> => ({
  type,
  from,
  subject,
  text,
  variables: variables.map((variable) => ({ ...variable })),
  images: images.map(({ uploadId }) => uploadId),
  advertisement: false,
});

/** A sender number in any usual form, as the approved list has it. */
export const senderDigits = (from: string): string => from.replace(/[\s().-]/g, '');

/** What is asked for, or why its images cannot be sent. */
export async function messageOf(
  deps: ImageDeps,
  owner: OwnerId,
  given: z.output<typeof givenMessageShape>,
  nowMs: number,
): Promise<Message | Problem> {
  const { type, from, subject, text, variables } = given;
  const images = await imagesOf(deps, owner, given.images, nowMs);
  return 'problem' in images ? images : { type, from: senderDigits(from), subject, text, variables, images };
}

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
    case 'content':
      return problem('invalid_template', refusal.problems[0]?.message ?? 'The text is not usable', {
        errors: refusal.problems.map(({ pointer, message, position }) =>
          fieldError(`/message${pointer}`, position === null ? message : `${message} (at character ${position + 1})`),
        ),
      });
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
