import type { RowWork } from '../../imports/row-work.ts';
import { applyContacts } from './apply-contacts.ts';
import { type ContactRow, contactColumnProblem, contactJudge } from './judge-contact.ts';

/** What imports of contacts do with their rows. */
export const contactWork: RowWork<ContactRow> = {
  columnProblem: contactColumnProblem,
  judge: contactJudge,
  apply: applyContacts,
};
