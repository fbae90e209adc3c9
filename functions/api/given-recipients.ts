import type { OwnerId, UploadId } from '../../shared/contracts/ids.ts';
import { recipientsOfContacts, variablesTogetherMax } from '../../shared/domain/contacts/contact-recipients.ts';
import type { ContactReader } from '../../shared/domain/contacts/ports.ts';
import type { InlineRecipient } from '../../shared/domain/recipients/inline-list.ts';
import { type FieldError, fieldProblem, type Problem, problem } from './problems.ts';
import type { AskedRecipients } from './send-shapes.ts';

/** Who gets a message, as those who send take it. */
export type GivenRecipients = { readonly uploadId: UploadId } | { readonly list: readonly InlineRecipient[] };

export interface RecipientSources {
  readonly contacts: ContactReader;
}

const toldMax = 50;

/** Contacts become the list that they are now; others are given as they are. */
export async function recipientsOf(
  { contacts }: RecipientSources,
  owner: OwnerId,
  asked: AskedRecipients,
): Promise<GivenRecipients | Problem> {
  if (!('contactIds' in asked)) return asked;
  const found = await recipientsOfContacts(contacts, owner, asked.contactIds);
  switch (found.kind) {
    case 'list':
      return { list: found.list };
    case 'unknown': {
      const ids = found.indexes.slice(0, toldMax).map((index) => asked.contactIds[index]!);
      const errors = found.indexes.slice(0, toldMax).map(
        (index): FieldError => ({
          in: 'body',
          pointer: `/recipients/contactIds/${index}`,
          code: 'invalid_value',
          detail: 'is not a contact of yours',
        }),
      );
      const detail = `${found.indexes.length} of the contacts are none of yours: ${ids.join(', ')}`;
      return problem('unprocessable', detail, { errors });
    }
    case 'too_many_variables': {
      const detail = `The contacts have ${found.count} attributes together; recipients of one call have at most ${variablesTogetherMax}.`;
      return fieldProblem('unprocessable', '/recipients/contactIds', 'too_big', detail);
    }
  }
}
