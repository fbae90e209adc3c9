import { DynamoDBClient, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dueChecks } from '../../../shared/adapters/dynamo/due-checks.ts';
import { openTable, type Table, TableBusy } from '../../../shared/adapters/dynamo/table.ts';
import { openUploadStore } from '../../../shared/adapters/dynamo/upload-store.ts';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import type { UploadStore } from '../../../shared/domain/uploads/ports.ts';
import { isRefused } from '../../../shared/domain/uploads/ports.ts';
import { newUpload, type Upload } from '../../../shared/domain/uploads/upload.ts';
import { fakeUploadStore } from '../../domain/uploads/fake-uploads.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

const tenant = 'ten_01HZZZZZZZZZZZZZZZZZZZZZZZ';
const owner: OwnerId = tenant;
const atMs = Date.parse('2026-12-01T00:00:00Z');
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const idAt = (ms: number, n = 0) =>
  `upl_${Array.from({ length: 10 }, (_, i) => crockford[Math.floor(ms / 32 ** (9 - i)) % 32]).join('')}${String(n).padStart(16, '0')}` as const;

function uploadAt(ms: number, n = 0, whose: OwnerId = owner): Upload {
  const id = idAt(ms, n);
  const objectKey = `uploads/${whose}/${id}/a.csv`;
  return newUpload(
    {
      id,
      owner: whose,
      purpose: 'recipients',
      source: 'api',
      fileName: '고객.csv',
      objectKey,
      onInvalidRows: 'skip',
      requiredColumns: ['이름'],
    },
    ms,
  );
}
const begun = (attempt: string) =>
  ({ status: 'validating', attempt, tries: 1, leaseUntilMs: atMs, checkAtMs: atMs + 60_000 }) as const;

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

describe.each<[string, () => Promise<UploadStore>]>([
  ['in memory', async () => fakeUploadStore()],
  ['in the table', async () => openUploadStore(await dynamo.newTable())],
])('uploads %s', (_, open) => {
  test('are found by their owner alone, as they were made', async () => {
    const store = await open();
    const upload = uploadAt(atMs);
    expect(await store.create(upload, null)).toEqual({ kind: 'created' });
    expect(await store.create(upload, null)).toEqual({ kind: 'exists' });
    expect(await store.find(owner, upload.id)).toEqual(upload);
    const checked = { width: 640, height: 480, sizeBytes: 5_000, sha256: 'ab' };
    const image: Upload = { ...uploadAt(atMs, 8), purpose: 'attachment', format: 'jpeg', image: checked };
    await store.create(image, null);
    expect(await store.find(owner, image.id)).toEqual(image);
    expect(await store.find(`${tenant}.test`, upload.id)).toBeNull();
    expect(await store.ownerOf(upload.id)).toBe(owner);
    expect(await store.ownerOf(idAt(atMs, 9))).toBeNull();
  });

  test('change only for whoever holds them, from the states a move allows', async () => {
    const store = await open();
    const upload = uploadAt(atMs);
    await store.create(upload, null);
    const first = await store.change(upload, 'begin', begun('A'));
    expect(first).toEqual({ ...upload, ...begun('A') });
    // The loser of the race sees who won.
    expect(await store.change(upload, 'begin', begun('B'))).toEqual({ refused: first });
    if (isRefused(first)) throw new Error('unreachable');
    const taken = await store.change(first, 'begin', begun('C'));
    expect(await store.change(first, 'progress', { phase: 'reading' })).toEqual({ refused: taken });
    if (isRefused(taken)) throw new Error('unreachable');
    const counts = {
      rows: 1,
      valid: 0,
      invalid: 1,
      duplicates: 0,
      columns: ['phoneNumber', '이름', '__proto__', 'constructor'],
      emptyCells: [
        { column: '이름', count: 1 },
        { column: '__proto__', count: 1 },
        { column: 'constructor', count: 1 },
      ],
      errors: [{ row: 2, column: 'phoneNumber', code: 'invalid_number', message: 'm', value: '' }],
    } as const;
    const done = await store.change(taken, 'finish', { status: 'ready', counts, checkAtMs: null });
    expect(done).toEqual({ ...taken, status: 'ready', counts, checkAtMs: null });
    expect(await store.find(owner, upload.id)).toEqual(done);
    for (const move of ['begin', 'progress', 'finish', 'check'] as const) {
      expect(await store.change(taken, move, { tries: 9 })).toEqual({ refused: done });
    }
    expect(await store.change(uploadAt(atMs, 5), 'begin', begun('A'))).toEqual({ refused: null });
  });

  test('of many who begin at once, one wins', async () => {
    const store = await open();
    const upload = uploadAt(atMs);
    await store.create(upload, null);
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, i) => store.change(upload, 'begin', begun(`A${i}`))),
    );
    const winners = outcomes.filter((outcome) => !isRefused(outcome));
    expect(winners).toEqual([await store.find(owner, upload.id)]);
  });

  test('are listed newest first, page by page, between two times', async () => {
    const store = await open();
    const uploads = [0, 1, 2, 3, 4].map((day) => uploadAt(atMs + day * 86_400_000, day));
    for (const upload of [...uploads, uploadAt(atMs, 7, `${tenant}.test`)]) await store.create(upload, null);
    const ask = async (question: Partial<Parameters<UploadStore['list']>[1]>) => {
      const { items, next } = await store.list(owner, {
        fromMs: 0,
        untilMs: atMs * 2,
        limit: 10,
        after: null,
        ...question,
      });
      return [items.map(({ id }) => uploads.findIndex((upload) => upload.id === id)), next];
    };
    expect(await ask({})).toEqual([[4, 3, 2, 1, 0], null]);
    expect(await ask({ limit: 2 })).toEqual([[4, 3], uploads[3]!.id]);
    expect(await ask({ limit: 2, after: uploads[3]!.id })).toEqual([[2, 1], uploads[1]!.id]);
    expect(await ask({ limit: 2, after: uploads[1]!.id })).toEqual([[0], null]);
    expect(await ask({ fromMs: uploads[1]!.createdAtMs, untilMs: uploads[3]!.createdAtMs })).toEqual([[2, 1], null]);
    expect(await ask({ fromMs: 5, untilMs: 5 })).toEqual([[], null]);
  });

  test('are retired, then forgotten, unless a dispatch uses them', async () => {
    const store = await open();
    const free = uploadAt(atMs);
    const used: Upload = { ...uploadAt(atMs, 1), usedBy: 'dsp_01HZZZZZZZZZZZZZZZZZZZZZZZ' };
    await store.create(free, null);
    await store.create(used, null);
    expect(await store.retire(owner, used.id)).toBe('in_use');
    expect(await store.find(owner, used.id)).toEqual(used);
    expect(await store.retire(owner, free.id)).toBe('retired');
    expect(await store.find(owner, free.id)).toEqual({ ...free, status: 'expired', checkAtMs: null });
    expect(await store.change(free, 'begin', begun('A'))).toMatchObject({ refused: { status: 'expired' } });
    expect(await store.retire(owner, free.id)).toBe('retired');
    await store.forget(owner, free.id);
    await store.forget(owner, free.id);
    expect(await store.retire(owner, free.id)).toBe('absent');
    expect(await store.ownerOf(free.id)).toBeNull();
  });

  test('are held only while they are ready, by whoever read them last; from then on they stay', async () => {
    const store = await open();
    const evidence: Upload = { ...uploadAt(atMs), purpose: 'evidence', status: 'ready' };
    const others: Upload[] = [
      { ...uploadAt(atMs, 2), purpose: 'evidence', status: 'validating' },
      { ...uploadAt(atMs, 3), purpose: 'evidence', status: 'expired' },
      { ...uploadAt(atMs, 4), purpose: 'document', status: 'rejected' },
    ];
    const free: Upload = { ...uploadAt(atMs, 1), status: 'ready' };
    for (const upload of [evidence, free, ...others]) await store.create(upload, null);
    const hold = { attempt: 'A', heldBy: ['consent'], attachedAtMs: 5, awaitsCopy: true };
    for (const upload of others) expect(await store.change(upload, 'hold', hold)).toEqual({ refused: upload });
    const strange = { ...evidence, owner: 'ten_01HZZZZZZZZZZZZZZZZZZZZZZY' as const };
    expect(await store.change(strange, 'hold', hold)).toEqual({ refused: null });
    const held = await store.change(evidence, 'hold', hold);
    expect(held).toEqual({ ...evidence, ...hold });
    expect(await store.change(evidence, 'hold', { ...hold, attempt: 'B' })).toEqual({ refused: held });
    if (isRefused(held)) throw new Error('unreachable');
    const kept = { ...held, awaitsCopy: false, checkAtMs: null };
    expect(await store.change(held, 'keep', { awaitsCopy: false, checkAtMs: null })).toEqual(kept);
    expect(await store.find(owner, evidence.id)).toEqual(kept);
    expect(await store.change(kept, 'expire', { status: 'expired' })).toEqual({ refused: kept });
    expect(await store.retire(owner, evidence.id)).toBe('in_use');
    expect(await store.change(free, 'expire', { status: 'expired' })).toMatchObject({ status: 'expired' });
  });
});

describe('in the table only', () => {
  test('evidence that is kept is neither looked after nor forgotten', async () => {
    const store = openUploadStore(table);
    const upload: Upload = { ...uploadAt(atMs + 7), purpose: 'evidence', status: 'ready', checkAtMs: 1_000 };
    await store.create(upload, null);
    expect(await dueChecks(table, 1_000, 10)).toEqual([upload.id]);
    const held = { heldBy: ['consent'], attachedAtMs: 5, awaitsCopy: true, checkAtMs: 900 };
    await store.change(upload, 'hold', held);
    expect(await dueChecks(table, 1_000, 10)).toEqual([upload.id]);
    await store.change(upload, 'keep', { awaitsCopy: false, checkAtMs: null });
    expect(await dueChecks(table, 1_000, 10)).toEqual([]);
    const Key = { pk: `T#${owner}`, sk: `UPLOAD#${upload.id}` };
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key }));
    expect(Item).not.toHaveProperty('expiresAt');
  });

  test('the sweeper finds an upload when its time has come, and not after it moved on', async () => {
    const store = openUploadStore(table);
    const upload = uploadAt(atMs);
    await store.create(upload, null);
    expect(await dueChecks(table, upload.checkAtMs! - 1, 10)).toEqual([]);
    expect(await dueChecks(table, upload.checkAtMs!, 10)).toEqual([upload.id]);
    const moved = await store.change(upload, 'begin', { ...begun('A'), checkAtMs: upload.checkAtMs! + 5 });
    expect(await dueChecks(table, upload.checkAtMs!, 10)).toEqual([]);
    if (isRefused(moved)) throw new Error('unreachable');
    await store.change(moved, 'finish', { status: 'rejected', checkAtMs: null });
    expect(await dueChecks(table, upload.checkAtMs! + 86_400_000, 10)).toEqual([]);
  });

  test('the first answer is kept with the upload, and its repetition makes nothing', async () => {
    const store = openUploadStore(table);
    const record: IdempotencyRecord = {
      scope: owner,
      key: 'k',
      requestHash: 'h',
      status: 201,
      bodyGzip: new Uint8Array([1]),
      requestedAtMs: Date.now(),
      expiresAtMs: Date.now() + 60_000,
    };
    expect(await store.create(uploadAt(atMs, 20), record)).toEqual({ kind: 'created' });
    expect(await store.create(uploadAt(atMs, 21), record)).toEqual({ kind: 'replayed' });
    expect(await store.find(owner, uploadAt(atMs, 21).id)).toBeNull();
  });

  test('a dispatch marks it as used without disturbing the validation', async () => {
    const store = openUploadStore(table);
    const upload = uploadAt(atMs, 30);
    await store.create(upload, null);
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: `T#${owner}`, sk: `UPLOAD#${upload.id}` },
        UpdateExpression: 'SET usedBy = :id',
        ExpressionAttributeValues: { ':id': 'dsp_01HZZZZZZZZZZZZZZZZZZZZZZZ' },
      }),
    );
    expect(await store.change(upload, 'begin', begun('A'))).toMatchObject({ usedBy: 'dsp_01HZZZZZZZZZZZZZZZZZZZZZZZ' });
  });

  test('whose a document is stays known as long as cases hold it, and goes a while after it', async () => {
    const store = openUploadStore(table);
    const upload: Upload = { ...uploadAt(atMs, 41), purpose: 'document', status: 'ready' };
    await store.create(upload, null);
    const ownerItem = async () =>
      (
        await table.client.send(
          new GetCommand({ TableName: table.name, Key: { pk: `UPLOAD#${upload.id}`, sk: 'OWNER' } }),
        )
      ).Item;
    const held = await store.change(upload, 'hold', { heldBy: ['identity'], attachedAtMs: atMs, awaitsCopy: true });
    expect(held).toMatchObject({ heldBy: ['identity'], awaitsCopy: true });
    expect(await ownerItem()).toMatchObject({ owner });
    expect(await ownerItem()).not.toHaveProperty('expiresAt');
    // Another's word for the same id changes nothing
    expect(await store.change(uploadAt(atMs, 42), 'hold', { heldBy: ['identity'] })).toEqual({ refused: null });
    const gone = await store.change(upload, 'letGo', { status: 'expired', expiresAtMs: atMs });
    if (isRefused(gone)) throw new Error('unreachable');
    await store.change(gone, 'forgetFile', { checkAtMs: null });
    expect((await ownerItem())?.expiresAt).toBe(atMs / 1_000 + (30 + 240) * 86_400);
  });

  test('where it lies', async () => {
    const store = openUploadStore(table);
    const upload = uploadAt(atMs, 40);
    await store.create(upload, null);
    const read = async (Key: { pk: string; sk: string }) =>
      (await table.client.send(new GetCommand({ TableName: table.name, Key }))).Item;
    expect(await read({ pk: 'T#ten_01HZZZZZZZZZZZZZZZZZZZZZZZ', sk: `UPLOAD#${upload.id}` })).toMatchObject({
      entity: 'upload',
      expiresAt: atMs / 1000 + 3600 + 30 * 86_400,
    });
    expect(await read({ pk: `UPLOAD#${upload.id}`, sk: 'OWNER' })).toMatchObject({ entity: 'uploadOwner', owner });
  });
});

describe('when the table fails', () => {
  const mocked = () => {
    const client = new DynamoDBClient({ region: 'ap-northeast-2' });
    const waits: number[] = [];
    const at: Table = {
      ...openTable('t', client),
      random: () => 1,
      sleep: async (ms) => void waits.push(ms),
    };
    return { mock: mockClient(at.client), store: openUploadStore(at), waits };
  };
  const conflict = () => new TransactionConflictException({ message: 'conflict', $metadata: {} });

  test('a conflict with a dispatch’s transaction is waited out, not taken for a lost race', async () => {
    const { mock, store, waits } = mocked();
    mock
      .on(UpdateCommand)
      .rejectsOnce(conflict())
      .rejectsOnce(conflict())
      .resolves({ Attributes: uploadAt(atMs) });
    expect(await store.change(uploadAt(atMs), 'begin', begun('A'))).toEqual(uploadAt(atMs));
    expect(waits).toEqual([50, 100]);
  });

  test('conflicts without end and throttles are told as such', async () => {
    const { mock, store } = mocked();
    mock.on(UpdateCommand).rejects(conflict());
    await expect(store.change(uploadAt(atMs), 'begin', begun('A'))).rejects.toBeInstanceOf(TableBusy);
    mock.on(UpdateCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    await expect(store.change(uploadAt(atMs), 'begin', begun('A'))).rejects.toThrow('slow down');
  });

  test('an item that this service did not write is refused on the way out', async () => {
    const { mock, store } = mocked();
    mock.on(GetCommand).resolves({ Item: { ...uploadAt(atMs), status: 'lost' } });
    await expect(store.find(owner, uploadAt(atMs).id)).rejects.toThrow('status');
  });
});
