import { describe, expect, test } from 'vitest';
import type { Contact } from '../../../shared/domain/contacts/contact.ts';
import { createContact } from '../../../shared/domain/contacts/create-contact.ts';
import { deleteContact } from '../../../shared/domain/contacts/delete-contact.ts';
import { editContact } from '../../../shared/domain/contacts/edit-contact.ts';
import type { ContactChoices } from '../../../shared/domain/contacts/imports/contact-choices.ts';
import { blankLines } from '../../../shared/domain/erasures/blank-lines.ts';
import type { ImportRequest } from '../../../shared/domain/imports/create-import.ts';
import { runImport } from '../../../shared/domain/imports/run-import.ts';
import { recordOf } from '../../support/contracts/samples.ts';
import { createSeededRandom } from '../../support/fakes/clock.ts';
import { Interleaver } from '../../support/fakes/interleaver.ts';
import { Crash } from '../../support/fakes/watched.ts';
import { createImportWorld, digitsOf, type ImportWorld, minuteMs, owner } from '../imports/import-world.ts';

const kind = 'contacts' as const;
const update: ContactChoices = { existing: 'update', types: {} };
const skip: ContactChoices = { existing: 'skip', types: {} };

const at = (world: ImportWorld, n: number): Contact | null => {
  const found = [...world.contacts.all.values()].filter(({ digits }) => digits === digitsOf(n));
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0] ?? null;
};
const saidBy = (contact: Contact | null) =>
  contact && { name: contact.name, tags: contact.tags, attributes: contact.attributes };

let keys = 0;
async function keep(world: ImportWorld, n: number, over: object = {}): Promise<Contact> {
  const given = {
    digits: digitsOf(n),
    name: '박지민',
    attributes: { points: 7, city: '서울' },
    tags: ['vip'],
    ...over,
  };
  const ports = { contacts: world.contacts, ids: world.ports.ids };
  const outcome = await createContact(ports, owner, given, world.clock.now(), () => recordOf(owner, `key-${++keys}`));
  if (outcome.kind !== 'created') throw new Error(`Not made: ${outcome.kind}`);
  return outcome.contact;
}
const edit = (world: ImportWorld, contact: Contact, name: string) =>
  editContact({ contacts: world.contacts }, owner, contact.id, { name }, world.clock.now());
const forget = (world: ImportWorld, contact: Contact) =>
  deleteContact(
    { contacts: world.contacts, permissions: world.permissions, eraser: world.permissions },
    owner,
    contact.id,
    world.clock.now(),
  );

async function imported(world: ImportWorld, contacts = update, over: Partial<ImportRequest> = {}) {
  const made = await world.asked({ kind, contacts, ...over });
  await world.runFor(minuteMs);
  return world.now(made);
}

describe('an import of contacts', () => {
  test('makes those that are not there, with what filled cells say', async () => {
    const world = createImportWorld();
    world.validated(
      ['name', 'tags', 'city', 'points'],
      [
        [0, ' 김하늘 ', 'vip, 서울,vip', '부산', '7'],
        [1, '', '', '', ''],
      ],
    );
    expect(await imported(world, { existing: 'skip', types: { points: 'number' } })).toMatchObject({
      ...{ state: 'completed', rows: 2, changed: 2, unchanged: 0, refusedRows: 0 },
    });
    expect(saidBy(at(world, 0))).toEqual({
      ...{ name: '김하늘', tags: ['vip', '서울'], attributes: { city: '부산', points: 7 } },
    });
    expect(saidBy(at(world, 1))).toEqual({ name: null, tags: [], attributes: {} });
  });

  test('updates those that are there, and leaves what empty cells do not say', async () => {
    const world = createImportWorld();
    await keep(world, 0);
    world.validated(['name', 'tags', 'city', 'grade'], [[0, '', 'gold', '부산', 'A']]);
    expect(await imported(world)).toMatchObject({ changed: 1, unchanged: 0 });
    const attributes = { points: 7, city: '부산', grade: 'A' };
    expect(saidBy(at(world, 0))).toEqual({ name: '박지민', tags: ['gold'], attributes });
  });

  test('or skips them', async () => {
    const world = createImportWorld();
    const before = await keep(world, 0);
    world.validated(
      ['name'],
      [
        [0, 'other'],
        [1, 'new'],
      ],
    );
    expect(await imported(world, skip)).toMatchObject({ changed: 1, unchanged: 1 });
    expect([at(world, 0), at(world, 1)?.name]).toEqual([before, 'new']);
  });

  test('that says what is known changes nothing: of whatever type it is', async () => {
    const world = createImportWorld();
    const attributes = { points: 1234.5, vip: true, born: { date: '1990-05-01' }, code: '=1' };
    const before = await keep(world, 0, { attributes });
    world.validated(['points', 'vip', 'born', 'code'], [[0, '1,234.50', 'Y', '1990.5.1', "'=1"]]);
    expect(await imported(world)).toMatchObject({ changed: 0, unchanged: 1 });
    expect(at(world, 0)).toEqual(before);
  });

  test('makes a text of what is no longer of the type that it was', async () => {
    const world = createImportWorld();
    await keep(world, 0);
    world.validated(['points'], [[0, 'many']]);
    await imported(world);
    expect(at(world, 0)?.attributes).toEqual({ points: 'many', city: '서울' });
  });

  test('leaves a contact that would have too many attributes as it is', async () => {
    const world = createImportWorld();
    const attributes = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`a${n}`, n]));
    const before = await keep(world, 0, { attributes });
    world.validated(['one more'], [[0, 'x']]);
    expect(await imported(world)).toMatchObject({ changed: 0, unchanged: 1 });
    expect(at(world, 0)).toEqual(before);
  });

  test.each([
    ['points', 'seven', 'invalid_value', { points: 'number' }],
    ['vip', 'maybe', 'invalid_value', { vip: 'boolean' }],
    ['born', '2026-02-30', 'invalid_value', { born: 'date' }],
    ['city', 'x'.repeat(1_001), 'too_long', {}],
    ['name', 'x'.repeat(101), 'too_long', {}],
    ['tags', 'x'.repeat(51), 'too_long', {}],
    ['tags', Array.from({ length: 21 }, (_, n) => `t${n}`).join(','), 'too_long', {}],
  ] as const)(
    'refuses a row whose %s makes no sense (%#), and with it all or only that',
    async (column, cell, code, types) => {
      for (const onInvalidRows of ['reject', 'skip'] as const) {
        const world = createImportWorld();
        world.validated(
          ['note', column],
          [
            [0, 'fine', ''],
            [1, '', cell],
          ],
        );
        const over = await imported(world, { existing: 'update', types }, { onInvalidRows });
        expect(over).toMatchObject({ refusedRows: 1, errors: [{ row: 3, column, code }] });
        expect([over.state, at(world, 0) !== null]).toEqual(
          onInvalidRows === 'skip' ? ['completed', true] : ['failed', false],
        );
        expect(at(world, 1)).toBeNull();
        expect(Buffer.from(world.objects.get(over.reportKey!)!).toString()).toContain(code);
      }
    },
  );

  test.each([
    [['name', '__proto__'], update, 'columns_unusable'],
    [['a}b'], update, 'columns_unusable'],
    [Array.from({ length: 51 }, (_, n) => `a${n}`), update, 'columns_unusable'],
    [['city'], { existing: 'update', types: { born: 'date' } }, 'columns_missing'],
    [['name'], { existing: 'update', types: { name: 'text' } }, 'columns_missing'],
  ] as const)('of columns that make no contacts is refused (%#)', async (columns, contacts, code) => {
    const world = createImportWorld();
    const cells = columns.map(() => 'x');
    world.validated(columns, [[0, ...cells]]);
    await expect(world.asked({ kind, contacts })).rejects.toThrow('columns');
    // And when the file comes only after the import was asked for
    const { list } = world.upload;
    Object.assign(world.upload, { status: 'validating', list: null });
    const made = await world.asked({ kind, contacts });
    Object.assign(world.upload, { status: 'ready', list });
    await world.runFor(minuteMs);
    expect(world.now(made).failure?.code).toBe(code);
    expect(at(world, 0)).toBeNull();
  });

  test('takes the report of refused rows, corrected, without what the report added', async () => {
    const world = createImportWorld();
    world.validated(['city', 'row', 'code', 'reason'], [[0, '서울', '3', 'too_long', 'too long']]);
    await imported(world);
    expect(at(world, 0)?.attributes).toEqual({ city: '서울' });
  });
});

test.each([update, skip])('a step that dies before it says how far it came is counted once (%#)', async (contacts) => {
  const world = createImportWorld();
  world.validated(
    ['name'],
    Array.from({ length: 30 }, (_, n) => [n, `file ${n}`]),
  );
  let dies = true;
  const move: typeof world.imports.move = async (before, name, after) => {
    if (dies && after.done > 0) {
      dies = false;
      throw new Crash('killed');
    }
    return world.imports.move(before, name, after);
  };
  const made = await world.asked({ kind, contacts });
  await world.runFor(20 * minuteMs, { ...world.ports, imports: { ...world.imports, move } });
  expect([dies, world.contacts.all.size]).toEqual([false, 30]);
  expect(world.now(made)).toMatchObject({ state: 'completed', changed: 30, unchanged: 0 });
});

test('a row whose attributes are too long together is refused', async () => {
  const world = createImportWorld();
  const columns = [...'abcdef'];
  world.validated(columns, [[0, ...columns.map(() => '가'.repeat(1_000))]]);
  expect(await imported(world, update, { onInvalidRows: 'skip' })).toMatchObject({
    ...{ refusedRows: 1, errors: [{ row: 2, column: 'a', code: 'too_long' }] },
  });
  expect(at(world, 0)).toBeNull();
});

describe('what happens elsewhere while an import of contacts runs', () => {
  test('an edit stays', async () => {
    const world = createImportWorld();
    const contact = await keep(world, 0);
    world.validated(['name'], [[0, 'from the file']]);
    world.clock.advance(1_000);
    const made = await world.asked({ kind, contacts: update });
    world.clock.advance(1_000);
    await edit(world, contact, 'by hand');
    await world.runFor(minuteMs);
    expect([at(world, 0)?.name, world.now(made).unchanged]).toEqual(['by hand', 1]);
  });

  test('a deletion stays, and whoever is made anew after it does, too', async () => {
    const world = createImportWorld();
    const gone = await keep(world, 0);
    const back = await keep(world, 1);
    world.validated(
      ['name'],
      [
        [0, 'from the file'],
        [1, 'from the file'],
      ],
    );
    world.clock.advance(1_000);
    const made = await world.asked({ kind, contacts: update });
    world.clock.advance(1_000);
    for (const contact of [gone, back]) await forget(world, contact);
    await keep(world, 1, { name: 'anew' });
    await world.runFor(minuteMs);
    expect([at(world, 0), at(world, 1)?.name, world.now(made).unchanged]).toEqual([null, 'anew', 2]);
    // Asked for again it says what it said; a file that comes afterwards is another matter
    await imported(world);
    expect(at(world, 0)).toBeNull();
    world.filed();
    await imported(world);
    expect(at(world, 0)?.name).toBe('from the file');
  });

  test('who has another number since is not brought back at the old one', async () => {
    const world = createImportWorld();
    const moved = await keep(world, 0);
    world.validated(['name'], [[0, 'from the file']]);
    world.clock.advance(1_000);
    const made = await world.asked({ kind, contacts: update });
    world.clock.advance(1_000);
    await editContact({ contacts: world.contacts }, owner, moved.id, { digits: digitsOf(5) }, world.clock.now());
    await world.runFor(minuteMs);
    expect([at(world, 0), at(world, 5)?.name, world.now(made).unchanged]).toEqual([null, '박지민', 1]);
  });

  test('rows of the deleted that were blanked say nothing, and all others what they said', async () => {
    const world = createImportWorld();
    const rows = Array.from({ length: 1_200 }, (_, n): [number, ...string[]] => [n, `file ${n}`]);
    const blanked = [0, 499, 500, 777, 1_199];
    world.validated(['name'], rows);
    const { rowsKey } = world.upload.list!;
    const lines = Buffer.from(world.objects.get(rowsKey)!);
    blankLines(lines, 'rows', (number) => blanked.some((n) => digitsOf(n) === String(number)));
    world.objects.set(rowsKey, lines);
    expect(await imported(world)).toMatchObject({ state: 'completed', done: 1_200, changed: 1_195, refusedRows: 0 });
    expect(world.contacts.all.size).toBe(1_195);
    expect(blanked.map((n) => at(world, n))).toEqual(blanked.map(() => null));
  });

  test('of two imports the later one has the last word, whichever is quicker', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const world = createImportWorld();
      const made = [];
      for (const name of ['earlier', 'later']) {
        world.validated(['name'], [[0, name]]);
        const list = { ...world.upload.list! };
        made.push({ ...(await world.asked({ kind, contacts: update })), list });
        world.clock.advance(1_000);
      }
      for (const place of order) {
        world.validated(['name'], [[0, ['earlier', 'later'][place]!]]);
        await runImport(world.ports, { importId: made[place]!.id });
      }
      expect(at(world, 0)?.name).toBe('later');
    }
  });
});

const people = 12;

/** Steps of an import at once, killed and repeated anywhere, while contacts are edited, deleted and made. */
async function scramble(seed: number) {
  const random = createSeededRandom(seed);
  const world = createImportWorld();
  const rows = Array.from({ length: 600 }, (_, n): [number, ...string[]] => [
    n < people ? n : n + 1_000,
    `file ${random.below(3)}`,
  ]);
  rows.push(...rows.splice(0, 5));
  world.validated(['name'], rows);
  const last = new Map<number, { readonly name: string | null; readonly atMs: number }>();
  let words = 0;
  async function act(): Promise<void> {
    const n = random.below(people);
    const contact = [...world.contacts.all.values()].find(({ digits }) => digits === digitsOf(n));
    const name = `word ${++words}`;
    world.clock.advance(1);
    const atMs = world.clock.now();
    if (!contact) {
      await keep(world, n, { name }).then(
        () => last.set(n, { name, atMs }),
        () => {}, // somebody else made it in between
      );
    } else if (random.chance(0.3)) {
      if (await forget(world, contact)) last.set(n, { name: null, atMs });
    } else if ((await edit(world, contact, name)).kind === 'edited') last.set(n, { name, atMs });
  }
  for (let i = 0; i < 8; i++) await act();
  world.clock.advance(1_000);
  if (seed % 2 === 0) world.filed();
  const made = await world.asked({ kind, contacts: seed % 3 === 0 ? skip : update });
  world.clock.advance(1_000);
  const interleaver = new Interleaver(random);
  const step = world.stepOf(made, interleaver, random);
  for (let i = 0; i < 4; i++) {
    interleaver.begin(step);
  }
  interleaver.begin(async () => {
    for (let i = 0; i < 12; i++) {
      await interleaver.turn();
      await act();
    }
  });
  await interleaver.finish();
  await world.runFor(20 * minuteMs);
  return { world, made: world.now(made), last };
}

test.each(Array.from({ length: 40 }, (_, i) => i + 1))(
  'every row is gone through, and what was said or deleted since stays (seed %i)',
  async (seed) => {
    const { world, made, last } = await scramble(seed);
    expect([made.state, made.done, made.changed + made.unchanged]).toEqual(['completed', 600, 600]);
    for (let n = 0; n < people; n++) {
      const said = last.get(n);
      const name = at(world, n)?.name ?? null;
      // Of a file from before, or of one that came in between
      const isNewFile = seed % 2 === 0;
      if (said && said.atMs > made.createdAtMs) expect([n, name]).toEqual([n, said.name]);
      else if (said?.name === null && !isNewFile) expect([n, name]).toEqual([n, null]);
      else if (made.contacts?.existing === 'skip' && said?.name) expect([n, name]).toEqual([n, said.name]);
      else expect([n, name]).toEqual([n, expect.stringMatching(/^file /)]);
    }
    // One contact a number, each found by it
    const digits = [...world.contacts.all.values()].map((contact) => contact.digits);
    expect(new Set(digits).size).toBe(digits.length);
    const places = await world.contacts.atNumbers(owner, digits);
    expect([...places.values()].every((place) => 'contact' in place)).toBe(true);
  },
);
