import * as z from 'zod';
import { type ContactId, contactIdShape, type UploadId, uploadIdShape } from '../../shared/contracts/ids.ts';
import { listRowsMax } from '../../shared/contracts/limits.ts';
import { numberColumns } from '../../shared/domain/recipients/number-column.ts';
import { columnsMax } from '../../shared/domain/uploads/bounds.ts';

/** Members that every way of sending has. */
export const externalIdShape = z.string().min(1).max(100).nullable().default(null);
export const tagsShape = z.array(z.string().min(1).max(50)).max(20).default([]);

/** More digits than JSON numbers carry would be sent rounded, and an exponent as nobody meant it. */
const numberShape = z
  .number()
  .transform(String)
  .refine((text) => /^-?\d+(\.\d+)?$/.test(text) && text.replace(/\D/g, '').length <= 15, {
    message: 'A number of more than 15 digits is not exact in JSON: give it as a text.',
  });
export const variablesShape = z
  .record(z.string().min(1).max(100), z.union([z.string().max(4_000), numberShape]))
  .superRefine((variables, context) => {
    for (const name of numberColumns.filter((each) => Object.hasOwn(variables, each))) {
      const message = 'The number of a recipient is `to`: leave it out.';
      context.addIssue({ code: 'custom', path: [name], message, params: { code: 'no_effect' } });
    }
  })
  .default({});

/** As a file beside its column of numbers. Each recipient has a cell for every variable that any of them names. */
const variablesMax = columnsMax - 1;

export const recipientsListShape = z
  .array(z.strictObject({ to: z.string().max(64), variables: variablesShape }))
  .min(1)
  .max(listRowsMax)
  .refine((list) => new Set(list.flatMap(({ variables }) => Object.keys(variables))).size <= variablesMax, {
    message: `Recipients of one call name at most ${variablesMax} variables together.`,
    params: { code: 'too_big' },
  })
  .meta({ description: `Their \`variables\` are at most ${variablesMax} together` });

/** Of one call. */
const contactIdsShape = z
  .array(contactIdShape)
  .min(1)
  .max(listRowsMax)
  .meta({ description: 'Your contacts, as they are now; variables are their `name` and attributes' });

export type AskedRecipients =
  | { readonly uploadId: UploadId }
  | { readonly list: z.output<typeof recipientsListShape> }
  | { readonly contactIds: readonly ContactId[] };

/** One of three; a single shape, so that what is wrong is said about what was meant. */
export const recipientsShape = z
  .strictObject({
    uploadId: uploadIdShape.optional(),
    list: recipientsListShape.optional(),
    contactIds: contactIdsShape.optional(),
  })
  .meta({ oneOf: [{ required: ['uploadId'] }, { required: ['list'] }, { required: ['contactIds'] }] })
  .transform(({ uploadId, list, contactIds }, context): AskedRecipients => {
    const given = [uploadId, list, contactIds].filter((each) => each !== undefined);
    if (given.length === 1) {
      if (uploadId !== undefined) return { uploadId };
      if (list !== undefined) return { list };
      if (contactIds !== undefined) return { contactIds };
    }
    context.addIssue({ code: 'custom', message: 'Give one of uploadId, list and contactIds.' });
    return z.NEVER;
  });
