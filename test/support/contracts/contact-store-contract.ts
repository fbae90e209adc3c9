import { describe, expect, test } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { Contact } from '../../../shared/domain/contacts/contact.ts';
import { newContact } from '../../../shared/domain/contacts/create-contact.ts';
import type { ContactSearch, ContactStore } from '../../../shared/domain/contacts/ports.ts';
import { newOwner, newUlid, noonMs, recordOf } from './samples.ts';

export const contactOf = (over: Partial<Contact> = {}): Contact => {
  const given = { digits: '821023456789', name: '박지민', attributes: { city: '서울', points: 7 }, tags: ['vip'] };
  const by = { importId: null, asOfMs: noonMs, changedAtMs: noonMs };
  return { ...newContact(`con_${newUlid()}`, newOwner(), given, by), ...over };
};

const everybody: ContactSearch = { digits: null, namePart: null, tag: null, limit: 10, after: null };

/** What every store of contacts must do. */
export function contactStoreContract(begin: () => Promise<ContactStore>): void {
  async function created(...contacts: readonly Contact[]) {
    const store = await begin();
    for (const contact of contacts) expect(await store.create(contact, null, null)).toEqual({ kind: 'created' });
    return store;
  }
  /** Ids of all that a search finds, page by page of `limit`. */
  async function found(store: ContactStore, owner: OwnerId, search: Partial<ContactSearch>) {
    const ids: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await store.list(owner, { ...everybody, ...search, after });
      ids.push(...page.items.map(({ id }) => id));
      if (page.next === null) return ids;
      after = page.next;
    }
  }

  describe('a contact', () => {
    test('is read as it was made, by id and by number, and by its owner only', async () => {
      const contact = contactOf({ attributes: { vip: true, born: { date: '1990-05-01' }, points: -1.5, city: '' } });
      const store = await created(contact);
      const { owner, id, digits } = contact;
      expect(await store.readMany(owner, [id, id, `con_${newUlid()}`])).toEqual(new Map([[id, contact]]));
      expect(await store.atNumbers(owner, [digits, '82100'])).toEqual(new Map([[digits, { contact }]]));
      const other = newOwner();
      expect((await store.readMany(other, [id])).size).toBe(0);
      expect((await store.atNumbers(other, [digits])).size).toBe(0);
      expect((await store.list(other, everybody)).items).toEqual([]);
    });

    test('has a number that no other of its owner has', async () => {
      const first = contactOf();
      const store = await created(first, contactOf());
      const second = contactOf({ owner: first.owner });
      expect(await store.create(second, null, null)).toEqual({ kind: 'number_taken', contactId: first.id });
      expect((await store.readMany(first.owner, [second.id])).size).toBe(0);
      expect(await found(store, first.owner, { namePart: '박' })).toEqual([first.id]);
    });

    test('of many made of one number at once, one is', async () => {
      const store = await begin();
      const owner = newOwner();
      const many = [1, 2, 3, 4].map(() => contactOf({ owner }));
      const outcomes = await Promise.all(many.map((contact) => store.create(contact, null, null)));
      expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
      const first = many[outcomes.findIndex(({ kind }) => kind === 'created')]!;
      expect(new Set(outcomes.map((each) => ('contactId' in each ? each.contactId : first.id)))).toEqual(
        new Set([first.id]),
      );
      expect(await found(store, owner, {})).toEqual([first.id]);
    });

    test('is made once under one key', async () => {
      const first = contactOf();
      const store = await begin();
      const record = recordOf(first.owner, 'one');
      expect(await store.create(first, record, null)).toEqual({ kind: 'created' });
      // The key first: what the first request took is no other's
      for (const digits of [first.digits, '821099999999']) {
        const again = contactOf({ owner: first.owner, digits });
        expect(await store.create(again, record, null)).toEqual({ kind: 'replayed' });
      }
      expect(await found(store, first.owner, {})).toEqual([first.id]);
    });

    test('changes under its version only', async () => {
      const before = contactOf();
      const store = await created(before);
      const outcome = await store.replace(before, { ...before, name: '김하늘', tags: [] });
      const after = { ...before, name: '김하늘', tags: [], version: 2 };
      expect(outcome).toEqual({ kind: 'written', contact: after });
      expect(await store.replace(before, { ...before, name: 'late' })).toEqual({ kind: 'changed' });
      expect((await store.readMany(before.owner, [before.id])).get(before.id)).toEqual(after);
      const gone = contactOf();
      expect(await store.replace(gone, gone)).toEqual({ kind: 'changed' });
    });

    test('of changes at once, one counts', async () => {
      const before = contactOf();
      const store = await created(before);
      const names = ['a', 'b', 'c'];
      const outcomes = await Promise.all(names.map((name) => store.replace(before, { ...before, name })));
      expect(outcomes.filter(({ kind }) => kind === 'written')).toHaveLength(1);
      const winner = names[outcomes.findIndex(({ kind }) => kind === 'written')]!;
      for (const name of names) {
        expect(await found(store, before.owner, { namePart: name })).toEqual(name === winner ? [before.id] : []);
      }
    });

    test('takes another number, unless it is another’s, and leaves its own', async () => {
      const before = contactOf();
      const other = contactOf({ owner: before.owner, digits: '821011112222' });
      const store = await created(before, other);
      expect(await store.replace(before, { ...before, digits: other.digits })).toEqual({
        kind: 'number_taken',
        contactId: other.id,
      });
      const moved = await store.replace(before, { ...before, digits: '821033334444' });
      expect(moved).toMatchObject({ kind: 'written', contact: { digits: '821033334444', version: 2 } });
      const places = await store.atNumbers(before.owner, [before.digits, '821033334444']);
      expect([...places].map(([digits, place]) => [digits, 'contact' in place])).toEqual([
        [before.digits, false],
        ['821033334444', true],
      ]);
      expect(await store.create(contactOf({ owner: before.owner }), null, null)).toEqual({ kind: 'created' });
    });

    test('that has another number is not brought back at its old one by what was asked for before', async () => {
      const before = contactOf();
      const store = await created(before);
      await store.replace(before, { ...before, digits: '821033334444', changedAtMs: noonMs + 5 });
      const old = contactOf({ owner: before.owner });
      expect(await store.create(old, null, noonMs + 4)).toEqual({ kind: 'deleted' });
      expect(await found(store, before.owner, {})).toEqual([before.id]);
      expect(await store.create(old, null, noonMs + 5)).toEqual({ kind: 'created' });
    });

    test('of two that take one number at once, one has it', async () => {
      const [one, two] = [contactOf(), contactOf({ digits: '821011112222' })];
      const both = [one, { ...two, owner: one.owner }];
      const store = await created(...both);
      const digits = '821033334444';
      const outcomes = await Promise.all(both.map((before) => store.replace(before, { ...before, digits })));
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['number_taken', 'written']);
      const places = await store.atNumbers(one.owner, [one.digits, two.digits, digits]);
      expect([...places.values()].filter((place) => 'contact' in place)).toHaveLength(2);
    });
  });

  describe('a contact that goes', () => {
    test('is found by nothing any more, and its number is known as deleted', async () => {
      const contact = contactOf();
      const store = await created(contact);
      const { owner, id, digits } = contact;
      expect(await store.remove(contact, null, noonMs + 5)).toBe('removed');
      expect((await store.readMany(owner, [id])).size).toBe(0);
      expect(await store.atNumbers(owner, [digits])).toEqual(new Map([[digits, { deletedAtMs: noonMs + 5 }]]));
      for (const search of [{}, { digits }, { namePart: '지민' }, { tag: 'vip' }]) {
        expect(await found(store, owner, search)).toEqual([]);
      }
      expect(await store.remove(contact, null, noonMs)).toBe('changed');
    });

    test('stays if somebody changed it meanwhile', async () => {
      const before = contactOf();
      const store = await created(before);
      await store.replace(before, { ...before, name: null });
      expect(await store.remove(before, null, noonMs)).toBe('changed');
      expect(await found(store, before.owner, {})).toEqual([before.id]);
    });

    test('is not brought back by what was asked for before, but by whoever makes it anew', async () => {
      const contact = contactOf();
      const store = await created(contact);
      await store.remove(contact, null, noonMs);
      const anew = contactOf({ owner: contact.owner });
      expect(await store.create(anew, null, noonMs - 1)).toEqual({ kind: 'deleted' });
      expect(await found(store, contact.owner, {})).toEqual([]);
      expect(await store.create(anew, null, noonMs)).toEqual({ kind: 'created' });
      await store.remove(anew, null, noonMs + 9);
      expect(await store.create(contactOf({ owner: contact.owner }), null, null)).toEqual({ kind: 'created' });
    });
  });

  describe('contacts are listed', () => {
    const people = async () => {
      const owner = newOwner();
      const facts = [
        ['821011110001', '박지민', ['vip', 'a#con_']],
        ['821011110002', '지민수', ['vip']],
        ['821022220003', 'Kim Jimin', ['a']],
        ['82215881588', '하하하', []],
        ['821011110005', null, ['vip', 'a']],
      ] as const;
      const contacts = facts.map(([digits, name, tags]) => contactOf({ owner, digits, name, tags }));
      const store = await created(...contacts, contactOf({ name: '박지민' }));
      const at = (...places: readonly number[]) => places.map((place) => contacts[place]!.id);
      return { owner, store, at };
    };

    test.each([1, 2, 10])('the newest first, %i to a page', async (limit) => {
      const { owner, store, at } = await people();
      expect(await found(store, owner, { limit })).toEqual(at(4, 3, 2, 1, 0));
    });

    test.each([1, 2, 10])('by number or how it begins, a part of the name, a tag, %i to a page', async (limit) => {
      const { owner, store, at } = await people();
      const by = async (search: Partial<ContactSearch>) => (await found(store, owner, { limit, ...search })).sort();
      expect(await by({ digits: '821011110002' })).toEqual(at(1));
      expect(await by({ digits: '8210111' })).toEqual(at(0, 1, 4));
      expect(await by({ namePart: '지민' })).toEqual(at(0, 1));
      expect(await by({ namePart: '민' })).toEqual(at(0, 1));
      expect(await by({ namePart: '하' })).toEqual(at(3));
      expect(await by({ namePart: ' JIM' })).toEqual(at(2));
      expect(await by({ namePart: 'kim j' })).toEqual(at(2));
      expect(await by({ namePart: '#' })).toEqual([]);
      expect(await by({ tag: 'vip' })).toEqual(at(0, 1, 4));
      expect(await by({ tag: 'a' })).toEqual(at(2, 4));
      expect(await by({ tag: 'a#con_' })).toEqual(at(0));
      expect(await by({ tag: 'v' })).toEqual([]);
      expect(await by({ namePart: '지민', tag: 'a#con_' })).toEqual(at(0));
      expect(await by({ digits: '8210', tag: 'a' })).toEqual(at(2, 4));
    });

    test('by what they are called now', async () => {
      const before = contactOf({ tags: ['old', 'both'] });
      const store = await created(before);
      const { owner, id } = before;
      await store.replace(before, { ...before, name: '김지민', tags: ['both', 'new'], digits: '821077776666' });
      const by = (search: Partial<ContactSearch>) => found(store, owner, search);
      for (const search of [{ namePart: '박' }, { tag: 'old' }, { digits: before.digits }]) {
        expect(await by(search)).toEqual([]);
      }
      for (const search of [{ namePart: '김' }, { namePart: '지민' }, { tag: 'both' }, { tag: 'new' }]) {
        expect(await by(search)).toEqual([id]);
      }
    });

    test('a position of another search leads nowhere', async () => {
      const { owner, store } = await people();
      const { next } = await store.list(owner, { ...everybody, tag: 'vip', limit: 1 });
      expect(next).not.toBeNull();
      const { items } = await store.list(owner, { ...everybody, digits: '8210', after: next });
      expect(items.filter(({ digits }) => !digits.startsWith('8210'))).toEqual([]);
    });

    test('with as many places as one can have, all of which move at once', async () => {
      const tags = (letter: string) => Array.from({ length: 20 }, (_, n) => `${letter}${n}`);
      const before = contactOf({ name: '가나다라마바사아자차카타파하거너더러머버서어저처', tags: tags('a') });
      const store = await created(before);
      const name = '고노도로모보소오조초코토포호구누두루무부수우주추';
      const moved = { ...before, name, tags: tags('b'), digits: '821000001111' };
      expect(await store.replace(before, moved)).toMatchObject({ kind: 'written' });
      expect(await found(store, before.owner, { namePart: '부' })).toEqual([before.id]);
      expect(await found(store, before.owner, { tag: 'a3' })).toEqual([]);
      expect(await store.remove({ ...moved, version: 2 }, null, noonMs)).toBe('removed');
      expect(await found(store, before.owner, { tag: 'b3' })).toEqual([]);
    });
  });
}
