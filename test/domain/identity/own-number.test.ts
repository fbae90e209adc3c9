import { expect, test } from 'vitest';
import { openOwnNumbers } from '../../../shared/domain/identity/own-number.ts';
import type { Identified } from '../../../shared/domain/identity/ports.ts';

const kim = { name: '김하늘', number: '01023456789' };
const park = { name: '박바다', number: '01087654321' };
type Known = typeof kim | null;

const own = (confirmed: Known, submission: Known, signUp: Known, there = true) =>
  openOwnNumbers(
    { confirmedNumber: async () => confirmed },
    { read: async () => (there ? ({ identity: { submission }, tenant: { signUp } } as unknown as Identified) : null) },
  ).confirmedNumber('ten_01ARZ3NDEKTSV4RRFFQ69G5FAV', 'pck_01ARZ3NDEKTSV4RRFFQ69G5FAV' as never, 0);

test.each<[string, Known, Known, Known, string | null]>([
  ['whoever proved the identity', kim, kim, null, kim.number],
  ['their name as another keyboard composes it', { ...kim, name: kim.name.normalize('NFD') }, kim, null, kim.number],
  ['another number of theirs', { ...kim, number: park.number }, kim, kim, park.number],
  ['whoever signed up, where nobody proved anything', kim, null, kim, kim.number],
  ['a friend who read the code aloud', park, kim, kim, null],
  ['whoever signed up, where another proved it', park, kim, park, null],
  ['somebody, where nobody is known', kim, null, null, null],
  ['nobody', null, kim, kim, null],
])('a check proves the own number of %s', async (_, confirmed, submission, signUp, number) => {
  expect(await own(confirmed, submission, signUp)).toBe(number);
});

test('a tenant that is not there has none', async () => {
  expect(await own(kim, kim, kim, false)).toBeNull();
});
