import * as z from 'zod';
import { type ContactId, contactIdShape, type OwnerId } from '../../shared/contracts/ids.ts';
import type { Contact } from '../../shared/domain/contacts/contact.ts';
import { createContact } from '../../shared/domain/contacts/create-contact.ts';
import { deleteContact } from '../../shared/domain/contacts/delete-contact.ts';
import { editContact } from '../../shared/domain/contacts/edit-contact.ts';
import { exportContacts } from '../../shared/domain/contacts/export-contacts.ts';
import { searchedName } from '../../shared/domain/contacts/name-search.ts';
import { numberBegin } from '../../shared/domain/contacts/number-search.ts';
import type { ContactStore } from '../../shared/domain/contacts/ports.ts';
import type { Ids } from '../../shared/domain/dispatches/ports.ts';
import { readRecipient } from '../../shared/domain/numbers/phone-number.ts';
import type { PermissionEraser, PermissionStore } from '../../shared/domain/permissions/ports.ts';
import {
  contactShape,
  deletedContactShape,
  editedContactShape,
  newContactShape,
  shownContact,
  shownDeletion,
} from './contact-shapes.ts';
import { fieldProblem, notFound, type Problem, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { cursorOf, listShape, pageQuery, shownPage } from './shapes.ts';

export interface ContactDeps {
  readonly contacts: ContactStore;
  readonly permissions: Pick<PermissionStore, 'readMany' | 'history'>;
  readonly eraser: Pick<PermissionEraser, 'forget'>;
  readonly ids: Ids;
}

const tag = 'Contacts';

/** A contact's number, which a message could be sent to; null if it is none. */
function digitsIn(number: string): string | null {
  const read = readRecipient(number);
  return read.ok ? read.e164.slice(1) : null;
}

const noNumber = fieldProblem('invalid_number', '/number', 'invalid_value', 'is no phone number that gets messages.');

const taken = (contactId: ContactId): Problem =>
  problem('contact_exists', `${contactId} has this number already: change that one.`, { members: { contactId } });

const readOne = async ({ contacts }: Pick<ContactDeps, 'contacts'>, owner: OwnerId, id: ContactId) =>
  (await contacts.readMany(owner, [id])).get(id) ?? null;

/** With what the number allowed and refused, which is kept with the permissions and nowhere else. */
async function shownAll({ permissions }: Pick<ContactDeps, 'permissions'>, owner: OwnerId, all: readonly Contact[]) {
  const known = await permissions.readMany(
    owner,
    all.map(({ digits }) => digits),
  );
  return all.map((contact) => shownContact(contact, known.get(contact.digits) ?? null));
}

async function shownOne(deps: Pick<ContactDeps, 'permissions'>, contact: Contact) {
  const [shown] = await shownAll(deps, contact.owner, [contact]);
  return shown!;
}

const post = route({
  method: 'POST',
  path: '/v1/contacts',
  auth: 'tenant',
  tag,
  summary: 'Keep a person as a contact',
  description: 'No two contacts have the same number. Consent is not recorded here: `PUT /v1/consents/{number}`.',
  body: newContactShape,
  responses: { 201: contactShape },
  problems: ['invalid_number', 'contact_exists'],
  idempotent: true,
  run: async ({ caller, body, nowMs, remember }, deps: ContactDeps) => {
    const digits = digitsIn(body.number);
    if (digits === null) return noNumber;
    const { name, attributes, tags } = body;
    const permission = (await deps.permissions.readMany(caller.owner, [digits])).get(digits) ?? null;
    const shown = (contact: Contact) => answer(201, shownContact(contact, permission));
    const given = { digits, name, attributes, tags };
    const outcome = await createContact(deps, caller.owner, given, nowMs, remember(shown));
    switch (outcome.kind) {
      case 'created':
        return shown(outcome.contact);
      case 'replayed':
        return outcome;
      case 'number_taken':
        return taken(outcome.contactId);
    }
  },
});

const params = z.strictObject({ id: contactIdShape });

const get = route({
  method: 'GET',
  path: '/v1/contacts/{id}',
  auth: 'tenant',
  tag,
  summary: 'A contact, and what its number allowed and refused',
  params,
  responses: { 200: contactShape },
  problems: ['not_found'],
  run: async ({ caller, params }, deps: ContactDeps) => {
    const contact = await readOne(deps, caller.owner, params.id);
    return contact ? answer(200, await shownOne(deps, contact)) : notFound;
  },
});

const patch = route({
  method: 'PATCH',
  path: '/v1/contacts/{id}',
  auth: 'tenant',
  tag,
  summary: 'Change what is given of a contact',
  description: 'What was sent, and dispatches that exist, stay as they are. Consent stays with the number.',
  params,
  body: editedContactShape,
  responses: { 200: contactShape },
  problems: ['not_found', 'invalid_number', 'contact_exists', 'too_many_attributes'],
  run: async ({ caller, params, body, nowMs }, deps: ContactDeps) => {
    const { number, name, attributes, tags } = body;
    const digits = number === undefined ? undefined : digitsIn(number);
    if (digits === null) return noNumber;
    const outcome = await editContact(deps, caller.owner, params.id, { digits, name, attributes, tags }, nowMs);
    switch (outcome.kind) {
      case 'edited':
        return answer(200, await shownOne(deps, outcome.contact));
      case 'not_found':
        return notFound;
      case 'number_taken':
        return taken(outcome.contactId);
      case 'too_many_attributes': {
        const detail =
          'The contact would have too many attributes, or too long ones together: take others away, with null.';
        return fieldProblem('too_many_attributes', '/attributes', 'too_big', detail);
      }
    }
  },
});

const remove = route({
  method: 'DELETE',
  path: '/v1/contacts/{id}',
  auth: 'tenant',
  tag,
  summary: 'Delete a person everywhere, and say what stays',
  description:
    'The answer says what is removed, what will be and by when, and what stays and why. Nothing that was made before reaches this person from now on; whoever becomes a contact again, or is sent to anew, is reached as anybody. Possible for suspended accounts, too.',
  whileSuspended: 'allowed',
  params,
  responses: { 200: deletedContactShape },
  problems: ['not_found'],
  run: async ({ caller, params, nowMs }, deps: ContactDeps) => {
    const deleted = await deleteContact(deps, caller.owner, params.id, nowMs);
    return deleted ? answer(200, shownDeletion(deleted)) : notFound;
  },
});

/** What a contact is found by: what its store says is where its list goes on. */
const position = z.string().max(200);

const list = route({
  method: 'GET',
  path: '/v1/contacts',
  auth: 'tenant',
  tag,
  summary: 'Your contacts, newest first, or those that are looked for',
  description:
    'By a number, in order of numbers; by a part of the name, in order of names; by a tag, the oldest first. All that is asked must be so. A page may be shorter than its limit and still have a next one.',
  query: z.strictObject({
    ...pageQuery(position),
    number: z
      .string()
      .max(64)
      .transform((given, context) => {
        const digits = numberBegin(given);
        if (digits !== null) return digits;
        context.addIssue({ code: 'custom', message: 'is neither a phone number nor the beginning of one' });
        return z.NEVER;
      })
      .optional()
      .meta({ description: 'In any usual form, or its first digits, at least three' }),
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .refine((part) => searchedName(part) !== '', 'must not be empty')
      .optional()
      .meta({
        description:
          'A part of the name, in capitals or not: from any Hangul or Chinese character on, in other scripts from the beginning of a word',
      }),
    tag: z.string().trim().min(1).max(50).optional(),
  }),
  responses: { 200: listShape(contactShape) },
  run: async ({ caller, query }, deps: ContactDeps) => {
    const page = await deps.contacts.list(caller.owner, {
      digits: query.number ?? null,
      namePart: query.name ?? null,
      tag: query.tag?.normalize('NFC') ?? null,
      limit: query.limit,
      after: query.cursor ?? null,
    });
    const items = await shownAll(deps, caller.owner, page.items);
    return answer(
      200,
      shownPage({ items, next: page.next }, (contact) => contact),
    );
  },
});

const exportRowsMax = 10_000;

const download = route({
  method: 'GET',
  path: '/v1/contacts/export',
  auth: 'tenant',
  tag,
  summary: 'Your contacts as a csv file, newest first',
  description:
    'Columns `phoneNumber`, `name`, `tags` and one for each attribute that a contact in the file has; it can be imported again. Where there are more than `limit`, or than fit into a file of 3 MB and 50 attributes, the header `Next-Cursor` says what to give as `cursor` for the next file. An apostrophe keeps spreadsheets from calculating with a cell.',
  query: z.strictObject(pageQuery(contactIdShape, { maximum: exportRowsMax, usual: exportRowsMax })),
  responses: { 200: { files: ['text/csv'] } },
  run: async ({ caller, query }, deps: ContactDeps) => {
    const { limit, cursor } = query;
    const search = { digits: null, namePart: null, tag: null, limit, after: cursor ?? null };
    const { csv, next } = await exportContacts(deps, caller.owner, search);
    const file = { bytes: Buffer.from(csv), contentType: 'text/csv; charset=utf-8', fileName: 'contacts.csv' };
    return answer(200, file, next === null ? {} : { 'next-cursor': cursorOf(next) });
  },
});

export const contactRoutes = [post, list, download, get, patch, remove];
