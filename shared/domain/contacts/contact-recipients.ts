import type { ContactId, OwnerId } from '../../contracts/ids.ts';
import type { InlineRecipient } from '../recipients/inline-list.ts';
import { columnsMax } from '../uploads/bounds.ts';
import { variablesOf } from './contact.ts';
import type { ContactReader } from './ports.ts';

/** Beside the column of numbers. */
export const variablesTogetherMax = columnsMax - 1;

export type ContactRecipients =
  | { readonly kind: 'list'; readonly list: readonly InlineRecipient[] }
  /** Positions of ids that are none of the owner's. */
  | { readonly kind: 'unknown'; readonly indexes: readonly number[] }
  | { readonly kind: 'too_many_variables'; readonly count: number };

/** Contacts as the recipients of a call, as they are now: whoever changes or goes afterwards changes nothing there. */
export async function recipientsOfContacts(
  contacts: ContactReader,
  owner: OwnerId,
  ids: readonly ContactId[],
): Promise<ContactRecipients> {
  const known = await contacts.readMany(owner, ids);
  const indexes = ids.flatMap((id, index) => (known.has(id) ? [] : [index]));
  if (indexes.length > 0) return { kind: 'unknown', indexes };
  const list = ids.map((id) => ({ to: `+${known.get(id)!.digits}`, variables: variablesOf(known.get(id)!) }));
  const count = new Set(list.flatMap(({ variables }) => Object.keys(variables))).size;
  return count > variablesTogetherMax ? { kind: 'too_many_variables', count } : { kind: 'list', list };
}
