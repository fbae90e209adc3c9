import * as z from 'zod';
import { contactIdShape, importIdShape, ownerIdShape } from '../../contracts/ids.ts';
import type { Contact } from '../../domain/contacts/contact.ts';
import { contactKey } from './keys.ts';
import type { Item } from './table.ts';

const ms = z.int().min(0);

const contactShape = z.object({
  id: contactIdShape,
  owner: ownerIdShape,
  digits: z.string(),
  name: z.string().nullable(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.object({ date: z.string() })])),
  tags: z.array(z.string()),
  version: z.int().min(1),
  importId: importIdShape.nullable(),
  asOfMs: ms,
  createdAtMs: ms,
  changedAtMs: ms,
});

export const contactOf = (item: Item): Contact => contactShape.parse(item);
export const itemOfContact = (contact: Contact): Item => ({
  ...contactKey(contact.owner, contact.id),
  entity: 'contact',
  ...contact,
});
