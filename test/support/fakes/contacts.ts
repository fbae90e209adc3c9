import type { ContactId, OwnerId } from '../../../shared/contracts/ids.ts';
import type { Contact } from '../../../shared/domain/contacts/contact.ts';
import { placeFor, searchedName } from '../../../shared/domain/contacts/name-search.ts';
import type { ContactSearch, ContactStore, NumberPlace } from '../../../shared/domain/contacts/ports.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';

export interface FakeContacts extends ContactStore {
  readonly all: ReadonlyMap<ContactId, Contact>;
}

/** Contacts in memory, with the conditions and transactions of the table. */
export function createFakeContacts(): FakeContacts {
  const all = new Map<ContactId, Contact>();
  const numbers = new Map<string, ContactId | { readonly deletedAtMs: number }>();
  const remembered = new Set<string>();
  const numberOf = (owner: OwnerId, digits: string) => `${owner}|${digits}`;
  const nameOf = ({ scope, key }: IdempotencyRecord) => `${scope}|${key}`;
  const isStill = ({ id, version }: Contact) => all.get(id)?.version === version;

  return {
    all,

    async readMany(owner, ids) {
      const own = ids.map((id) => all.get(id)).filter((found) => found?.owner === owner);
      return new Map(own.map((found) => [found!.id, found!]));
    },

    async atNumbers(owner, digits) {
      const places = digits.flatMap((one): (readonly [string, NumberPlace])[] => {
        const place = numbers.get(numberOf(owner, one));
        if (place === undefined) return [];
        return [[one, typeof place === 'string' ? { contact: all.get(place)! } : place]];
      });
      return new Map(places);
    },

    async create(contact, record, unlessDeletedSinceMs) {
      if (record && remembered.has(nameOf(record))) return { kind: 'replayed' };
      const number = numberOf(contact.owner, contact.digits);
      const place = numbers.get(number);
      if (typeof place === 'string') return { kind: 'number_taken', contactId: place };
      if (place && unlessDeletedSinceMs !== null && place.deletedAtMs > unlessDeletedSinceMs) {
        return { kind: 'deleted' };
      }
      all.set(contact.id, contact);
      numbers.set(number, contact.id);
      if (record) remembered.add(nameOf(record));
      return { kind: 'created' };
    },

    async replace(before, after) {
      if (!isStill(before)) return { kind: 'changed' };
      const [from, to] = [numberOf(before.owner, before.digits), numberOf(after.owner, after.digits)];
      const place = numbers.get(to);
      if (from !== to && typeof place === 'string') return { kind: 'number_taken', contactId: place };
      const contact = { ...after, version: before.version + 1 };
      if (from !== to) numbers.set(from, { deletedAtMs: after.changedAtMs });
      numbers.set(to, contact.id);
      all.set(contact.id, contact);
      return { kind: 'written', contact };
    },

    async remove(before, _said, nowMs) {
      if (!isStill(before)) return 'changed';
      all.delete(before.id);
      numbers.set(numberOf(before.owner, before.digits), { deletedAtMs: nowMs });
      return 'removed';
    },

    async list(owner, search) {
      const found = [...all.values()]
        .filter((contact) => contact.owner === owner && passes(contact, search))
        .map((contact) => [positionOf(contact, search), contact] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      if (isWhole(search)) found.reverse();
      const rest = found.filter(([at]) => {
        if (search.after === null) return true;
        return isWhole(search) ? at < search.after : at > search.after;
      });
      const page = rest.slice(0, search.limit);
      return {
        items: page.map(([, contact]) => contact),
        next: rest.length > search.limit ? page.at(-1)![0] : null,
      };
    },
  };
}

const isWhole = ({ digits, namePart, tag }: ContactSearch) => digits === null && namePart === null && tag === null;

const passes = ({ digits, name, tags }: Contact, search: ContactSearch) =>
  (search.digits === null || digits.startsWith(search.digits)) &&
  (search.namePart === null || placeFor(name, search.namePart) !== null) &&
  (search.tag === null || tags.includes(search.tag)) &&
  (search.namePart === null || searchedName(name ?? '').includes(searchedName(search.namePart)));

function positionOf({ id, digits, name }: Contact, search: ContactSearch): string {
  if (search.digits !== null) return digits;
  if (search.namePart !== null) return `${placeFor(name, search.namePart)}#${id}`;
  return search.tag === null ? id : `${search.tag}#${id}`;
}
