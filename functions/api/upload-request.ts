import * as z from 'zod';
import { type OwnerId, type TemplateId, templateIdShape } from '../../shared/contracts/ids.ts';
import { uploadBytesMax } from '../../shared/contracts/limits.ts';
import { compiledTemplate } from '../../shared/domain/templates/message-template.ts';
import type { TemplateReader } from '../../shared/domain/templates/ports.ts';
import { columnsMax } from '../../shared/domain/uploads/bounds.ts';
import type { RecipientsRequest, UploadRequest } from '../../shared/domain/uploads/create-upload.ts';
import { largest } from '../../shared/domain/uploads/file-size.ts';
import { uploadPurposes } from '../../shared/domain/uploads/upload.ts';
import { noTemplate } from './given-message.ts';
import type { Problem } from './problems.ts';

/** How an upload is asked for. */

export const textShape = z
  .string()
  .min(1)
  .max(20_000)
  .meta({ description: 'The text that will be sent', example: '{{ name }}님, {{ due }}까지입니다.' });

const columnShape = z.string().trim().min(1).max(200);

/** What only a file of recipients has. */
const recipientsOnly = ['onInvalidRows', 'requiredColumns', 'text', 'templateId'] as const;

/** What makes columns required: at most one of them. */
const requiring = ['requiredColumns', 'text', 'templateId'] as const;

/** An upload as it is asked for; its template has not been looked at. */
export type GivenUpload =
  | Exclude<UploadRequest, RecipientsRequest>
  | (Omit<RecipientsRequest, 'required'> & {
      readonly required: RecipientsRequest['required'] | { readonly templateId: TemplateId };
    });

/** One shape for all purposes, so that what is wrong is said about what was meant. */
export const uploadRequestShape = z
  .strictObject({
    purpose: z.enum(uploadPurposes).meta({
      description:
        '`recipients`: a list to send to, or to import; `attachment`: an image of an MMS; `evidence`: proof of a consent; `document`: what we ask for to know who you are and what you may send from. ' +
        'Only the first takes options',
    }),
    fileName: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .regex(/^[^\p{Cc}]*$/u, 'must not have control characters'),
    sizeBytes: z.int().min(1).max(uploadBytesMax).optional().meta({
      description:
        'The size of the file. If given, the link takes a file of exactly that size; if not, one that turns out too large is removed as soon as it is there',
    }),
    onInvalidRows: z.enum(['reject', 'skip']).optional().meta({
      description: 'Of recipients, and needed there. `reject`: one bad row rejects the file; `skip`: it is left out',
    }),
    requiredColumns: z.array(columnShape).max(columnsMax).optional(),
    templateId: templateIdShape
      .optional()
      .meta({ description: 'Instead of `requiredColumns`: likewise, of a template' }),
    text: textShape.optional().meta({ description: 'Instead of `requiredColumns`: its variables without a default' }),
  })
  .transform((given, context): GivenUpload => {
    const { purpose, fileName, onInvalidRows, requiredColumns, text, templateId } = given;
    const { sizeBytes = null } = given;
    const { bytesMax } = largest[purpose];
    if (sizeBytes !== null && sizeBytes > bytesMax) {
      const message = `must be at most ${bytesMax.toLocaleString('en')}`;
      context.addIssue({ code: 'custom', path: ['sizeBytes'], message, params: { code: 'too_big' }, input: sizeBytes });
    }
    const refuse = (field: (typeof recipientsOnly)[number], code: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message, params: { code }, input: given[field] });
    if (purpose !== 'recipients') {
      const idle = recipientsOnly.filter((field) => given[field] !== undefined);
      for (const field of idle) refuse(field, 'no_effect', 'Only a file of recipients has rows and columns.');
      return { purpose, fileName, sizeBytes };
    }
    for (const field of requiring.filter((each) => given[each] !== undefined).slice(1)) {
      refuse(field, 'no_effect', 'Give one of requiredColumns, text and templateId.');
    }
    if (onInvalidRows === undefined) {
      refuse('onInvalidRows', 'missing', 'is missing');
      return z.NEVER;
    }
    const source = templateId === undefined ? { columns: requiredColumns ?? [] } : { templateId };
    const required = text === undefined ? source : { text };
    return { purpose, fileName, sizeBytes, onInvalidRows, required };
  });

/** What is asked for, with the columns that its template needs. */
export async function uploadOf(
  { templates }: { readonly templates: TemplateReader },
  owner: OwnerId,
  given: GivenUpload,
): Promise<UploadRequest | Problem> {
  if (given.purpose !== 'recipients') return given;
  const { required, ...rest } = given;
  if (!('templateId' in required)) return { ...rest, required };
  const template = await templates.find(owner, required.templateId);
  return template ? { ...rest, required: { columns: compiledTemplate(template).required } } : noTemplate('/templateId');
}
