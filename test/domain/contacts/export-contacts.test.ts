import { expect, test } from 'vitest';
import { exportContacts } from '../../../shared/domain/contacts/export-contacts.ts';
import { contactOf } from '../../support/contracts/contact-store-contract.ts';
import { createFakeContacts } from '../../support/fakes/contacts.ts';

const everybody = { digits: null, namePart: null, tag: null, limit: 10_000, after: null };

/** Files of all contacts, one after the other. */
async function filesOf(
  contacts: ReturnType<typeof createFakeContacts>,
  owner: ReturnType<typeof contactOf>['owner'],
  limit = 10_000,
) {
  const files: string[] = [];
  for (let after: string | null = null; ; ) {
    const { csv, next } = await exportContacts({ contacts }, owner, { ...everybody, limit, after });
    files.push(csv);
    if (next === null) return files;
    after = next;
  }
}
const bodyOf = (csv: string) => csv.slice(1).split('\r\n').slice(1, -1);

test('a file has a column for every attribute in it, and nothing that a spreadsheet would calculate', async () => {
  const contacts = createFakeContacts();
  const one = contactOf({
    name: '=SUM(1)',
    tags: ['a', 'b c'],
    attributes: { points: -7, 'x,y': '"', born: { date: '1990-05-01' } },
  });
  await contacts.create(one, null, null);
  await contacts.create(
    contactOf({ owner: one.owner, digits: '821011112222', name: null, tags: [], attributes: { constructor: true } }),
    null,
    null,
  );
  const [csv, ...others] = await filesOf(contacts, one.owner);
  expect(others).toEqual([]);
  expect(csv).toBe(
    '\uFEFFphoneNumber,name,tags,constructor,points,"x,y",born\r\n' +
      "'+821011112222,,,true,,,\r\n" +
      `'+821023456789,'=SUM(1),"a, b c",,'-7,"""",1990-05-01\r\n`,
  );
});

test('files end before they have too many columns, bytes or rows, and leave nobody out', async () => {
  const contacts = createFakeContacts();
  const { owner } = contactOf();
  const all: string[] = [];
  const keep = async (attributes: Record<string, string>) => {
    const digits = `8210${30_000_000 + all.length}`;
    all.push(`'+${digits}`);
    await contacts.create(contactOf({ owner, digits, attributes }), null, null);
  };
  const many = (letter: string) => Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`${letter}${n}`, 'x']));
  for (const letter of 'abc') await keep(many(letter));
  for (let i = 0; i < 150; i++) await keep({ big: '가'.repeat(10_000) });
  for (const limit of [10_000, 100, 7]) {
    const files = await filesOf(contacts, owner, limit);
    for (const csv of files) {
      expect(Buffer.byteLength(csv)).toBeLessThan(3.2 * 1024 * 1024);
      expect(csv.split('\r\n')[0]!.split(',').length).toBeLessThanOrEqual(53);
      expect(bodyOf(csv).length).toBeGreaterThan(0);
      expect(bodyOf(csv).length).toBeLessThanOrEqual(limit);
    }
    const numbers = files.flatMap(bodyOf).map((line) => line.split(',')[0]);
    expect(numbers.sort()).toEqual([...all].sort());
  }
});
