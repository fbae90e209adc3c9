import type { ContactId, OwnerId } from '../../contracts/ids.ts';
import type { Ids } from '../dispatches/ports.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import type { Contact } from './contact.ts';
import type { ContactStore, NumberTaken } from './ports.ts';

export type NewContact = Pick<Contact, 'digits' | 'name' | 'attributes' | 'tags'>;

export const newContact = (
  id: ContactId,
  owner: OwnerId,
  { digits, name, attributes, tags }: NewContact,
  by: Pick<Contact, 'importId' | 'asOfMs' | 'changedAtMs'>,
): Contact => ({ id, owner, digits, name, attributes, tags, version: 1, ...by, createdAtMs: by.changedAtMs });

/** Makes a contact, unless its number is another's. Whoever was deleted before may be made anew. */
export async function createContact(
  { contacts, ids }: { readonly contacts: Pick<ContactStore, 'create'>; readonly ids: Ids },
  owner: OwnerId,
  given: NewContact,
  nowMs: number,
  remember: Remember<Contact>,
): Promise<{ readonly kind: 'created'; readonly contact: Contact } | Replayed | NumberTaken> {
  const by = { importId: null, asOfMs: nowMs, changedAtMs: nowMs };
  const contact = newContact(`con_${ids.ulid()}`, owner, given, by);
  const outcome = await contacts.create(contact, remember(contact), null);
  if (outcome.kind === 'deleted') throw new Error('A contact was refused for a deletion that was not asked about');
  return outcome.kind === 'created' ? { kind: 'created', contact } : outcome;
}
