import * as z from 'zod';
import { contactIdShape } from '../../contracts/ids.ts';
import type { Contact } from '../../domain/contacts/contact.ts';
import { namePlaces } from '../../domain/contacts/name-search.ts';
import {
  type ContactStore,
  contactsReadMax,
  deletionKnownMs,
  type NumberPlace,
  type NumberTaken,
} from '../../domain/contacts/ports.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import { itemOfContact } from './contact-item.ts';
import { openContacts } from './contact-reader.ts';
import { searchContacts } from './contact-search.ts';
import { erasureWrites } from './erasure-item.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { contactKey, contactNumberKey, contactPlaceKey, type Key } from './keys.ts';
import { erasingWrites } from './permission-item.ts';
import { getAll, type Item, type Refusal, type Table, TableBusy, type TransactItem, transact } from './table.ts';

/** Two reads, between which somebody may always come. */
const triesMax = 20;

const numberShape = z.union([
  z.object({ sk: z.string(), contactId: contactIdShape }),
  z.object({ sk: z.string(), deletedAtMs: z.int() }),
]);

/**
 * Contacts in the table. One that comes, changes or goes does so in one transaction with its number, which no other has,
 * and with the items by which its name and tags are found: at most 84 of them, of the hundred that a transaction takes. A
 * deletion writes eight more.
 */
export function createContactStore(table: Table): ContactStore {
  const { name: TableName } = table;
  const { readMany } = openContacts(table);

  const placeNumber = ({ owner, digits, id }: Contact): Item => ({
    ...contactNumberKey(owner, digits),
    entity: 'contactNumber',
    contactId: id,
  });
  const ifMine = ({ id }: Contact) => ({
    ConditionExpression: 'contactId = :id',
    ExpressionAttributeValues: { ':id': id },
  });

  return {
    readMany,
    list: (owner, search) => searchContacts(table, readMany, owner, search),

    async atNumbers(owner, digits) {
      if (digits.length > contactsReadMax) throw new Error(`More than ${contactsReadMax} numbers in one read`);
      for (let tries = 0; tries < triesMax; tries++) {
        const keys = [...new Set(digits)].map((one) => contactNumberKey(owner, one));
        const places = (await getAll(table, keys)).map((item) => numberShape.parse(item));
        const contacts = await readMany(
          owner,
          places.flatMap((place) => ('contactId' in place ? [place.contactId] : [])),
        );
        const known = places.map((place): readonly [string, NumberPlace] | null => {
          if ('deletedAtMs' in place) return [place.sk, { deletedAtMs: place.deletedAtMs }];
          const contact = contacts.get(place.contactId);
          return contact?.digits === place.sk ? [place.sk, { contact }] : null;
        });
        // One went, or took another number, between the two reads
        if (known.every((place) => place !== null)) return new Map(known);
      }
      throw new TableBusy('Contacts kept changing their numbers while they were looked up');
    },

    async create(contact, record, unlessDeletedSinceMs) {
      const free =
        unlessDeletedSinceMs === null
          ? { ConditionExpression: 'attribute_not_exists(contactId)' }
          : {
              ConditionExpression: 'attribute_not_exists(pk) OR deletedAtMs <= :since',
              ExpressionAttributeValues: { ':since': unlessDeletedSinceMs },
            };
      const refusals = await transact(table, [
        { Put: { TableName, Item: placeNumber(contact), ...free } },
        { Put: { TableName, Item: itemOfContact(contact), ConditionExpression: 'attribute_not_exists(pk)' } },
        ...placesOf(contact).map((Item) => ({ Put: { TableName, Item } })),
        ...(record === null ? [] : [idempotencyPut(table, record)]),
      ]);
      if (refusals.length === 0) return { kind: 'created' };
      if (record !== null && isTaken(refusals, 2 + placesOf(contact).length)) return replayed;
      return takenBy(refusals, 0) ?? { kind: 'deleted' };
    },

    async replace(before, after) {
      const contact = { ...after, version: before.version + 1 };
      const moves = before.digits !== after.digits;
      const numbers: TransactItem[] = [
        { Put: { TableName, Item: placeNumber(contact), ConditionExpression: 'attribute_not_exists(contactId)' } },
        { Put: { TableName, Item: deletedNumber(before, after.changedAtMs), ...ifMine(before) } },
      ];
      const refusals = await transact(table, [
        { Put: { TableName, Item: itemOfContact(contact), ...stillAt(before) } },
        ...(moves ? numbers : []),
        ...movedPlaces(TableName, placesOf(before), placesOf(contact)),
      ]);
      if (refusals.length === 0) return { kind: 'written', contact };
      if (refusals.some(({ index }) => index === 0)) return { kind: 'changed' };
      return takenBy(refusals, 1) ?? { kind: 'changed' };
    },

    async remove(before, said, nowMs) {
      const { owner, id, digits } = before;
      const refusals = await transact(table, [
        { Delete: { TableName, Key: contactKey(owner, id), ...stillAt(before) } },
        { Put: { TableName, Item: deletedNumber(before, nowMs), ...ifMine(before) } },
        ...placesOf(before).map((place) => ({ Delete: { TableName, Key: keyIn(place) } })),
        ...erasingWrites(table, owner, digits, said, { id: id.slice(4), atMs: nowMs }),
        ...erasureWrites(TableName, owner, digits, nowMs),
      ]);
      return refusals.length === 0 ? 'removed' : 'changed';
    },
  };
}

/** The mark at a number that was given up: of a person who was deleted, or who has another one now. */
function deletedNumber({ owner, digits }: Contact, atMs: number): Item {
  const expiresAt = Math.ceil((atMs + deletionKnownMs) / 1_000);
  return { ...contactNumberKey(owner, digits), entity: 'contactNumber', deletedAtMs: atMs, expiresAt };
}

const stillAt = ({ version }: Contact) => ({
  ConditionExpression: '#version = :version',
  ExpressionAttributeNames: { '#version': 'version' },
  ExpressionAttributeValues: { ':version': version },
});

function takenBy(refusals: readonly Refusal[], index: number): NumberTaken | null {
  const item = refusals.find((refusal) => refusal.index === index)?.item;
  const place = item && numberShape.parse(item);
  return place && 'contactId' in place ? { kind: 'number_taken', contactId: place.contactId } : null;
}

const keyIn = ({ pk, sk }: Item) => ({ pk, sk });

/** The items by which a contact is found. */
function placesOf({ owner, id, name, tags }: Contact): readonly Item[] {
  const item = (key: Key) => ({ ...key, entity: 'contactPlace' });
  return [
    ...namePlaces(name).map((place) => item(contactPlaceKey(owner, 'NAMES', place, id))),
    ...[...new Set(tags)].map((tag) => item(contactPlaceKey(owner, 'TAGS', tag, id))),
  ];
}

function movedPlaces(TableName: string, before: readonly Item[], after: readonly Item[]): readonly TransactItem[] {
  const keysOf = (places: readonly Item[]) => new Set(places.map((place) => JSON.stringify(keyIn(place))));
  const [were, are] = [keysOf(before), keysOf(after)];
  return [
    ...before
      .filter((place) => !are.has(JSON.stringify(keyIn(place))))
      .map((place) => ({ Delete: { TableName, Key: keyIn(place) } })),
    ...after.filter((place) => !were.has(JSON.stringify(keyIn(place)))).map((Item) => ({ Put: { TableName, Item } })),
  ];
}
