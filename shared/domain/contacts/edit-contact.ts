import type { ContactId, OwnerId } from '../../contracts/ids.ts';
import { type Contact, type ContactChange, contactAfter } from './contact.ts';
import type { ContactStore, NumberTaken } from './ports.ts';

export type EditContactOutcome =
  | { readonly kind: 'edited'; readonly contact: Contact }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'too_many_attributes' }
  | NumberTaken;

/** Changes what is given of a contact. Two edits at once both count: the later one is made of what the other left. */
export async function editContact(
  { contacts }: { readonly contacts: Pick<ContactStore, 'readMany' | 'replace'> },
  owner: OwnerId,
  id: ContactId,
  change: ContactChange,
  nowMs: number,
): Promise<EditContactOutcome> {
  for (;;) {
    const before = (await contacts.readMany(owner, [id])).get(id);
    if (!before) return { kind: 'not_found' };
    const after = contactAfter(before, change, { importId: null, asOfMs: nowMs, changedAtMs: nowMs });
    if (after === null) return { kind: 'too_many_attributes' };
    const outcome = await contacts.replace(before, after);
    if (outcome.kind === 'written') return { kind: 'edited', contact: outcome.contact };
    if (outcome.kind === 'number_taken') return outcome;
  }
}
