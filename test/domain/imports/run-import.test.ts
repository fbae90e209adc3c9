import { describe, expect, test } from 'vitest';
import { createImport } from '../../../shared/domain/imports/create-import.ts';
import type { RowImport } from '../../../shared/domain/imports/row-import.ts';
import { runImport, stepMs } from '../../../shared/domain/imports/run-import.ts';
import { recordOf } from '../../support/contracts/samples.ts';
import { createSeededRandom } from '../../support/fakes/clock.ts';
import { Interleaver } from '../../support/fakes/interleaver.ts';
import { Crash, crashAt, type Watcher, watchPorts } from '../../support/fakes/watched.ts';
import { createImportWorld, digitsOf, type ImportWorld, minuteMs, owner, uploadId } from './import-world.ts';

const counts = ({ state, rows, done, changed, unchanged, refusedRows }: RowImport) =>
  [state, rows, done, changed, unchanged, refusedRows] as const;
const many = (count: number, cells: (n: number) => readonly string[]) =>
  Array.from({ length: count }, (_, n) => [n, ...cells(n)] as [number, ...string[]]);

describe('an import', () => {
  test('makes the rows of a file consents, with time and evidence', async () => {
    const world = createImportWorld();
    world.validated(
      ['marketing', 'night', 'at', 'evidence'],
      [
        [0, 'Y', 'N', '2026-11-20', 'form 7'],
        [1, 'N', '', '', ''],
        [2, '', '', '', ''],
      ],
    );
    const made = await world.asked();
    await world.work();
    expect(counts(world.now(made))).toEqual(['completed', 3, 3, 2, 1, 0]);
    const saidMs = Date.parse('2026-11-20T00:00:00+09:00');
    expect(await world.known(0)).toMatchObject({
      ...{ marketing: true, marketingAtMs: saidMs, night: false, nightAtMs: saidMs, evidence: 'form 7' },
      importId: made.id,
    });
    expect(await world.known(1)).toMatchObject({ marketing: false, marketingAtMs: made.createdAtMs, night: false });
    expect(await world.known(2)).toBeNull();
    expect(await world.entries(0)).toMatchObject([{ source: 'import', atMs: made.createdAtMs }]);
    expect(world.imports.kept.get(uploadId)!.size).toBe(0);
    expect([world.now(made).nextCheckAtMs, world.queue.records.length]).toEqual([null, 0]);
  });

  test('makes everybody in a file opted out, since the time that it says', async () => {
    const world = createImportWorld();
    world.validated(
      ['at'],
      [
        [0, '2020-05-01'],
        [1, ''],
      ],
    );
    await world.permissions.change(owner, digitsOf(1), { source: 'call', optedOut: true }, 5);
    const made = await world.asked({ kind: 'opt_outs' });
    await world.work();
    expect(counts(world.now(made))).toEqual(['completed', 2, 2, 1, 1, 0]);
    expect(await world.known(0)).toMatchObject({
      optedOutAtMs: Date.parse('2020-05-01T00:00:00+09:00'),
      optOutSource: 'import',
    });
    expect(await world.known(1)).toMatchObject({ optedOutAtMs: 5, optOutSource: 'call' });
  });

  test.each(['consents', 'opt_outs'] as const)('of %s changes nothing when it comes a second time', async (kind) => {
    const world = createImportWorld();
    const rows = many(700, (n) => [
      n % 3 === 0 ? 'Y' : 'N',
      n % 2 === 0 ? '2026-11-20' : '',
      n % 5 === 0 ? 'form' : '',
    ]);
    world.validated(['marketing', 'at', 'evidence'], rows);
    await world.asked({ kind });
    await world.work();
    const before = await Promise.all(rows.map(([n]) => world.known(n)));
    world.clock.advance(minuteMs);
    const again = await world.asked({ kind });
    await world.work();
    expect(counts(world.now(again))).toEqual(['completed', 700, 700, 0, 700, 0]);
    expect(await Promise.all(rows.map(([n]) => world.known(n)))).toEqual(before);
  });

  test('of consents never undoes an opt-out', async () => {
    const world = createImportWorld();
    world.validated(['marketing', 'night'], [[0, 'Y', 'Y']]);
    await world.permissions.change(owner, digitsOf(0), { source: 'api', optedOut: true }, 5);
    await world.asked();
    await world.work();
    expect(await world.known(0)).toMatchObject({ optedOutAtMs: 5, marketing: true, night: true });
    for await (const one of world.permissions.consented(owner)) expect(one).toBe('nobody');
  });

  test('of no rows is completed at once', async () => {
    const world = createImportWorld();
    world.validated(['marketing'], []);
    const made = await world.asked();
    await world.work();
    expect(counts(world.now(made))).toEqual(['completed', 0, 0, 0, 0, 0]);
  });

  test('goes through lines longer than most, with every escape there is', async () => {
    const world = createImportWorld();
    const awful = '\u0001"\\\n한글\u2028'.repeat(3_000);
    world.validated(
      ['note', 'marketing'],
      many(60, () => [awful, 'Y']),
    );
    const made = await world.asked();
    await world.work();
    expect(counts(world.now(made))).toEqual(['completed', 60, 60, 60, 0, 0]);
  });
});

describe('rows that make no sense', () => {
  const rows: [number, ...string[]][] = [
    [0, 'Y', 'Y'],
    ...many(12, () => ['maybe', '']).map(([n, ...cells]): [number, ...string[]] => [n + 1, ...cells]),
    [20, 'N', 'Y'],
    [21, 'N', '=1+1'],
    [22, 'N', ''],
  ];

  test('keep all from being imported, unless they are to be left out', async () => {
    const world = createImportWorld();
    world.validated(['marketing', 'night'], rows);
    const made = await world.asked();
    await world.work();
    const failed = world.now(made);
    expect(counts(failed)).toEqual(['failed', 16, 0, 0, 0, 14]);
    expect(failed.failure).toMatchObject({ code: 'invalid_rows' });
    expect(failed.errors).toHaveLength(10);
    expect(failed.errors[0]).toMatchObject({ row: 3, column: 'marketing', code: 'invalid_value' });
    expect(await world.known(0)).toBeNull();
    expect([world.imports.kept.get(uploadId)!.size, failed.nextCheckAtMs]).toEqual([0, null]);

    const skipping = await world.asked({ onInvalidRows: 'skip' });
    await world.work();
    expect(counts(world.now(skipping))).toEqual(['completed', 16, 16, 2, 0, 14]);
    expect(await world.known(0)).toMatchObject({ marketing: true, night: true });
    expect([await world.known(1), await world.known(20), await world.known(21)]).toEqual([null, null, null]);
    expect(await world.known(22)).toMatchObject({ marketing: false });
  });

  test('are all in the report, as they were given', async () => {
    const world = createImportWorld();
    world.validated(['marketing', 'night'], rows);
    const made = await world.asked();
    await world.work();
    const lines = Buffer.from(world.objects.get(world.now(made).reportKey!)!)
      .toString()
      .trimEnd()
      .split('\r\n');
    expect(lines).toHaveLength(15);
    expect(lines[0]).toBe('\uFEFFphoneNumber,marketing,night,row,code,reason');
    expect(lines[1]).toMatch(/^01020000001,maybe,,3,invalid_value,/);
    expect(lines[13]).toMatch(/^01020000020,N,Y,15,night_without_marketing,/);
    expect(lines[14]).toMatch(/^01020000021,N,'=1\+1,16,invalid_value,/);
    expect(world.unfinished.size).toBe(0);
  });

  test('a file without any leaves no report', async () => {
    const world = createImportWorld();
    world.validated(['marketing'], [[0, 'Y']]);
    const made = await world.asked();
    await world.work();
    expect([world.now(made).reportKey, [...world.objects.keys()]]).toEqual([null, ['lists/a/rows.ndjson']]);
    expect(world.unfinished.size).toBe(0);
  });
});

describe('an upload', () => {
  test('that is on its way is waited for, and the import goes on by itself', async () => {
    const world = createImportWorld();
    world.upload.status = 'awaiting_file';
    const made = await world.asked();
    await world.runFor(20 * minuteMs);
    expect(world.now(made).state).toBe('waiting');
    expect(world.queue.records).toHaveLength(1);
    world.upload.status = 'validating';
    await world.runFor(minuteMs);
    world.validated(['marketing'], [[0, 'Y']]);
    await world.runFor(2 * minuteMs);
    expect(counts(world.now(made))).toEqual(['completed', 1, 1, 1, 0, 0]);
    expect(world.queue.dead).toEqual([]);
  });

  test('is waited for by one record, however many come', async () => {
    const world = createImportWorld();
    world.upload.status = 'awaiting_file';
    const made = await world.asked();
    for (let i = 0; i < 5; i++) await world.ports.importQueue.step({ importId: made.id }, i);
    await world.runFor(10 * minuteMs);
    expect(world.queue.records).toHaveLength(1);
  });

  test.each([
    ['rejected', 'upload_rejected'],
    ['expired', 'upload_expired'],
  ] as const)('that ends %s ends its import', async (status, code) => {
    const world = createImportWorld();
    world.upload.status = 'validating';
    const made = await world.asked();
    await world.work();
    world.upload.status = status;
    await world.runFor(2 * minuteMs);
    expect(world.now(made)).toMatchObject({ state: 'failed', failure: { code }, nextCheckAtMs: null });
    expect(world.imports.kept.get(uploadId)!.size).toBe(0);
  });

  test('that turns out to lack a column ends its import, which names it', async () => {
    const world = createImportWorld();
    world.upload.status = 'validating';
    const made = await world.asked();
    world.validated(['night'], [[0, 'Y']]);
    await world.runFor(minuteMs);
    const { failure } = world.now(made);
    expect(failure).toMatchObject({ code: 'columns_missing', message: expect.stringContaining('"marketing"') });
    expect(await world.known(0)).toBeNull();
  });

  test('is refused before an import is made, where that is known', async () => {
    const world = createImportWorld();
    const ask = (over: object = {}, whose = owner) =>
      createImport(
        world.ports,
        whose,
        { kind: 'consents', uploadId, onInvalidRows: 'reject', contacts: null, ...over },
        0,
        () => recordOf(owner),
      );
    expect(await ask({}, `${owner as `ten_${string}`}.test`)).toEqual({ kind: 'upload_not_found' });
    world.upload.status = 'rejected';
    expect(await ask()).toEqual({ kind: 'upload_unusable', status: 'rejected' });
    world.validated(['night'], []);
    expect(await ask()).toEqual({
      kind: 'columns',
      problem: { code: 'columns_missing', message: 'The file has no column "marketing".' },
    });
    expect([world.imports.all.size, world.queue.records.length]).toEqual([0, 0]);
    expect(await ask({ kind: 'opt_outs' })).toMatchObject({ kind: 'created' });
  });
});

/** Three blocks, of which few rows say anything, and two make no sense. */
function threeBlocks(world: ImportWorld) {
  const said = new Map([
    [3, 'Y'],
    [499, 'N'],
    [500, 'Y'],
    [777, 'maybe'],
    [999, 'N'],
    [1_000, 'Y'],
    [1_002, '?'],
  ]);
  world.validated(
    ['marketing'],
    many(1_003, (n) => [said.get(n) ?? '']),
  );
}

async function expectImported(world: ImportWorld, made: RowImport, at: string | null) {
  const seen = [at, ...counts(world.now(made))];
  expect(seen).toEqual([at, 'completed', 1_003, 1_003, 5, 996, 2]);
  for (const [n, marketing] of [
    [3, true],
    [499, false],
    [500, true],
    [999, false],
    [1_000, true],
  ] as const) {
    expect([at, n, (await world.known(n))?.marketing, (await world.entries(n)).length]).toEqual([at, n, marketing, 1]);
  }
  expect([at, await world.known(777)]).toEqual([at, null]);
  expect([at, world.imports.kept.get(uploadId)!.size, world.now(made).nextCheckAtMs]).toEqual([at, 0, null]);
}

describe('whatever happens to a step', () => {
  test('a crash at any edge loses no row, and says nothing twice', async () => {
    let edges = 0;
    for (let edge = 0; ; edge++) {
      const world = createImportWorld();
      threeBlocks(world);
      const made = await world.asked({ onInvalidRows: 'skip' });
      const crash = crashAt(edge);
      const [record] = world.queue.due();
      const received = world.queue.receive(record!)!;
      await runImport(watchPorts(world.ports, crash.watcher), received.work).catch((error) => {
        if (!(error instanceof Crash)) throw error;
      });
      const at = crash.reached();
      if (at === null) world.queue.delete(received);
      await world.runFor(15 * minuteMs);
      await expectImported(world, made, at);
      expect([at, world.queue.records.length, world.queue.dead.length]).toEqual([at, 0, 0]);
      edges++;
      if (at === null) break;
    }
    expect(edges).toBeGreaterThan(30);
  });

  test('nor one of the request that asks for it: with its import made, it runs', async () => {
    for (let edge = 0; ; edge++) {
      const world = createImportWorld();
      threeBlocks(world);
      const crash = crashAt(edge);
      const asking = world.asked({ onInvalidRows: 'skip' }, watchPorts(world.ports, crash.watcher));
      await asking.catch((error) => {
        if (!(error instanceof Crash)) throw error;
      });
      const at = crash.reached();
      await world.runFor(3 * minuteMs);
      for (const made of world.imports.all.values()) await expectImported(world, made, at);
      if (at === null) break;
    }
  });

  test('or of the sweeper', async () => {
    for (let edge = 0; ; edge++) {
      const world = createImportWorld();
      threeBlocks(world);
      const made = await world.asked({ onInvalidRows: 'skip' });
      world.queue.clear();
      world.clock.advance(minuteMs);
      const crash = crashAt(edge);
      await world.sweep(watchPorts(world.ports, crash.watcher)).catch((error) => {
        if (!(error instanceof Crash)) throw error;
      });
      const at = crash.reached();
      await world.runFor(3 * minuteMs);
      await expectImported(world, made, at);
      if (at === null) break;
    }
  });

  test('a step ends when its time is up, and the next one goes on where it ended', async () => {
    const world = createImportWorld();
    threeBlocks(world);
    const made = await world.asked({ onInvalidRows: 'skip' });
    const seen: number[] = [];
    const slow: Watcher = (call, edge) => {
      if (call === 'permissions.readMany' && edge === 'after') {
        seen.push(world.now(made).done);
        world.clock.advance(stepMs);
      }
    };
    await world.work(watchPorts(world.ports, slow));
    // Each step read one block, and left a record for the next.
    expect(seen).toEqual([0, 500, 1_000]);
    await expectImported(world, made, 'slow');
  });

  test('a record that comes while a step is at work does nothing', async () => {
    const world = createImportWorld();
    threeBlocks(world);
    const made = await world.asked({ onInvalidRows: 'skip' });
    let disturbed = 0;
    const watcher: Watcher = async (call, edge) => {
      if (edge === 'before' || call === 'imports.read' || call === 'uploads.find') return;
      const before = world.now(made);
      if (before.leaseUntilMs === null) return;
      await runImport(world.ports, { importId: made.id });
      expect(world.now(made)).toEqual(before);
      disturbed++;
    };
    await world.work(watchPorts(world.ports, watcher));
    expect(disturbed).toBeGreaterThan(10);
    await expectImported(world, made, 'disturbed');
  });

  test('one that hung while another went on writes nothing of its own afterwards', async () => {
    const world = createImportWorld();
    threeBlocks(world);
    const made = await world.asked({ onInvalidRows: 'skip' });
    let hung = false;
    const watcher: Watcher = async (call, edge) => {
      if (hung || call !== 'permissions.change' || edge !== 'before') return;
      hung = true;
      world.clock.advance(10 * minuteMs);
      await runImport(world.ports, { importId: made.id });
      await expectImported(world, made, 'meanwhile');
    };
    const [record] = world.queue.due();
    await runImport(watchPorts(world.ports, watcher), record!.work);
    expect(hung).toBe(true);
    await expectImported(world, made, 'afterwards');
  });

  test('a file that ends its worker every time fails in the end, and says so', async () => {
    const world = createImportWorld();
    threeBlocks(world);
    const made = await world.asked({ onInvalidRows: 'skip' });
    const watcher: Watcher = (call) => {
      if (call === 'rows.range') throw new Crash('out of memory');
    };
    await world.runFor(60 * minuteMs, watchPorts(world.ports, watcher));
    expect(world.now(made)).toMatchObject({
      state: 'failed',
      failure: { code: 'too_many_attempts' },
      nextCheckAtMs: null,
    });
    expect(world.imports.kept.get(uploadId)!.size).toBe(0);
  });

  test('one that gets on a little each time does not', async () => {
    const world = createImportWorld();
    world.validated(
      ['marketing'],
      many(4_000, (n) => [n % 500 === 0 ? 'Y' : '']),
    );
    const made = await world.asked();
    let blocks = 0;
    const watcher: Watcher = (call, edge) => {
      if (call === 'permissions.readMany' && edge === 'before' && blocks++ % 2 === 1) throw new Crash('killed');
    };
    await world.runFor(60 * minuteMs, watchPorts(world.ports, watcher));
    expect(counts(world.now(made))).toEqual(['completed', 4_000, 4_000, 8, 3_992, 0]);
  });
});

describe('what is said elsewhere while an import runs', () => {
  /** Has something said before the n-th change of the import, after its creation. */
  async function whileRunning(kind: 'consents' | 'opt_outs', say: (world: ImportWorld) => Promise<unknown>) {
    const world = createImportWorld();
    world.validated(
      ['marketing', 'night'],
      many(3, () => ['Y', 'Y']),
    );
    await world.permissions.change(owner, digitsOf(1), { source: 'call', optedOut: true }, 5);
    await world.permissions.change(owner, digitsOf(2), { source: 'api', marketing: true, evidence: 'form' }, 6);
    const made = await world.asked({ kind });
    world.clock.advance(1_000);
    let said = false;
    const watcher: Watcher = async (call, edge) => {
      if (said || call !== 'permissions.change' || edge !== 'before') return;
      said = true;
      await say(world);
    };
    await world.work(watchPorts(world.ports, watcher));
    expect([said, world.now(made).state]).toEqual([true, 'completed']);
    return { world, made };
  }

  test('an opt-out stays', async () => {
    const { world } = await whileRunning('consents', ({ permissions, clock }) =>
      permissions.change(owner, digitsOf(2), { source: 'api', optedOut: true }, clock.now()),
    );
    expect(await world.known(2)).toMatchObject({ optedOutAtMs: world.clock.now(), marketing: true });
    expect(await world.known(0)).toMatchObject({ optedOutAtMs: null, marketing: true });
  });

  test.each([
    ['refused', false],
    ['taken back', null],
  ])('a consent that is %s stays so', async (_, marketing) => {
    const { world, made } = await whileRunning('consents', ({ permissions, clock }) =>
      permissions.change(
        owner,
        digitsOf(2),
        { source: 'api', marketing, night: marketing, evidence: null },
        clock.now(),
      ),
    );
    expect(await world.known(2)).toMatchObject({ marketing, night: marketing, evidence: null });
    expect(world.now(made).changed).toBe(2);
  });

  test('a consent that is forgotten after its row was imported is not remembered by a repeated step', async () => {
    const world = createImportWorld();
    world.validated(['marketing'], [[0, 'Y']]);
    const made = await world.asked();
    const crash: Watcher = (call, edge) => {
      if (call === 'permissions.change' && edge === 'after') throw new Crash('killed');
    };
    await world.work(watchPorts(world.ports, crash));
    expect(await world.known(0)).toMatchObject({ marketing: true });
    world.clock.advance(10_000);
    await world.permissions.change(owner, digitsOf(0), { source: 'api', marketing: null }, world.clock.now());
    await world.runFor(15 * minuteMs);
    expect(world.now(made).state).toBe('completed');
    expect(await world.known(0)).toMatchObject({ marketing: null });
  });

  test('who comes back after a list of opt-outs was given is not opted out by it again', async () => {
    const world = createImportWorld();
    world.validated([], [[0]]);
    const made = await world.asked({ kind: 'opt_outs' });
    const crash: Watcher = (call, edge) => {
      if (call === 'permissions.change' && edge === 'after') throw new Crash('killed');
    };
    await world.work(watchPorts(world.ports, crash));
    expect(await world.known(0)).toMatchObject({ optedOutAtMs: made.createdAtMs });
    world.clock.advance(10_000);
    await world.permissions.change(owner, digitsOf(0), { source: 'api', optedOut: false }, world.clock.now());
    await world.runFor(15 * minuteMs);
    expect(world.now(made).state).toBe('completed');
    expect(await world.known(0)).toMatchObject({ optedOutAtMs: null });
  });

  test('of two imports the later one has the last word, whichever is quicker', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const world = createImportWorld();
      world.validated(
        ['marketing', 'evidence'],
        many(30, (n) => ['Y', `old ${n}`]),
      );
      const first = await world.asked();
      await world.ports.imports.move(first, 'begin', { ...first, leaseUntilMs: null });
      world.clock.advance(5);
      const second = await world.asked();
      const lists = { [first.id]: world.upload.list!, [second.id]: { ...world.upload.list!, rowsKey: 'lists/b' } };
      const text = Buffer.from(world.objects.get('lists/a/rows.ndjson')!).toString();
      world.objects.set('lists/b', Buffer.from(text.replaceAll('"Y"', '"N"').replaceAll('old', 'new')));
      const interleaver = new Interleaver(createSeededRandom(seed));
      for (const { id } of [first, second]) {
        const uploads = { find: async () => ({ status: 'ready', list: lists[id]!, expiresAtMs: 9e15 }) as const };
        const ports = watchPorts({ ...world.ports, uploads }, () => interleaver.turn());
        interleaver.begin(() => runImport(ports, { importId: id }));
      }
      await interleaver.finish();
      for (let n = 0; n < 30; n++) {
        expect([seed, n, await world.known(n)]).toMatchObject([seed, n, { marketing: false, evidence: `new ${n}` }]);
      }
    }
  });
});
