import * as z from 'zod';
import { uploadIdShape } from '../../shared/contracts/ids.ts';
import { smsBytesMax } from '../../shared/domain/content/message-type.ts';
import type { MessageImage } from '../../shared/domain/images/message-image.ts';
import type { Preview } from '../../shared/domain/previews/preview.ts';
import { skipCodes } from './message-shapes.ts';

/** How a preview is answered. */

const count = z.int().min(0);

const warningShape = z
  .object({
    code: z.enum(['crosses_sms_limit', 'cp949_only']),
    message: z.string(),
    overBytes: count.nullable().meta({ description: `\`crosses_sms_limit\`: so many bytes above ${smsBytesMax}` }),
    literalBytes: count
      .nullable()
      .meta({ description: '`crosses_sms_limit`: bytes of the text without its variables' }),
    variables: z
      .array(z.object({ name: z.string(), bytes: count }))
      .meta({ description: '`crosses_sms_limit`: what each variable adds, the heaviest first' }),
  })
  .meta({ id: 'PreviewWarning' });

const unsendableShape = z
  .object({
    character: z.string(),
    in: z.enum(['text', 'subject']),
    position: count.meta({ description: 'UTF-16 units from 0, in what would have been sent' }),
  })
  .meta({ id: 'UnsendableCharacter' });

export const previewShape = z
  .object({
    reason: z.enum(skipCodes).nullable().meta({ description: 'Why a send would leave this recipient out' }),
    type: z.enum(['sms', 'lms', 'mms']).nullable(),
    subject: z.string().nullable(),
    text: z.string().nullable().meta({ description: 'As it would be sent' }),
    images: z.array(uploadIdShape).meta({ description: 'Of the message, as they were uploaded' }),
    bytes: count.nullable().meta({ description: 'Of the text, in CP949' }),
    credits: count,
    variables: z.array(z.string()).meta({ description: 'Every variable that subject and text use' }),
    missing: z.array(z.string()).meta({ description: 'Variables with neither a value nor a default' }),
    unsendable: z
      .array(unsendableShape)
      .meta({ description: 'Characters that no carrier takes, if they are the reason' }),
    advertisement: z
      .object({ mark: z.string(), advertiserName: z.string(), optOutLine: z.string() })
      .nullable()
      .meta({ description: 'The parts by which the text says that it is an advertisement; null: it is none' }),
    warnings: z.array(warningShape),
  })
  .meta({ id: 'Preview' });

export function shownPreview(preview: Preview, images: readonly MessageImage[]): z.input<typeof previewShape> {
  const { reason, type, subject, text, bytes, credits, variables, missing, unsendable, advertisement } = preview;
  return {
    ...{ reason, type, subject, text, bytes, credits, advertisement },
    images: images.map(({ uploadId }) => uploadId),
    ...{ variables: [...variables], missing: [...missing], unsendable: unsendable.map((each) => ({ ...each })) },
    warnings: warningsOf(preview),
  };
}

function warningsOf({ crossing, cp949Only }: Preview): z.input<typeof warningShape>[] {
  const warnings: z.input<typeof warningShape>[] = [];
  if (crossing) {
    const { overBytes, literalBytes, variables } = crossing;
    const heaviest = variables[0] ? `, most of them in ${variables[0].name} (${variables[0].bytes})` : '';
    const message = `${overBytes} bytes above the ${smsBytesMax} of an SMS: ${literalBytes} without variables${heaviest}`;
    warnings.push({
      code: 'crosses_sms_limit',
      ...{ message, overBytes, literalBytes, variables: variables.map((each) => ({ ...each })) },
    });
  }
  if (cp949Only) {
    const message = 'Some phones may not show syllables that are outside the KS X 1001 set';
    warnings.push({ code: 'cp949_only', message, overBytes: null, literalBytes: null, variables: [] });
  }
  return warnings;
}
