import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { monotonicFactory } from 'ulid';
import { createBatchStore } from '../../../shared/adapters/dynamo/batch-store.ts';
import { createContactStore } from '../../../shared/adapters/dynamo/contact-store.ts';
import { createDispatchStore } from '../../../shared/adapters/dynamo/dispatch-store.ts';
import { openErasureStore } from '../../../shared/adapters/dynamo/erasure-store.ts';
import { createImportStore } from '../../../shared/adapters/dynamo/import-store.ts';
import { createNoticeStore } from '../../../shared/adapters/dynamo/notice-store.ts';
import { openPermissionEraser } from '../../../shared/adapters/dynamo/permission-eraser.ts';
import { createPermissionStore } from '../../../shared/adapters/dynamo/permission-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { openUploadStore } from '../../../shared/adapters/dynamo/upload-store.ts';
import { createErasedItems } from '../../../shared/adapters/rows/erased-items.ts';
import { createNumberBook } from '../../../shared/adapters/rows/number-book.ts';
import { createRowStore } from '../../../shared/adapters/rows/prepared-rows.ts';
import { createPreparedFiles } from '../../../shared/adapters/rows/prepared-writer.ts';
import { createLists } from '../../../shared/adapters/s3/lists.ts';
import type { DispatchId, OwnerId } from '../../../shared/contracts/ids.ts';
import { newContact } from '../../../shared/domain/contacts/create-contact.ts';
import { deleteContact } from '../../../shared/domain/contacts/delete-contact.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { firstMessage, listMessages } from '../../../shared/domain/dispatches/list-messages.ts';
import { type PreparePorts, prepareDispatch } from '../../../shared/domain/dispatches/prepare-dispatch.ts';
import { emptyPage, mergeChanges } from '../../../shared/domain/dispatches/result-page.ts';
import type { RowStatus } from '../../../shared/domain/dispatches/row-status.ts';
import { type RunErasurePorts, runErasure } from '../../../shared/domain/erasures/run-erasure.ts';
import { sweepErasure } from '../../../shared/domain/erasures/sweep-erasure.ts';
import { finished, newUpload, type Upload } from '../../../shared/domain/uploads/upload.ts';
import { doValidation } from '../../../shared/domain/uploads/validation-work.ts';
import { preparing } from '../../support/contracts/samples.ts';
import { ErasableObjects } from '../../support/erasable-objects.ts';
import { holds } from '../../support/traces.ts';

export const minute = 60_000;
export const hour = 60 * minute;

export type EraseWorld = ReturnType<typeof eraseWorld>;

/** The pass over the real stores on a table of the emulator, with objects in memory and a clock that is moved by hand. */
export function eraseWorld(table: Table, startMs: number) {
  const clock = { ms: startMs };
  const time = { now: () => clock.ms };
  const next = monotonicFactory();
  const ids = { ulid: () => next(clock.ms) };
  const log = { info: () => {}, warn: () => {} };
  const objects = new ErasableObjects();
  const dispatches = createDispatchStore(table, ids);
  const batches = createBatchStore(table);
  const rows = createRowStore(table, objects);
  const numbers = createNumberBook(table, objects, dispatches, rows);
  const eraser = openPermissionEraser(table, ids);
  const permissions = { ...createPermissionStore(table, ids), ...eraser };
  const contacts = createContactStore(table);
  const erasures = openErasureStore(table);
  const uploads = openUploadStore(table);
  const imports = createImportStore(table);
  const notices = createNoticeStore(table);
  const lists = createLists(objects);
  const records: OwnerId[] = [];
  const silent = { prepare: async () => {}, send: async () => {}, wave: async () => {}, plan: async () => {} };

  const ports: RunErasurePorts = {
    ...{ erasures, permissions, objects, dispatches, batches, uploads, imports, time, log },
    items: createErasedItems(table),
    eraseQueue: { erase: async ({ owner }) => void records.push(owner) },
  };
  const preparePorts: PreparePorts = {
    ...{ dispatches, batches, uploads, lists, rows, numbers, permissions, erasures, ids, log, time },
    files: createPreparedFiles(table, objects),
    carriers: { messagesPerSecond: () => null },
    queues: { ...silent, settle: async () => {} },
    releases: { mark: async () => {} },
    balances: { read: async () => ({ available: 0, held: 0, granted: 0, spent: 0 }) as never },
  };

  const read = async (id: DispatchId): Promise<Dispatch> => (await dispatches.read(id))!;

  const world = {
    table,
    clock,
    ids,
    ports,
    objects,
    records,
    ...{ dispatches, batches, rows, numbers, permissions, contacts, erasures, uploads, imports, notices, lists, read },

    /** A prepared dispatch of these people, in file order. Up to twenty lie in items. */
    async dispatch(owner: OwnerId, people: readonly string[], over: Partial<Dispatch> = {}): Promise<Dispatch> {
      const id: DispatchId = `dsp_${ids.ulid()}`;
      const recipients = people.map((to, i) => ({ to: `+${to}`, variables: { name: `Kim ${i}` } }));
      const list = await lists.write(`${owner}/${id}`, recipients);
      const text = { ...preparing().message, text: '{{ name }} hello' };
      const times = { createdAtMs: clock.ms, renderedAtMs: clock.ms };
      await dispatches.create(preparing({ id, owner, message: text, source: { list }, ...times, ...over }), null);
      await prepareDispatch(preparePorts, { dispatchId: id });
      return read(id);
    },
    prepare: (id: DispatchId) => prepareDispatch(preparePorts, { dispatchId: id }),

    /** Records a batch, with these statuses for its first rows and `delivered` for all others. */
    async record(id: DispatchId, n: number, ...statuses: readonly RowStatus[]): Promise<void> {
      const { attempt } = (await read(id)).prepared!;
      const batch = (await batches.read(id, attempt, n))!;
      const changes = Array.from({ length: batch.rows }, (_, row) => {
        const status = statuses[row] ?? 'delivered';
        return { row, status, code: status === 'skipped' ? ('opted_out' as const) : null, atMs: clock.ms };
      });
      const { page } = mergeChanges(batch.page ?? emptyPage(batch.rows), changes);
      await batches.change(id, attempt, batch, { ...batch, state: 'recorded', page });
    },

    /** Everybody of a dispatch as a customer sees it. */
    async shown(id: DispatchId) {
      const looking = { batches, rows };
      const page = await listMessages(looking, await read(id), { status: null, code: null }, firstMessage, 500, true);
      return page.items;
    },

    async upload(owner: OwnerId, csv: string, over: Partial<Upload> = {}): Promise<Upload> {
      const id = `upl_${ids.ulid()}` as const;
      const objectKey = `uploads/${owner}/${id}/people.csv`;
      const made = newUpload(
        {
          ...{ id, owner, purpose: 'recipients', source: 'api', fileName: 'people.csv', objectKey },
          ...{ onInvalidRows: 'skip', requiredColumns: [] },
          ...over,
        },
        clock.ms,
      );
      objects.objects.set(made.objectKey, Buffer.from(csv));
      const { eTag, sizeBytes } = (await objects.head(made.objectKey))!;
      const begun = { ...made, attempt: ids.ulid(), file: { eTag, sizeBytes, sequencer: '1' } };
      const found = await doValidation(
        { files: objects, lists: objects } as never,
        begun,
        eTag,
        async () => {},
        async () => {},
      );
      if (found.kind !== 'ready' && found.kind !== 'rows_rejected') throw new Error(found.kind);
      const isReady = found.kind === 'ready';
      const upload: Upload = {
        ...begun,
        ...finished('recipients', isReady ? 'ready' : 'rejected', clock.ms),
        ...{ format: 'csv', counts: found.counts, list: isReady ? found.list : null, reportKey: found.reportKey },
        ...over,
      };
      await uploads.create(upload, null);
      return upload;
    },

    /** Keeps the person as a contact and deletes them. */
    async erase(owner: OwnerId, digits: string) {
      const by = { importId: null, asOfMs: clock.ms, changedAtMs: clock.ms };
      const given = { digits, name: '박지민', attributes: {}, tags: ['vip'] };
      const contact = newContact(`con_${ids.ulid()}`, owner, given, by);
      const made = await contacts.create(contact, null, null);
      if (made.kind !== 'created') throw new Error(made.kind);
      return (await deleteContact({ contacts, permissions, eraser }, owner, contact.id, clock.ms))!;
    },

    /** What the sweeper and the queue would do now. */
    async work(owner: OwnerId, over: RunErasurePorts = ports): Promise<void> {
      await sweepErasure(over, owner);
      for (let record = records.shift(); record; record = records.shift()) await runErasure(over, { owner: record });
    },

    /** Passes, one after the other, until nothing is left to erase; answers how many. */
    async toTheEnd(owner: OwnerId, passesMax = 30): Promise<number> {
      for (let passes = 1; passes <= passesMax; passes++) {
        const job = await erasures.job(owner);
        if (job === null) return passes - 1;
        clock.ms = Math.max(clock.ms, job.nextCheckAtMs);
        await world.work(owner);
      }
      throw new Error('The erasures never end');
    },

    /** The places of the table and the objects that hold a number. */
    async traces(digits: string, isOf: (key: string) => boolean = () => true): Promise<readonly string[]> {
      const found: string[] = [];
      for (let from: Record<string, unknown> | undefined; ; ) {
        const page = await table.client.send(
          new ScanCommand({ TableName: table.name, ...(from ? { ExclusiveStartKey: from } : {}) }),
        );
        for (const item of page.Items ?? []) {
          if (holds(Buffer.from(JSON.stringify(item)), digits)) found.push(`${item.pk} ${item.sk}`);
        }
        from = page.LastEvaluatedKey;
        if (!from) break;
      }
      for (const [key, bytes] of objects.objects) if (holds(bytes, digits)) found.push(key);
      return found.filter(isOf).sort();
    },
  };
  return world;
}
