import * as z from 'zod';
import { categoryIdShape, modeOf, templateIdShape, uploadIdShape } from '../../shared/contracts/ids.ts';
import { categoryNameMax, type PlacedCategory } from '../../shared/domain/templates/category-tree.ts';
import type { TemplateRefusal } from '../../shared/domain/templates/edit-template.ts';
import {
  compiledTemplate,
  type MessageTemplate,
  templateNameMax,
  templatesMax,
} from '../../shared/domain/templates/message-template.ts';
import { contentProblem } from './content-problem.ts';
import { messageMembers } from './given-message.ts';
import { messageShape } from './message-content.ts';
import { imageProblem, imagesShape } from './message-images.ts';
import { fieldProblem, type Problem, problem } from './problems.ts';
import { shownTime, timeShape } from './shapes.ts';

/** How templates and their categories come in and go out. */

export const nameShape = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}]*$/u, 'must not have control characters');

const { type, subject, text, variables } = messageMembers;
const parts = {
  name: nameShape(templateNameMax),
  categoryId: categoryIdShape.nullable(),
  channel: z.literal('sms'),
  type,
  subject,
  text,
  variables,
  images: imagesShape,
};

export const newTemplateShape = z.strictObject({
  ...parts,
  categoryId: parts.categoryId.default(null),
  channel: parts.channel.default('sms'),
  type: type.default('auto'),
  subject: subject.default(null),
  variables: variables.default([]),
  images: parts.images.default([]),
});

/** The channel of a template is for good. */
const { channel: _, ...editable } = parts;
export const editedTemplateShape = z.strictObject({
  ...z.object(editable).partial().shape,
  version: z.int().min(1).optional().meta({
    description: 'The version you saw: 409 if there is another by now. Left out: whichever is there is changed',
  }),
});

export const templateShape = z
  .object({
    id: templateIdShape,
    mode: z.enum(['live', 'test']),
    name: z.string(),
    categoryId: categoryIdShape.nullable(),
    channel: z.literal('sms'),
    type: messageShape.shape.type,
    subject: z.string().nullable(),
    text: z.string(),
    variables: messageShape.shape.variables.meta({ description: 'As declared: types, formats, defaults' }),
    images: z.array(uploadIdShape).meta({ description: 'What they were uploaded as; the template has copies' }),
    uses: z.array(z.string()).meta({ description: 'Every variable that subject and text use' }),
    required: z.array(z.string()).meta({ description: 'Those that need a value: nowhere a default stands in' }),
    version: z.int().min(1).meta({ description: 'Rises with every change' }),
    createdAt: timeShape,
    updatedAt: timeShape,
  })
  .meta({ id: 'Template' });

export function shownTemplate(template: MessageTemplate): z.input<typeof templateShape> {
  const { id, owner, name, categoryId, channel, content, version, createdAtMs, updatedAtMs } = template;
  const { variables: uses, required } = compiledTemplate(template);
  return {
    ...{ id, mode: modeOf(owner), name, categoryId, channel },
    ...{ type: content.type, subject: content.subject, text: content.text },
    variables: content.variables.map((variable) => ({ ...variable })),
    images: content.images.map(({ uploadId }) => uploadId),
    ...{ uses: [...uses], required: [...required], version },
    createdAt: shownTime(createdAtMs),
    updatedAt: shownTime(updatedAtMs),
  };
}

export const categoryShape = z
  .object({
    id: categoryIdShape,
    name: z.string(),
    parentId: categoryIdShape.nullable(),
    depth: z.int().min(1).meta({ description: '1 at the top' }),
    templates: z.int().min(0).meta({ description: 'Templates directly in it' }),
  })
  .meta({ id: 'TemplateCategory' });

export const categoryNameShape = nameShape(categoryNameMax);

export const shownCategory = ({ id, name, parentId, depth, templates }: PlacedCategory) => ({
  ...{ id, name, parentId, depth, templates },
});

export function templateRefusalProblem(refusal: TemplateRefusal): Problem {
  switch (refusal.kind) {
    case 'content':
      return contentProblem(refusal.problems, '');
    case 'no_category':
      return fieldProblem('unprocessable', '/categoryId', 'invalid_value', 'There is no such category of yours.');
    case 'full':
      return problem('unprocessable', `There are ${templatesMax} templates; remove one that is no longer used.`);
    default:
      return imageProblem(refusal, '/images');
  }
}
