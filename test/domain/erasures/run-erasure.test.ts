import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dispatchKey, largeDispatchKey } from '../../../shared/adapters/dynamo/keys.ts';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { runErasure } from '../../../shared/domain/erasures/run-erasure.ts';
import { newImport } from '../../../shared/domain/imports/row-import.ts';
import { finished, newUpload } from '../../../shared/domain/uploads/upload.ts';
import { newOwner } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';
import { crashAt, watchPorts } from '../../support/fakes/watched.ts';
import { type EraseWorld, eraseWorld, hour, minute } from './erase-world.ts';

const gone = '821023456789';
const others = (count: number, first = 0) => Array.from({ length: count }, (_, i) => `8210${70_000_000 + first + i}`);
const startMs = Date.parse('2026-11-21T03:00:00Z');

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

let world: EraseWorld;
let owner: OwnerId;
beforeEach(async () => {
  world = eraseWorld(await dynamo.newTable(), startMs);
  owner = newOwner();
});
const later = (ms: number) => {
  world.clock.ms += ms;
};
/** A person among others, with somebody whose longer number begins alike. */
const among = (count: number, first = 0) => [...others(2, first), gone, ...others(count - 3, first + 2)];

describe('dispatches', () => {
  test.each([5, 30])('of %i that have ended keep their rows, results and everybody else', async (count) => {
    const dispatch = await world.dispatch(owner, among(count));
    expect(dispatch.prepared?.rowsIn).toBe(count > 20 ? 'objects' : 'items');
    await world.record(dispatch.id, 0, 'delivered', 'skipped');
    const before = await world.shown(dispatch.id);
    later(minute);
    await world.erase(owner, gone);
    expect(await world.toTheEnd(owner)).toBe(2);
    const after = await world.shown(dispatch.id);
    expect(after).toEqual(before.map((one) => (one.to === `+${gone}` ? { ...one, to: null, text: null } : one)));
    expect(await world.numbers.placesIn(await world.read(dispatch.id), gone)).toEqual([]);
    for (const one of others(count - 1)) {
      expect(await world.numbers.placesIn(await world.read(dispatch.id), one)).toHaveLength(1);
    }
    const [from, until] = [startMs - hour, world.clock.ms + hour];
    expect((await world.numbers.search(owner, gone, from, until, null, 10)).found).toEqual([]);
    expect((await world.numbers.search(owner, others(1)[0]!, from, until, null, 10)).found).toHaveLength(1);
    expect(await world.traces(gone)).toEqual([]);
  });

  test.each([5, 30])('of %i wait with whoever is on the way, until a report ends it', async (count) => {
    const dispatch = await world.dispatch(owner, among(count));
    await world.record(dispatch.id, 0, 'delivered', 'delivered', 'submitted');
    later(minute);
    await world.erase(owner, gone);
    for (let passes = 0; passes < 3; passes++) {
      world.clock.ms = (await world.erasures.job(owner))!.nextCheckAtMs;
      await world.work(owner);
      expect((await world.shown(dispatch.id))[2]?.to).toBe(`+${gone}`);
    }
    expect([...(await world.erasures.among(owner, [gone, '82100'])).keys()]).toEqual([gone]);
    await world.record(dispatch.id, 0);
    await world.toTheEnd(owner);
    expect((await world.shown(dispatch.id))[2]).toMatchObject({ to: null, status: 'delivered', credits: 1 });
    expect(await world.traces(gone)).toEqual([]);
    expect(await world.erasures.job(owner)).toBeNull();
  });

  test.each([5, 30])(
    'of %i wait with all of a batch of which it is unclear whether a carrier took it',
    async (count) => {
      const dispatch = await world.dispatch(owner, among(count));
      const { attempt } = dispatch.prepared!;
      const planned = (await world.batches.read(dispatch.id, attempt, 0))!;
      await world.batches.change(dispatch.id, attempt, planned, {
        ...planned,
        ...{ state: 'submitting', submittingAtMs: world.clock.ms },
      });
      const before = await world.shown(dispatch.id);
      later(minute);
      await world.erase(owner, gone);
      // Its receivers are what an unclear call is looked for by
      for (let pass = 0; pass < 4; pass++) {
        later(7 * hour);
        await world.work(owner);
        const receivers = (await world.shown(dispatch.id)).map(({ to }) => to);
        expect(receivers).toEqual(before.map(({ to }) => to));
      }
      await world.record(dispatch.id, 0);
      await world.toTheEnd(owner);
      expect(await world.traces(gone)).toEqual([]);
    },
  );

  test.each([5, 30])('of %i that are still to go lose whoever is deleted now', async (count) => {
    const dispatch = await world.dispatch(owner, among(count));
    later(minute);
    await world.erase(owner, gone);
    await world.toTheEnd(owner);
    const [batch] = await world.batches.all(dispatch.id, dispatch.prepared!.attempt);
    expect((await world.rows.rowsOf(dispatch, batch!)).map(([row, digits]) => [row, digits === ''])).toEqual(
      among(count).map((one, i) => [i + 1, one === gone]),
    );
    expect(await world.traces(gone)).toEqual([]);
  });

  test('that are made after the deletion, and the contact that is made anew, are left alone', async () => {
    const old = await world.dispatch(owner, among(30));
    later(minute);
    await world.erase(owner, gone);
    later(minute);
    const anew = [await world.dispatch(owner, among(30)), await world.dispatch(owner, among(4))];
    const { json } = { json: await world.contacts.atNumbers(owner, [gone]) };
    expect(json.has(gone)).toBe(true);
    await world.toTheEnd(owner);
    expect((await world.shown(old.id))[2]?.to).toBeNull();
    for (const { id } of anew) {
      expect((await world.shown(id))[2]?.to).toBe(`+${gone}`);
      expect(await world.numbers.placesIn(await world.read(id), gone)).toHaveLength(1);
    }
  });

  test('of another tenant, and of the other mode, are left alone', async () => {
    const theirs: readonly OwnerId[] = [newOwner(), `${owner as `ten_${string}`}.test`];
    const all = [owner, ...theirs];
    const made = await Promise.all(
      all.map(async (one) => [await world.dispatch(one, among(30)), await world.dispatch(one, among(4))] as const),
    );
    for (const one of theirs) await world.permissions.change(one, gone, { source: 'api', marketing: true }, startMs);
    later(minute);
    await world.erase(owner, gone);
    await world.toTheEnd(owner);
    for (const [i, two] of made.entries()) {
      for (const { id } of two) expect((await world.shown(id))[2]?.to).toBe(i === 0 ? null : `+${gone}`);
    }
    for (const one of theirs) expect((await world.permissions.readMany(one, [gone])).size).toBe(1);
    expect(await world.traces(gone, (key) => !theirs.some((one) => key.includes(one)) && key.includes(owner))).toEqual(
      [],
    );
  });

  test('whose attempts were overtaken lose what those wrote', async () => {
    const { id, prepared } = await world.dispatch(owner, among(30));
    const under = `dispatches/${id}/`;
    const other = `${under}${world.ids.ulid()}/rows.ndjson`;
    const image = `${under}images/0.jpg`;
    world.objects.objects.set(other, Buffer.from(`[1,"${gone}"]\n`));
    world.objects.objects.set(image, Buffer.from('jpeg'));
    later(minute);
    await world.erase(owner, gone);
    await world.toTheEnd(owner);
    const left = [...world.objects.objects.keys()].filter((key) => key.startsWith(under)).sort();
    const names = ['by-number.idx', 'excluded.ndjson', 'manifest.json', 'rows.ndjson'];
    expect(left).toEqual([...names.map((name) => `${under}${prepared!.attempt}/${name}`), image]);
  });
});

describe('objects of a large dispatch', () => {
  test('lose many people at once with one look at each batch', async () => {
    const people = others(60);
    const { id } = await world.dispatch(owner, people);
    later(minute);
    for (const one of people.slice(0, 20)) await world.erase(owner, one);
    world.clock.ms = (await world.erasures.job(owner))!.nextCheckAtMs;
    later(minute);
    let looks = 0;
    const watched = watchPorts(world.ports, (call, edge) => {
      if (edge === 'before' && call === 'batches.read') looks++;
    });
    await world.work(owner, watched);
    expect((await world.shown(id)).filter(({ to }) => to === null)).toHaveLength(20);
    expect(looks).toBe(1);
  });

  const entryOf = async ({ id, createdAtMs }: Dispatch) => {
    const Key = largeDispatchKey(owner, createdAtMs, id);
    return (await world.table.client.send(new GetCommand({ TableName: world.table.name, Key }))).Item;
  };

  test('are found for as long as they live, which writing over them prolongs', async () => {
    const dispatch = await world.dispatch(owner, among(30));
    const before = (await entryOf(dispatch))?.expiresAt;
    later(100 * 24 * hour);
    await world.erase(owner, gone);
    await world.toTheEnd(owner);
    expect(before).toBe(startMs / 1_000 + 180 * 86_400);
    expect((await entryOf(dispatch))?.expiresAt).toBeGreaterThan(startMs / 1_000 + (100 + 190) * 86_400);
  });

  test('are removed whole where the table has forgotten it, unless it is being made', async () => {
    const [old, anew] = [await world.dispatch(owner, among(30)), await world.dispatch(newOwner(), among(30))];
    const forget = async ({ id }: Dispatch) => {
      await world.table.client.send(new DeleteCommand({ TableName: world.table.name, Key: dispatchKey(id) }));
    };
    await forget(old);
    later(minute);
    await world.erase(owner, gone);
    later(minute);
    const making = await world.dispatch(owner, among(30));
    await forget(making);
    await world.toTheEnd(owner);
    const has = ({ id }: Dispatch) =>
      [...world.objects.objects.keys()].some((key) => key.startsWith(`dispatches/${id}/`));
    expect([has(old), has(making), has(anew)]).toEqual([false, true, true]);
    expect(await entryOf(old)).toBeUndefined();
  });
});

describe('whatever a step dies of', () => {
  test('the erasure is carried to its end, and nothing else is touched', async () => {
    for (let edge = 0, died = true; died; edge += 7) {
      const one = newOwner();
      const dispatches = [await world.dispatch(one, among(25)), await world.dispatch(one, among(4))];
      await world.upload(
        one,
        `phoneNumber,name\n010-2345-6789,Kim\n${others(3).join(',x\n')},x\n010-2345-6789,again\n`,
      );
      await world.permissions.change(one, gone, { source: 'api', marketing: true, evidence: 'form' }, world.clock.ms);
      later(minute);
      await world.erase(one, gone);
      world.clock.ms = (await world.erasures.job(one))!.nextCheckAtMs;
      const crash = crashAt(edge);
      await world.work(one, watchPorts(world.ports, crash.watcher)).catch(() => {});
      world.records.length = 0;
      died = crash.reached() !== null;
      // Somebody else may work only once the dead one's lease is over
      await world.toTheEnd(one);
      for (const { id } of dispatches) {
        expect(
          (await world.shown(id)).map(({ to }) => to === null),
          crash.reached() ?? '',
        ).toEqual((await world.shown(id)).map((_, i) => i === 2));
      }
      expect(await world.traces(gone, (key) => !key.startsWith('uploads/')), crash.reached() ?? '').toEqual([]);
      expect(await world.traces(gone), crash.reached() ?? '').toEqual([]);
    }
  }, 60_000);

  test('two records of one step: one works', async () => {
    await world.dispatch(owner, among(30));
    later(minute);
    await world.erase(owner, gone);
    later(15 * minute);
    let heads = 0;
    const counting = watchPorts(world.ports, (call, edge) => {
      if (call === 'objects.head' && edge === 'before') heads++;
    });
    await Promise.all([1, 2, 3].map(() => runErasure(counting, { owner })));
    const alone = heads;
    expect(alone).toBeGreaterThan(0);
    await runErasure(counting, { owner }); // too early for the next pass
    expect(heads).toBe(alone);
    expect((await world.erasures.job(owner))?.pass).toBe(1);
  });

  test('a pass that takes longer than a step may goes on where it stood', async () => {
    const dispatches = [];
    for (let i = 0; i < 6; i++) dispatches.push(await world.dispatch(owner, among(25, i * 100)));
    later(minute);
    await world.erase(owner, gone);
    world.clock.ms = (await world.erasures.job(owner))!.nextCheckAtMs;
    const looked: string[] = [];
    const slow = watchPorts(world.ports, (call, edge, { args }) => {
      if (call !== 'dispatches.read' || edge === 'after') return;
      looked.push(String(args[0]));
      later(2 * minute);
    });
    await world.work(owner, slow);
    // Each once, in order, two or three a step; then the small ones' stage has none
    expect(looked).toEqual(dispatches.map(({ id }) => id));
    for (const { id } of dispatches) expect((await world.shown(id))[2]?.to).toBeNull();
    expect((await world.erasures.job(owner))?.pass).toBe(1);
  });
});

describe('several deletions', () => {
  test('at once are erased in one pass, and one that comes during it by the next', async () => {
    const two = [gone, '821034567890'];
    const { id } = await world.dispatch(owner, [...others(30), ...two, '821045678901']);
    later(minute);
    await Promise.all(two.map((digits) => world.erase(owner, digits)));
    world.clock.ms = (await world.erasures.job(owner))!.nextCheckAtMs;
    let isFirst = true;
    const during = watchPorts(world.ports, async (call, edge) => {
      if (call !== 'objects.head' || edge === 'after' || !isFirst) return;
      isFirst = false;
      await world.erase(owner, '821045678901');
    });
    await world.work(owner, during);
    expect((await world.shown(id)).slice(-3).map(({ to }) => to)).toEqual([null, null, '+821045678901']);
    await world.toTheEnd(owner);
    expect((await world.shown(id)).at(-1)?.to).toBeNull();
    for (const digits of [...two, '821045678901']) expect(await world.traces(digits)).toEqual([]);
  });

  test('of one person who came back in between count from the last one', async () => {
    await world.dispatch(owner, among(4));
    later(minute);
    await world.erase(owner, gone);
    later(minute);
    const { id } = await world.dispatch(owner, among(4));
    later(minute);
    await world.erase(owner, gone);
    await world.toTheEnd(owner);
    expect((await world.shown(id))[2]?.to).toBeNull();
    expect(await world.traces(gone)).toEqual([]);
  });

  test('a deletion in the very moment in which the last erasure ends keeps the job', async () => {
    await world.erase(owner, gone);
    world.clock.ms = (await world.erasures.job(owner))!.nextCheckAtMs;
    const late = watchPorts(world.ports, async (call, edge) => {
      if (call === 'erasures.end' && edge === 'before') await world.erase(owner, '821034567890');
    });
    await world.work(owner, late);
    expect(await world.erasures.job(owner)).not.toBeNull();
    expect((await world.erasures.among(owner, ['821034567890', gone])).size).toBe(1);
    await world.toTheEnd(owner);
    expect(await world.traces('821034567890')).toEqual([]);
  });
});

describe('uploads', () => {
  const csv = [
    'phoneNumber,name',
    '010-2345-6789,"Kim, the first"',
    '010-7000-0001,has 821023456789 in a value',
    '+82 10 2345 6789,again',
    '010-12,no number',
  ].join('\n');

  test('lose the person’s rows, and the file as it was put', async () => {
    const kept = {
      ready: await world.upload(owner, csv),
      rejected: await world.upload(owner, csv, { onInvalidRows: 'reject' }),
    };
    later(minute);
    const anew = await world.upload(newOwner(), csv);
    await world.erase(owner, gone);
    await world.toTheEnd(owner);
    const text = async (key: string) => Buffer.from(await world.objects.whole(key)).toString();
    const { rowsKey, rejectedKey } = kept.ready.list!;
    expect((await text(rowsKey)).split('\n').map((line) => line.trimEnd())).toEqual([
      '{"columns":["phoneNumber","name"]}',
      '[2,""]',
      '[3,"821070000001","has 821023456789 in a value"]',
      '',
    ]);
    expect((await text(rejectedKey)).split('\n').map((line) => line.trimEnd())).toEqual([
      '[4,"duplicate_number","phoneNumber",""]',
      '[5,"invalid_number","phoneNumber","010-12"]',
      '',
    ]);
    for (const { id, objectKey, reportKey } of Object.values(kept)) {
      expect(world.objects.objects.has(objectKey)).toBe(false);
      expect(await text(reportKey!)).toMatch(
        /^\uFEFFphoneNumber,name,row,code,reason\r\n,,4,duplicate_number,\r\n010-12,/,
      );
      const { counts } = (await world.uploads.find(owner, id))!;
      expect(counts?.errors.map(({ value }) => value)).toEqual(['', '010-12']);
    }
    expect(world.objects.objects.has(anew.objectKey)).toBe(true);
    // A value of somebody else is not the person's
    expect(
      (await world.traces(gone, (key) => !key.includes(anew.id) && !key.includes(anew.owner))).map(
        (key) => key.split('/')[0],
      ),
    ).toEqual(['lists']);
  });

  test('that are still validated are waited for, and those put later are left alone', async () => {
    const id = `upl_${world.ids.ulid()}` as const;
    const facts = { id, owner, purpose: 'recipients', source: 'api', fileName: 'a.csv', objectKey: 'x' } as const;
    const waiting = newUpload({ ...facts, onInvalidRows: 'skip', requiredColumns: [] }, world.clock.ms);
    await world.uploads.create(waiting, null);
    later(minute);
    await world.erase(owner, gone);
    later(minute);
    const anew = await world.upload(owner, csv);
    for (let passes = 0; passes < 2; passes++) {
      world.clock.ms = (await world.erasures.job(owner))!.nextCheckAtMs;
      await world.work(owner);
    }
    expect((await world.erasures.among(owner, [gone, '8210'])).size).toBe(1);
    await world.uploads.change(waiting, 'expire', {
      ...finished('recipients', 'rejected', world.clock.ms),
      status: 'expired',
    });
    await world.toTheEnd(owner);
    expect(world.objects.objects.has(anew.objectKey)).toBe(true);
    expect(Buffer.from(await world.objects.whole(anew.list!.rowsKey)).toString()).toContain(gone);
  });

  test('show no cell of theirs as an example of what is wrong', async () => {
    const lines = ['phoneNumber,name', '010-2345-6789,김철수,more', '010-7000-0001,이영희,more', '010-2345-6789,,'];
    const all = [
      await world.upload(owner, lines.join('\n')),
      await world.upload(owner, lines.join('\n'), { onInvalidRows: 'reject' }),
    ];
    const shown = async () => {
      const found = await Promise.all(all.map(({ id }) => world.uploads.find(owner, id)));
      return found.map((upload) => upload?.counts?.errors.map(({ row, code, value }) => [row, code, value]));
    };
    const before = [
      [2, 'too_many_cells', '김철수'],
      [3, 'too_many_cells', '이영희'],
    ];
    expect(await shown()).toEqual([before, before]);
    later(minute);
    await world.erase(owner, gone);
    await world.toTheEnd(owner);
    const after = [[2, 'too_many_cells', ''], before[1]];
    expect(await shown()).toEqual([after, after]);
  });

  test('of the inbox are left if another file is dropped over them in that very moment', async () => {
    const objectKey = `inbox/${owner}/a.csv`;
    await world.upload(owner, csv, { source: 'inbox', objectKey });
    later(minute);
    await world.erase(owner, gone);
    world.clock.ms = (await world.erasures.job(owner))!.nextCheckAtMs;
    const watched = watchPorts(world.ports, async (call, edge, { args }) => {
      if (edge === 'before' && call.startsWith('objects.remove') && [args[0]].flat()[0] === objectKey) {
        world.objects.objects.set(objectKey, Buffer.from('another'));
      }
    });
    await world.work(owner, watched);
    expect(world.objects.objects.get(objectKey)?.toString()).toBe('another');
  });

  test('of the inbox are removed unless another file was dropped over them', async () => {
    const inbox = (name: string) => ({ source: 'inbox' as const, objectKey: `inbox/${owner}/${name}` });
    const [one, two] = [await world.upload(owner, csv, inbox('a.csv')), await world.upload(owner, csv, inbox('b.csv'))];
    world.objects.objects.set(two.objectKey, Buffer.from('another'));
    later(minute);
    await world.erase(owner, gone);
    await world.toTheEnd(owner);
    expect([one, two].map(({ objectKey }) => world.objects.objects.has(objectKey))).toEqual([false, true]);
  });
});

describe('everything else', () => {
  test('lists given in calls go by when they were given', async () => {
    const place = (atMs: number) => {
      world.clock.ms = atMs;
      return `${owner}/cmp_${world.ids.ulid()}/${world.ids.ulid()}`;
    };
    const people = among(4).map((to) => ({ to: `+${to}`, variables: {} }));
    const old = await world.lists.write(place(startMs), people);
    later(minute);
    await world.erase(owner, gone);
    const anew = await world.lists.write(place(world.clock.ms + minute), people);
    await world.toTheEnd(owner);
    const has = async (key: string) =>
      Buffer.from(await world.objects.whole(key))
        .toString()
        .includes(gone);
    expect([await has(old.rowsKey), await has(anew.rowsKey)]).toEqual([false, true]);
  });

  test('an opt-out stays alone, a consent goes, and what was told about either', async () => {
    const say = (digits: string, change: object) =>
      world.permissions.change(owner, digits, { source: 'api', ...change }, world.clock.ms);
    const refused = '821034567890';
    for (const digits of [gone, refused]) {
      await say(digits, { marketing: true, night: true, evidence: 'signed at the counter' });
      later(minute);
      const dispatchId = `dsp_${world.ids.ulid()}` as const;
      const due = {
        kind: 'result_notice',
        fact: 'consented',
        saidAtMs: world.clock.ms - minute,
        dueAtMs: startMs,
      } as const;
      await world.notices.tell(owner, { ...due, digits, text: 'told', dispatchId, atMs: world.clock.ms + hour });
    }
    await say(refused, { optedOut: true });
    const call = { id: 'call', knownUntilMs: world.clock.ms + 72 * hour };
    await world.permissions.changeOnce(owner, refused, { source: 'call', optedOut: true }, world.clock.ms, call);
    later(minute);
    for (const digits of [gone, refused]) await world.erase(owner, digits);
    const left = await world.permissions.readMany(owner, [gone, refused]);
    expect([...left.keys()]).toEqual([refused]);
    expect(left.get(refused)).toMatchObject({ marketing: null, evidence: null, said: null, optOutSource: 'api' });
    expect(await world.permissions.history(owner, gone)).toEqual([]);
    expect((await world.permissions.history(owner, refused)).map(({ after }) => after)).toEqual([left.get(refused)]);
    await world.toTheEnd(owner);
    expect(await world.traces(gone)).toEqual([]);
    expect(
      (await world.traces(refused)).map((key) => key.split('#').slice(2).join('#').replace(/AT#.*/, 'AT')),
    ).toEqual([`PERMISSION#${refused} AT`, `PERMISSION#${refused} NOW`, `SUPPRESSED ${refused}`]);
    expect(await world.permissions.readMany(owner, [refused])).toEqual(left.size === 1 ? left : null);
  });

  test('evidence files stay, and the answer says so', async () => {
    const change = { source: 'api', marketing: true, evidenceUploadId: `upl_${world.ids.ulid()}` } as const;
    await world.permissions.change(owner, gone, change, world.clock.ms);
    await world.permissions.change(
      owner,
      gone,
      { source: 'api', evidenceUploadId: null, marketing: false },
      world.clock.ms,
    );
    const kept = (await world.erase(owner, gone)).kept.map(({ what }) => what);
    expect(kept).toContain('evidence');
    expect((await world.erase(owner, '821034567890')).kept.map(({ what }) => what)).not.toContain('evidence');
  });

  test.each([
    ['that was asked for before', 0],
    ['of an older file that was asked for afterwards', 2 * minute],
  ])('a consent that an import brought back goes, one that was said since does not: %s', async (_, askedAfterMs) => {
    const uploadId = `upl_${world.ids.ulid()}` as const;
    const facts = { id: `imp_${world.ids.ulid()}`, owner, kind: 'consents', uploadId } as const;
    const asked = { ...facts, onInvalidRows: 'skip', contacts: null } as const;
    const made = newImport(asked, world.clock.ms + askedAfterMs);
    const upload = newUpload(
      {
        id: uploadId,
        owner,
        purpose: 'recipients',
        source: 'api',
        fileName: 'a',
        objectKey: 'a',
        onInvalidRows: 'skip',
        requiredColumns: [],
      },
      world.clock.ms,
    );
    await world.uploads.create({ ...upload, status: 'ready' }, null);
    await world.imports.create({ ...made, state: 'completed', completedAtMs: made.createdAtMs }, null);
    const reportKey = `exports/${owner}/${made.id}/${uploadId}/${world.ids.ulid()}/errors.csv`;
    world.objects.objects.set(
      reportKey,
      Buffer.from('\uFEFFphoneNumber,row,code,reason\r\n010-2345-6789,2,invalid_value,x\r\n'),
    );
    const anew = '821034567890';
    later(minute);
    for (const digits of [gone, anew]) await world.erase(owner, digits);
    later(minute);
    const change = { source: 'import', marketing: true, importId: made.id, asOfMs: made.createdAtMs } as const;
    await world.permissions.change(owner, gone, change, world.clock.ms);
    await world.permissions.change(owner, anew, { source: 'api', marketing: true }, world.clock.ms);
    await world.toTheEnd(owner);
    expect((await world.permissions.readMany(owner, [gone, anew])).has(anew)).toBe(true);
    expect((await world.permissions.readMany(owner, [gone])).size).toBe(0);
    expect(await world.traces(gone)).toEqual([]);
  });
});
