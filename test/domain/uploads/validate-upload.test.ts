import { beforeEach, describe, expect, test } from 'vitest';
import { deleteUpload } from '../../../shared/domain/uploads/delete-upload.ts';
import { sweepUpload } from '../../../shared/domain/uploads/sweep-upload.ts';
import type { Upload } from '../../../shared/domain/uploads/upload.ts';
import { isNewer } from '../../../shared/domain/uploads/upload.ts';
import { goodFile, owner, tenant, World } from './fake-uploads.ts';
import { inlineRow, sheetOf, workbookOf } from './workbook-builder.ts';

let world: World;
beforeEach(() => {
  world = new World();
});

describe('a file that was put', () => {
  test('becomes a recipient list', async () => {
    const upload = await world.made();
    await world.deliver(world.put(upload.objectKey, `${goodFile(1203)}010-12,bad\n`));
    const done = await world.now(upload);
    expect(done).toMatchObject({
      status: 'ready',
      format: 'csv',
      phase: null,
      leaseUntilMs: null,
      counts: { rows: 1204, valid: 1203, invalid: 1, duplicates: 0 },
      list: { columns: ['phoneNumber', 'name'], rows: 1203, rejected: 1 },
    });
    expect(world.objects.get(done.list!.rowsKey)!.toString().split('\n')[1]).toBe('[2,"821020000000","이름0"]');
    expect(world.objects.get(done.list!.rejectedKey)!.toString()).toContain('invalid_number');
    expect(
      JSON.parse(world.objects.get(`lists/${owner}/${upload.id}/${done.attempt}/index.json`)!.toString()),
    ).toMatchObject({
      rows: 1203,
      rejected: 1,
    });
    expect(world.objects.get(done.reportKey!)!.toString()).toContain('010-12,bad,1205,invalid_number');
    expect(done.expiresAtMs).toBe(world.nowMs + 180 * 86_400_000);
    expect(world.unfinished.size).toBe(0);
  });

  test('shows rising progress and renews its lease', async () => {
    const upload = await world.made();
    const seen: number[] = [];
    world.beforeChunk = async () => {
      world.nowMs += 10_000;
      const { progress, leaseUntilMs, status } = await world.now(upload);
      expect(status).toBe('validating');
      expect(leaseUntilMs).toBeGreaterThan(world.nowMs);
      seen.push(progress.rows);
    };
    world.chunkBytes = 100_000;
    await world.deliver(world.put(upload.objectKey, goodFile(60_000)));
    expect(new Set(seen).size).toBeGreaterThanOrEqual(5);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test('under reject, errors reject it and only the report is written', async () => {
    const upload = await world.made('a.csv', { onInvalidRows: 'reject' });
    await world.deliver(world.put(upload.objectKey, `${goodFile(3)}x,bad\n`));
    const done = await world.now(upload);
    expect(done).toMatchObject({ status: 'rejected', list: null, problem: null, counts: { invalid: 1, valid: 3 } });
    expect([...world.objects.keys()].filter((key) => !key.startsWith('uploads/'))).toEqual([done.reportKey]);
  });

  test.each<[string, string | Buffer, string]>([
    ['a.csv', '', 'empty_file'],
    ['a.csv', 'name\nx\n', 'phone_column_missing'],
    ['a.csv', Buffer.from('PK\u0003\u0004zip'), 'unsupported_format'],
    ['a.xlsx', Buffer.from('PK\u0003\u0004cut'), 'unreadable_file'],
    ['a.xls', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(9000)]), 'unsupported_format'],
    [
      'a.xlsx',
      Buffer.concat([
        Buffer.from('d0cf11e0a1b11ae1', 'hex'),
        Buffer.alloc(9000),
        Buffer.from('EncryptedPackage', 'utf16le'),
      ]),
      'unreadable_file',
    ],
    ['a.csv', Buffer.alloc(30 * 1024 * 1024 + 1, 0x61), 'too_large'],
  ])('%s with trouble is rejected: %#', async (name, content, code) => {
    const upload = await world.made(name);
    await world.deliver(world.put(upload.objectKey, content));
    expect(await world.now(upload)).toMatchObject({ status: 'rejected', problem: { code }, list: null });
    expect([...world.objects.keys()]).toEqual(code === 'too_large' ? [] : [upload.objectKey]);
    expect(world.unfinished.size).toBe(0);
  });

  test('a lying event does not make us read a file that is too large', async () => {
    const upload = await world.made();
    const event = world.put(upload.objectKey, Buffer.alloc(31 * 1024 * 1024, 0x61));
    world.beforeChunk = () => expect.unreachable();
    await world.deliver({ ...event, file: { ...event.file, sizeBytes: 10 } });
    expect(await world.now(upload)).toMatchObject({ status: 'rejected', problem: { code: 'too_large' } });
    expect(world.objects.size).toBe(0);
  });

  test.each([
    ['recipients', 30 * 1024 * 1024, 'too_large'],
    ['attachment', 300 * 1024, 'image_too_large'],
    ['evidence', 10 * 1024 * 1024, 'too_large'],
    ['document', 10 * 1024 * 1024, 'too_large'],
  ] as const)(
    'of %s one byte above %i is removed before a byte is read, and again when it is put again',
    async (purpose, bytesMax, code) => {
      const upload = await world.made('a', { purpose });
      const large = Buffer.alloc(bytesMax + 1);
      const { whole, head } = world.files;
      Object.assign(world.files, { whole: () => expect.unreachable(), head: () => expect.unreachable() });
      await world.deliver(world.put(upload.objectKey, large));
      expect(await world.now(upload)).toMatchObject({ status: 'rejected', problem: { code } });
      expect(world.objects.size).toBe(0);
      Object.assign(world.files, { whole, head });
      await world.deliver(world.put(upload.objectKey, large));
      expect(world.objects.size).toBe(0);
    },
  );

  test('what is too large is removed from over a checked file; what was put since then stays', async () => {
    const upload = await world.made();
    await world.deliver(world.put(upload.objectKey, goodFile(3)));
    const large = world.put(upload.objectKey, Buffer.alloc(31 * 1024 * 1024));
    world.put(upload.objectKey, goodFile(4));
    await world.deliver(large);
    expect(world.objects.get(upload.objectKey)?.toString()).toBe(goodFile(4));
    expect(await world.now(upload)).toMatchObject({ status: 'ready', counts: { rows: 3 } });
  });

  test.each<[string, Partial<Upload>, boolean]>([
    ['was handed in and copied', { status: 'ready', attachedAtMs: 1, heldBy: ['identity'] }, true],
    ['is being handed in', { status: 'ready', attachedAtMs: 1, heldBy: ['identity'], awaitsCopy: true }, false],
    ['waits to be handed in', { status: 'ready' }, false],
    ['has expired', { status: 'expired' }, true],
  ])('a document that is put once more after it %s', async (_, state, isRemoved) => {
    const upload = await world.made('a.pdf', { purpose: 'document', ...state });
    await world.deliver(world.put(upload.objectKey, 'again'));
    expect(world.objects.has(upload.objectKey)).toBe(!isRemoved);
  });

  test('what was dropped into an inbox is its tenant’s own, and stays', async () => {
    const key = `inbox/${owner}/a.csv`;
    await world.deliver(world.put(key, Buffer.alloc(31 * 1024 * 1024)));
    expect([...world.uploads.all.values()]).toMatchObject([{ status: 'rejected', problem: { code: 'too_large' } }]);
    expect(world.objects.has(key)).toBe(true);
  });

  test('xlsx and xlsm', async () => {
    const bytes = await workbookOf({ sheet: sheetOf(inlineRow(1, 'phoneNumber') + inlineRow(2, '01020000001')) });
    for (const format of ['xlsx', 'xlsm'] as const) {
      const upload = await world.made(`a.${format}`);
      await world.deliver(world.put(upload.objectKey, bytes));
      expect(await world.now(upload)).toMatchObject({ status: 'ready', format, counts: { valid: 1 } });
    }
  });

  test('wakes the dispatch that waits for it', async () => {
    const upload = await world.made('a.csv', { usedBy: 'dsp_01HZZZZZZZZZZZZZZZZZZZZZZZ' });
    await world.deliver(world.put(upload.objectKey, goodFile(1)));
    expect(world.woken).toEqual(['dsp_01HZZZZZZZZZZZZZZZZZZZZZZZ']);
  });
});

describe('events that come twice, late, out of order', () => {
  test('the same event twice validates once', async () => {
    const upload = await world.made();
    const event = world.put(upload.objectKey, goodFile(10));
    await Promise.all([world.deliver(event), world.deliver(event)]);
    const done = await world.now(upload);
    await world.deliver(event);
    expect(await world.now(upload)).toEqual(done);
    expect(done.status).toBe('ready');
    expect([...world.objects.keys()].filter((key) => key.endsWith('rows.ndjson'))).toHaveLength(1);
  });

  test('a put after ready or rejected changes nothing', async () => {
    for (const content of [goodFile(3), 'nothing']) {
      const upload = await world.made();
      await world.deliver(world.put(upload.objectKey, content));
      const done = await world.now(upload);
      await world.deliver(world.put(upload.objectKey, goodFile(5, 30_000_000)));
      expect(await world.now(upload)).toEqual(done);
    }
  });

  test('replaced while validating: the newest file wins, the old result is nobody’s', async () => {
    const upload = await world.made();
    const first = world.put(upload.objectKey, goodFile(40_000));
    let second: Promise<void> | null = null;
    world.beforeChunk = (chunk) => {
      if (chunk === 1 && second === null) second = world.deliver(world.put(upload.objectKey, goodFile(7, 50_000_000)));
    };
    await world.deliver(first);
    await second;
    const done = await world.now(upload);
    expect(done).toMatchObject({ status: 'ready', counts: { rows: 7 }, tries: 1 });
    expect(world.objects.get(done.list!.rowsKey)!.toString()).toContain('821050000006');
    expect(world.logged).toContain('a validation was overtaken');
    expect(world.unfinished.size).toBe(0);
  });

  test('an old result that comes at the very end still loses', async () => {
    const upload = await world.made();
    const first = world.put(upload.objectKey, goodFile(3));
    // No progress is written for so small a file: only the last write can notice.
    world.beforeChunk = async (chunk) => {
      world.beforeChunk = () => undefined;
      if (chunk === 0) await world.deliver(world.put(upload.objectKey, goodFile(4, 60_000_000)));
    };
    await world.deliver(first);
    expect(await world.now(upload)).toMatchObject({ status: 'ready', counts: { rows: 4 } });
  });

  test('the newer event first: the older one finds nothing to do', async () => {
    const upload = await world.made();
    const older = world.put(upload.objectKey, goodFile(3));
    const newer = world.put(upload.objectKey, goodFile(4));
    let delivered = false;
    world.beforeChunk = async () => {
      if (delivered) return;
      delivered = true;
      await world.deliver(older);
    };
    await world.deliver(newer);
    expect(await world.now(upload)).toMatchObject({ status: 'ready', counts: { rows: 4 } });
    expect(world.logged).toContain('a newer file is being validated');
  });

  test('the older event first, the file already replaced: nothing is read until the newer event comes', async () => {
    const upload = await world.made();
    const older = world.put(upload.objectKey, goodFile(3));
    const newer = world.put(upload.objectKey, goodFile(4));
    await world.deliver(older);
    expect(await world.now(upload)).toMatchObject({ status: 'validating' });
    await world.deliver(newer);
    expect(await world.now(upload)).toMatchObject({ status: 'ready', counts: { rows: 4 } });
  });

  test('sequencers compare as the object store says', () => {
    expect(isNewer('0055AED6DCD90281E6', '0055AED6DCD90281E5')).toBe(true);
    expect(isNewer('0055AED6DCD90281E5', '0055AED6DCD90281E50')).toBe(false);
    expect(isNewer('0055AED6DCD90281E51', '0055AED6DCD90281E5')).toBe(true);
    expect(isNewer('0055aed6dcd90281e5', '0055AED6DCD90281E5')).toBe(false);
  });

  test.each(['retire', 'forget'] as const)('deleted while validating (%s) ends quietly', async (step) => {
    const upload = await world.made();
    world.beforeChunk = async () => void (await world.uploads[step](owner, upload.id));
    await world.deliver(world.put(upload.objectKey, goodFile(5)));
    expect((await world.uploads.find(owner, upload.id))?.status ?? 'expired').toBe('expired');
    expect(world.logged).toContain('a validation was overtaken');
  });

  test('a file removed before it is read', async () => {
    const upload = await world.made();
    const event = world.put(upload.objectKey, goodFile(5));
    world.objects.delete(upload.objectKey);
    await world.deliver(event);
    expect(await world.now(upload)).toMatchObject({ status: 'rejected', problem: { code: 'unreadable_file' } });
  });

  test('an upload that is gone, and keys that are nobody’s', async () => {
    await world.deliver(world.put(`uploads/${owner}/upl_01HZZZZZZZZZZZZZZZZZZZZZZZ/a.csv`, 'x'));
    expect(world.logged).toEqual(['warning: a file was put for an upload that is gone']);
    expect(world.objects.size).toBe(0);
    for (const key of ['uploads/x/a.csv', 'uploads/a', 'inbox/a.csv', 'inbox/nobody/a.csv', 'other/a.csv', '']) {
      await world.deliver(world.put(key, 'x'));
    }
    expect(world.strays).toBe(6);
  });
});

describe('workers that die', () => {
  test('while its lease lives a dead worker’s file waits; then the sweeper has it read again', async () => {
    const upload = await world.made();
    const event = world.put(upload.objectKey, goodFile(3));
    world.beforeChunk = () => {
      throw new Error('killed');
    };
    await expect(world.deliver(event)).rejects.toThrow('killed');
    world.beforeChunk = () => undefined;
    await world.deliver(event); // the queue delivers it again too early
    expect(await world.now(upload)).toMatchObject({ status: 'validating', tries: 1 });
    await sweepUpload(world, upload.id);
    expect(world.announced).toEqual([]);

    world.nowMs += 61_000;
    await sweepUpload(world, upload.id);
    expect(world.announced.map(({ key, file }) => ({ key, file }))).toEqual([{ key: event.key, file: event.file }]);
    await world.deliver(world.announced[0]!);
    expect(await world.now(upload)).toMatchObject({ status: 'ready', tries: 2 });
  });

  test('a worker that wakes up after its lease was taken over loses', async () => {
    const upload = await world.made();
    const event = world.put(upload.objectKey, goodFile(3));
    let taken = false;
    world.beforeChunk = async () => {
      if (taken) return;
      taken = true;
      world.nowMs += 61_000;
      await world.deliver(event);
    };
    await world.deliver(event);
    expect(await world.now(upload)).toMatchObject({ status: 'ready', tries: 2 });
    expect(world.logged).toContain('a validation was overtaken');
  });

  test('a replaced file whose event never comes is read in the end', async () => {
    const upload = await world.made();
    const event = world.put(upload.objectKey, goodFile(3));
    world.put(upload.objectKey, goodFile(4)); // its event is lost
    await world.deliver(event);
    world.nowMs += 61_000;
    await sweepUpload(world, upload.id);
    await world.deliver(world.announced[0]!);
    expect(await world.now(upload)).toMatchObject({ status: 'ready', counts: { rows: 4 } });
  });

  test('a file that ends every worker is given up', async () => {
    const upload = await world.made();
    const event = world.put(upload.objectKey, goodFile(3));
    world.beforeChunk = () => {
      throw new Error('out of memory');
    };
    for (let i = 0; i < 5; i++) {
      await expect(world.deliver(event)).rejects.toThrow();
      world.nowMs += 61_000;
    }
    await world.deliver(event);
    expect(await world.now(upload)).toMatchObject({ status: 'rejected', problem: { code: 'unreadable_file' } });
  });

  test('what was never put expires, after files that were late had their chance', async () => {
    const upload = await world.made();
    world.nowMs += 3_600_000;
    await sweepUpload(world, upload.id);
    expect((await world.now(upload)).status).toBe('awaiting_file');
    world.nowMs += 15 * 60_000;
    await sweepUpload(world, upload.id);
    expect(await world.now(upload)).toMatchObject({ status: 'expired', checkAtMs: null });
    await world.deliver(world.put(upload.objectKey, goodFile(3)));
    expect((await world.now(upload)).status).toBe('expired');
  });

  test('a ready upload expires with its list', async () => {
    const upload = await world.made();
    await world.deliver(world.put(upload.objectKey, goodFile(3)));
    world.nowMs += 180 * 86_400_000 - 1;
    await sweepUpload(world, upload.id);
    expect((await world.now(upload)).status).toBe('ready');
    world.nowMs += 1;
    await sweepUpload(world, upload.id);
    expect((await world.now(upload)).status).toBe('expired');
  });
});

describe('the inbox', () => {
  const only = async () =>
    (await world.uploads.list(tenant, { fromMs: 0, untilMs: Infinity, limit: 9, after: null })).items;

  test('a dropped file becomes an upload of the live owner, once', async () => {
    const event = world.put(`inbox/${tenant}/vip 고객.csv`, `${goodFile(3)}bad,x\n`);
    await Promise.all([world.deliver(event), world.deliver(event)]);
    await world.deliver(event);
    expect(await only()).toMatchObject([
      {
        source: 'inbox',
        owner: tenant,
        fileName: 'vip 고객.csv',
        status: 'ready',
        onInvalidRows: 'skip',
        counts: { valid: 3 },
      },
    ]);
  });

  test('what is dropped before the identity is approved is rejected unread, and taken once it is', async () => {
    world.verified = false;
    await world.deliver(world.put(`inbox/${tenant}/vip.csv`, goodFile(3)));
    expect(await only()).toMatchObject([
      { source: 'inbox', status: 'rejected', problem: { code: 'identity_not_verified' }, counts: null },
    ]);
    world.verified = true;
    await world.deliver(world.put(`inbox/${tenant}/vip.csv`, goodFile(3)));
    expect((await only()).map(({ status }) => status).sort()).toEqual(['ready', 'rejected']);
  });

  test('options come with the object', async () => {
    const key = `inbox/${tenant}/a.csv`;
    world.metadata.set(key, { 'on-invalid-rows': 'reject', 'required-columns': `name,${encodeURIComponent('도시')}` });
    await world.deliver(world.put(key, goodFile(3)));
    expect(await only()).toMatchObject([
      {
        status: 'rejected',
        onInvalidRows: 'reject',
        requiredColumns: ['name', '도시'],
        problem: { code: 'required_column_missing' },
      },
    ]);
  });

  test('a second drop under the same name is a second upload', async () => {
    const key = `inbox/${tenant}/a.csv`;
    await world.deliver(world.put(key, goodFile(3)));
    world.nowMs += 1_000;
    await world.deliver(world.put(key, goodFile(4)));
    expect((await only()).map(({ counts }) => counts?.rows)).toEqual([4, 3]);
  });

  test('replaced before it was looked at: only the newer one becomes an upload', async () => {
    const key = `inbox/${tenant}/a.csv`;
    const older = world.put(key, goodFile(3));
    const newer = world.put(key, goodFile(4));
    await world.deliver(newer);
    await world.deliver(older);
    expect((await only()).map(({ counts }) => counts?.rows)).toEqual([4]);
  });

  test.each([
    ['a.pdf', {}, 'unsupported_format'],
    ['a.xls', {}, 'unsupported_format'],
    ['noending', {}, 'unsupported_format'],
    ['a.csv', { 'on-invalid-rows': 'maybe' }, 'unreadable_file'],
    ['a.csv', { 'required-columns': '%' }, 'unreadable_file'],
  ])('%s %j is recorded as rejected', async (name, metadata, code) => {
    const key = `inbox/${tenant}/${name}`;
    world.metadata.set(key, metadata);
    await world.deliver(world.put(key, goodFile(3)));
    expect(await only()).toMatchObject([{ status: 'rejected', problem: { code } }]);
  });

  test('for a tenant that does not exist: counted and said, no upload', async () => {
    await world.deliver(world.put('inbox/ten_01HYYYYYYYYYYYYYYYYYYYYYYY/a.csv', goodFile(3)));
    expect(world.strays).toBe(1);
    expect(world.logged).toEqual(['warning: a file was dropped for a tenant that does not exist']);
    expect(world.uploads.all.size).toBe(0);
  });

  test('folders that a console makes are no files', async () => {
    await world.deliver(world.put(`inbox/${tenant}/`, ''));
    expect(world.strays).toBe(0);
    expect(world.uploads.all.size).toBe(0);
  });
});

describe('removing', () => {
  const removed: string[] = [];
  const objects = {
    remove: async (keys: readonly string[]) => void removed.push(...keys),
    removeUnder: async (prefix: string) => void removed.push(prefix),
  };
  beforeEach(() => removed.splice(0));

  test('takes the upload and everything made from it', async () => {
    const upload = await world.made();
    expect(await deleteUpload({ uploads: world.uploads, objects }, owner, upload.id)).toBe('removed');
    expect(removed).toEqual(['uploads', 'lists', 'exports'].map((top) => `${top}/${owner}/${upload.id}/`));
    expect(await deleteUpload({ uploads: world.uploads, objects }, owner, upload.id)).toBe('absent');
  });

  test('can be asked for again when objects could not be removed', async () => {
    const upload = await world.made();
    const failing = { ...objects, removeUnder: () => Promise.reject(new Error('down')) };
    await expect(deleteUpload({ uploads: world.uploads, objects: failing }, owner, upload.id)).rejects.toThrow('down');
    expect((await world.now(upload)).status).toBe('expired');
    await world.deliver(world.put(upload.objectKey, goodFile(3)));
    expect((await world.now(upload)).status).toBe('expired');
    expect(await deleteUpload({ uploads: world.uploads, objects }, owner, upload.id)).toBe('removed');
    expect(await world.uploads.find(owner, upload.id)).toBeNull();
  });

  test('not while a dispatch uses it, and not another owner’s', async () => {
    const upload = await world.made('a.csv', { usedBy: 'dsp_01HZZZZZZZZZZZZZZZZZZZZZZZ' });
    expect(await deleteUpload({ uploads: world.uploads, objects }, owner, upload.id)).toBe('in_use');
    expect(await deleteUpload({ uploads: world.uploads, objects }, `${tenant}.test`, upload.id)).toBe('absent');
    expect(removed).toEqual([]);
  });

  test('a dropped file too', async () => {
    const key = `inbox/${tenant}/a.csv`;
    await world.deliver(world.put(key, goodFile(3)));
    const [upload] = [...world.uploads.all.values()];
    await deleteUpload({ uploads: world.uploads, objects }, owner, upload!.id);
    expect(removed).toContain(key);
  });
});
