import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type ContactId, contactIdShape, type OwnerId } from '../../contracts/ids.ts';
import type { Contact } from '../../domain/contacts/contact.ts';
import { placeFor, placeOfPart, searchedName } from '../../domain/contacts/name-search.ts';
import type { ContactPage, ContactReader, ContactSearch } from '../../domain/contacts/ports.ts';
import { contactOf } from './contact-item.ts';
import { contactKey, contactNumberKey, contactPlaceKey } from './keys.ts';
import type { Item, Table } from './table.ts';

/** Where a search looks: sort keys that begin so, in one partition, each of which leads to one contact. */
interface Place {
  readonly pk: string;
  readonly prefix: string;
  readonly forward: boolean;
  idIn(item: Item): ContactId | null;
  /** Whether this is the key by which the contact is found; it may have several, or others by now. */
  leadsTo(contact: Contact, sk: string): boolean;
}

/** With a filter that few pass, a page looks at so many contacts at most. */
const lookedAtMost = 1_000;
/** A page of few is not worth a call for each few that are looked at. */
const filteredAtOnce = 100;
/** An answer of the API may have 6 MB. */
const pageBytesMax = 2 * 1024 * 1024;
const lastCharacter = '\u{10FFFF}';

/**
 * One page of contacts: found by number, name or tag, whichever is asked first, and then held against the rest of what is
 * asked. By a number in order of numbers, by a name of names; by a tag the oldest first, and all of them the newest first.
 */
export async function searchContacts(
  table: Table,
  readMany: ContactReader['readMany'],
  owner: OwnerId,
  search: ContactSearch,
): Promise<ContactPage> {
  const { pk, prefix, forward, idIn, leadsTo } = placeOf(owner, search);
  const { limit, after } = search;
  const isWhole = search.digits === null && search.namePart === null && search.tag === null;
  const isFiltered = search.namePart !== null || search.tag !== null;
  const items: Contact[] = [];
  let position = after;
  let bytes = 0;
  if (after !== null && !after.startsWith(prefix)) return { items, next: null };
  for (let looked = 0; looked < lookedAtMost; ) {
    const [from, until] = forward
      ? [position ?? prefix, prefix + lastCharacter]
      : [prefix, position ?? prefix + lastCharacter];
    const { Items = [] } = await table.client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :until',
        ExpressionAttributeValues: { ':pk': pk, ':from': from, ':until': until },
        ScanIndexForward: forward,
        Limit: (isFiltered ? Math.max(limit, filteredAtOnce) : limit) + 2, // one more to know whether there is a next page, one for `position` itself
        ConsistentRead: true,
      }),
    );
    const found = Items.filter(({ sk }) => sk !== position);
    if (found.length === 0) return { items, next: null };
    const ids = found.flatMap((item) => idIn(item) ?? []);
    const known = isWhole
      ? new Map(found.map(contactOf).map((contact) => [contact.id, contact]))
      : await readMany(owner, ids);
    for (const item of found) {
      if (items.length === limit || bytes > pageBytesMax) return { items, next: position };
      looked++;
      position = String(item.sk);
      const contact = known.get(idIn(item) ?? 'con_');
      if (contact && leadsTo(contact, position) && passes(contact, search)) {
        items.push(contact);
        bytes += Buffer.byteLength(JSON.stringify(contact));
      }
    }
  }
  return { items, next: position };
}

function placeOf(owner: OwnerId, { digits, namePart, tag }: ContactSearch): Place {
  const byPlace = (by: 'NAMES' | 'TAGS', prefix: string, placeIn: (contact: Contact) => string | null): Place => ({
    pk: contactPlaceKey(owner, by, '', 'con_').pk,
    prefix,
    forward: true,
    idIn: ({ sk }) => idOf(String(sk).slice(String(sk).lastIndexOf('#') + 1)),
    leadsTo(contact, sk) {
      const place = placeIn(contact);
      return place !== null && contactPlaceKey(owner, by, place, contact.id).sk === sk;
    },
  });
  if (digits !== null) {
    return {
      pk: contactNumberKey(owner, '').pk,
      prefix: digits,
      forward: true,
      idIn: ({ contactId }) => idOf(contactId),
      leadsTo: (contact, sk) => contact.digits === sk,
    };
  }
  if (namePart !== null) return byPlace('NAMES', placeOfPart(namePart), ({ name }) => placeFor(name, namePart));
  if (tag !== null) return byPlace('TAGS', `${tag}#con_`, ({ tags }) => (tags.includes(tag) ? tag : null));
  return {
    pk: contactKey(owner, 'con_').pk,
    prefix: 'con_',
    forward: false,
    idIn: ({ sk }) => idOf(sk),
    leadsTo: () => true,
  };
}

/** Null where there is none: a number that was deleted. */
const idOf = (text: unknown): ContactId | null => contactIdShape.safeParse(text).data ?? null;

const passes = ({ name, tags }: Contact, { namePart, tag }: ContactSearch): boolean =>
  (namePart === null || searchedName(name ?? '').includes(searchedName(namePart))) &&
  (tag === null || tags.includes(tag));
