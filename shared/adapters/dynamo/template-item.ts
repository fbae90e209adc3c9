import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { categoryIdShape, imageSetIdShape, ownerIdShape, templateIdShape } from '../../contracts/ids.ts';
import { type MessageTemplate, searchedName } from '../../domain/templates/message-template.ts';
import type { TemplateReader } from '../../domain/templates/ports.ts';
import { templateKey } from './keys.ts';
import { storedMessage } from './stored-shapes.ts';
import type { Item, Table } from './table.ts';

/** How a template lies in the table. What does not parse on the way out was not written by this service. */

const ms = z.int().min(0);

const shape = z.object({
  id: templateIdShape,
  owner: ownerIdShape,
  name: z.string(),
  categoryId: categoryIdShape.nullable(),
  channel: z.literal('sms'),
  content: storedMessage
    .pick({ type: true, subject: true, text: true, variables: true })
    // Those of before templates had images have none
    .extend({ images: storedMessage.shape.images.default([]) }),
  imageSet: imageSetIdShape.nullable().default(null),
  version: z.int().min(1),
  createdAtMs: ms,
  updatedAtMs: ms,
});

export const itemOfTemplate = (template: MessageTemplate): Item => ({
  ...templateKey(template.owner, template.id),
  entity: 'template',
  searched: searchedName(template.name),
  ...template,
});

/** Throws on an item of another shape. */
export const templateOfItem = (item: Item): MessageTemplate => shape.parse(item);

/** Templates for those who only use them. */
export const openTemplates = (table: Table): TemplateReader => ({
  async find(owner, id) {
    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.name, Key: templateKey(owner, id), ConsistentRead: true }),
    );
    return Item ? templateOfItem(Item) : null;
  },
});
