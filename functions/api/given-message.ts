import * as z from 'zod';
import { type OwnerId, type TemplateId, templateIdShape } from '../../shared/contracts/ids.ts';
import { authWords } from '../../shared/domain/content/auth-words.ts';
import type { MessageContent } from '../../shared/domain/content/content.ts';
import { requestedTypes } from '../../shared/domain/content/message-type.ts';
import { dateFormats, timeFormats } from '../../shared/domain/content/variables.ts';
import type { Message } from '../../shared/domain/dispatches/dispatch.ts';
import type { TemplateReader } from '../../shared/domain/templates/ports.ts';
import { contentWith } from '../../shared/domain/templates/use-template.ts';
import { advertisementShape } from './advertisement-shapes.ts';
import { type ImageDeps, imagesOf, imagesShape } from './message-images.ts';
import { fieldProblem, type Problem } from './problems.ts';
import { subjectGuide, textGuide } from './text-guide.ts';

/** What a message says and from which number, as it comes in. */

const formatGuide =
  `How a \`date\` is shown: ${Object.keys(dateFormats).join(', ')}; a \`datetime\` has one of these, then ` +
  `${Object.keys(timeFormats).join(', ')} or nothing. Null: YYYY-MM-DD, with hh:mm for a datetime. Cells are read as ` +
  '2026-12-24, 2026/12/24, 2026.12.24 or 20261224, with a time behind or without, and as they are shown. The `date` ' +
  'filter shows them its own way. Other types have no format';

const givenVariable = z
  .strictObject({
    name: z.string().min(1).max(100),
    type: z
      .enum(['text', 'integer', 'decimal', 'date', 'datetime'])
      .default('text')
      .meta({ description: 'What its cells are; one that is not of this type has no value' }),
    format: z.string().max(40).nullable().default(null).meta({ description: formatGuide }),
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
export const givenMessageMembers = {
  type: messageMembers.type.optional(),
  from: z.string().min(1).max(30).meta({ description: 'An approved sender number', example: '0212345678' }),
  subject: messageMembers.subject.optional(),
  text: messageMembers.text.optional(),
  templateId: templateIdShape
    .nullable()
    .optional()
    .meta({
      description:
        'Instead of `text`: what this template says now. Its type, subject, variables and images are taken as far as the ' +
        'message does not say its own; variables by their names',
    }),
  variables: messageMembers.variables.default([]),
  images: imagesShape.optional(),
  advertisement: advertisementShape,
};

export const givenMessageShape = z
  .strictObject(givenMessageMembers)
  .meta({ id: 'MessageContent', oneOf: [{ required: ['text'] }, { required: ['templateId'] }] })
  .transform(({ text, templateId, ...rest }, context) => {
    const source = sourceOf(text, templateId, context);
    return source === z.NEVER ? z.NEVER : { ...rest, source };
  });

/** Where the text comes from. */
type Source = { readonly text: string } | { readonly templateId: TemplateId };

export function sourceOf(
  text: string | undefined,
  templateId: TemplateId | null | undefined,
  context: z.core.$RefinementCtx,
): Source {
  const given = templateId ?? undefined;
  if (text !== undefined && given === undefined) return { text };
  if (text === undefined && given !== undefined) return { templateId: given };
  const refuse = (field: string, code: string, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message, params: { code } });
  if (text === undefined) refuse('text', 'missing', 'Give text, or a templateId.');
  else refuse('templateId', 'no_effect', 'Give either text or templateId.');
  return z.NEVER;
}

/** What it takes to know what a message says. */
export interface MessageSources extends ImageDeps {
  readonly templates: TemplateReader;
}

/** A sender number in any usual form, as the approved list has it. */
export const senderDigits = (from: string): string => from.replace(/[\s().-]/g, '');

/** What is asked for, or why its template or its images cannot be sent. */
export async function messageOf(
  deps: MessageSources,
  owner: OwnerId,
  given: z.output<typeof givenMessageShape>,
  nowMs: number,
): Promise<Message | Problem> {
  const said = await saidBy(deps, owner, given, nowMs);
  if ('problem' in said) return said;
  const { advertisement } = given;
  const from = senderDigits(given.from);
  if (given.images === undefined) return { ...said, from, advertisement };
  const keptImages = [...said.images, ...(deps.keptImages ?? [])];
  const images = await imagesOf({ ...deps, keptImages }, owner, given.images, nowMs);
  return 'problem' in images ? images : { ...said, from, images, advertisement };
}

type Said = MessageContent & Pick<Message, 'template'>;

async function saidBy(
  { templates }: Pick<MessageSources, 'templates'>,
  owner: OwnerId,
  {
    source,
    type,
    subject,
    variables,
  }: Pick<z.output<typeof givenMessageShape>, 'source' | 'type' | 'subject' | 'variables'>,
  nowMs: number,
): Promise<Said | Problem> {
  if ('text' in source) {
    return { type: type ?? 'auto', subject: subject ?? null, text: source.text, variables, images: [] };
  }
  const template = await templates.find(owner, source.templateId);
  if (!template) return noTemplate('/message/templateId');
  const { id, version } = template;
  return { ...contentWith(template, { type, subject, variables }, nowMs), template: { id, version } };
}

/** In the same words for another tenant's. */
export const noTemplate = (pointer: string): Problem =>
  fieldProblem('unprocessable', pointer, 'invalid_value', 'There is no such template of yours.');
