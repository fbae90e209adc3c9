import * as z from 'zod';
import { columnsMax } from '../../shared/domain/uploads/bounds.ts';
import type { UploadRequest } from '../../shared/domain/uploads/create-upload.ts';
import { uploadPurposes } from '../../shared/domain/uploads/upload.ts';
import { notYetShape } from './shapes.ts';

/** How an upload is asked for. */

export const textShape = z
  .string()
  .min(1)
  .max(20_000)
  .meta({ description: 'The text that will be sent', example: '{{ name }}님, {{ due }}까지입니다.' });

const columnShape = z.string().trim().min(1).max(200);

/** What only a file of recipients has. */
const recipientsOnly = ['onInvalidRows', 'requiredColumns', 'text'] as const;

/** One shape for all purposes, so that what is wrong is said about what was meant. */
export const uploadRequestShape = z
  .strictObject({
    purpose: z.enum(uploadPurposes).meta({
      description: '`recipients`: a list to send to; `attachment`: an image of an MMS, which takes none of the options',
    }),
    fileName: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .regex(/^[^\p{Cc}]*$/u, 'must not have control characters'),
    onInvalidRows: z.enum(['reject', 'skip']).optional().meta({
      description: 'Of recipients, and needed there. `reject`: one bad row rejects the file; `skip`: it is left out',
    }),
    requiredColumns: z.array(columnShape).max(columnsMax).optional(),
    templateId: notYetShape('Templates cannot be used yet: leave it out, and give requiredColumns or text.'),
    text: textShape.optional().meta({ description: 'Instead of `requiredColumns`: its variables without a default' }),
  })
  .transform((given, context): UploadRequest => {
    const { purpose, fileName, onInvalidRows, requiredColumns, text } = given;
    const refuse = (field: (typeof recipientsOnly)[number], code: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message, params: { code }, input: given[field] });
    if (purpose === 'attachment') {
      const idle = recipientsOnly.filter((field) => given[field] !== undefined);
      for (const field of idle) refuse(field, 'no_effect', 'An attachment has neither rows nor columns.');
      return { purpose, fileName };
    }
    if (requiredColumns !== undefined && text !== undefined) {
      refuse('text', 'no_effect', 'Give either requiredColumns or text.');
    }
    if (onInvalidRows === undefined) {
      refuse('onInvalidRows', 'missing', 'is missing');
      return z.NEVER;
    }
    const required = text === undefined ? { columns: requiredColumns ?? [] } : { text };
    return { purpose, fileName, onInvalidRows, required };
  });
