import { type ContactReader, contactsReadMax } from '../../domain/contacts/ports.ts';
import { contactOf } from './contact-item.ts';
import { contactKey } from './keys.ts';
import { getAll, type Table } from './table.ts';

/** Contacts in the table, for whoever only looks them up. */
export const openContacts = (table: Table): ContactReader => ({
  async readMany(owner, ids) {
    if (ids.length > contactsReadMax) throw new Error(`More than ${contactsReadMax} contacts in one read`);
    const keys = [...new Set(ids)].map((id) => contactKey(owner, id));
    return new Map((await getAll(table, keys)).map(contactOf).map((found) => [found.id, found]));
  },
});
