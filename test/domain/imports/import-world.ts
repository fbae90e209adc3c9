import { ulid } from 'ulid';
import type { OwnerId, UploadId } from '../../../shared/contracts/ids.ts';
import type { ImportMessage } from '../../../shared/contracts/queue-messages.ts';
import { listLines } from '../../../shared/domain/dispatches/prepare/lines.ts';
import {
  type CreateImportPorts,
  createImport,
  type ImportRequest,
} from '../../../shared/domain/imports/create-import.ts';
import type { RowImport } from '../../../shared/domain/imports/row-import.ts';
import { type RunImportPorts, runImport } from '../../../shared/domain/imports/run-import.ts';
import { sweepImport } from '../../../shared/domain/imports/sweep-import.ts';
import type { RecipientList, RecipientRow } from '../../../shared/domain/recipients/recipient-list.ts';
import type { UploadStatus } from '../../../shared/domain/uploads/upload.ts';
import { recordOf } from '../../support/contracts/samples.ts';
import { createFakeClock, createFakeIds, type SeededRandom } from '../../support/fakes/clock.ts';
import { createFakeContacts } from '../../support/fakes/contacts.ts';
import { createFakeImportStore } from '../../support/fakes/import-store.ts';
import type { Interleaver } from '../../support/fakes/interleaver.ts';
import { createFakePermissions } from '../../support/fakes/permissions.ts';
import { createFakeQueue } from '../../support/fakes/queue.ts';
import { Crash, type Watcher, watchPorts } from '../../support/fakes/watched.ts';

export const owner: OwnerId = 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV';
/** Of a file from long before everything else, unless another is filed. */
export const uploadId: UploadId = 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV';
export const minuteMs = 60_000;
export const digitsOf = (n: number): string => `8210${20_000_000 + n}`;

export type ImportPorts = RunImportPorts & CreateImportPorts;
export type ImportWorld = ReturnType<typeof createImportWorld>;

/** Imports over one upload in memory, with their queue and the sweeper. */
export function createImportWorld() {
  const clock = createFakeClock();
  const objects = new Map<string, Uint8Array>();
  const upload = { status: 'ready' as UploadStatus, list: null as RecipientList | null };
  let fileId = uploadId;
  const imports = createFakeImportStore((id) => (id === fileId ? upload.status : null));
  const permissions = createFakePermissions();
  const contacts = createFakeContacts();
  let records = 0;
  const queue = createFakeQueue<ImportMessage>(clock, { visibilitySeconds: 660, receives: 5 }, () => records++);
  const unfinished = new Set<string>();
  const ports: ImportPorts = {
    imports,
    permissions,
    contacts,
    uploads: {
      find: async (whose, id) =>
        whose === owner && id === fileId ? { ...upload, expiresAtMs: clock.now() + 180 * 86_400_000 } : null,
    },
    rows: {
      async *stream(key) {
        const bytes = objects.get(key)!;
        for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
      },
      range: async (key, offset, length) => objects.get(key)!.subarray(offset, offset + length),
    },
    reports: {
      open(key) {
        const parts: Uint8Array[] = [];
        unfinished.add(key);
        return {
          write: async (block) => void parts.push(Uint8Array.from(block)),
          close: async () => {
            unfinished.delete(key);
            objects.set(key, Buffer.concat(parts));
          },
          abandon: async () => void unfinished.delete(key),
        };
      },
    },
    importQueue: { step: async (message, delaySeconds) => void queue.put(message, delaySeconds) },
    time: clock,
    ids: createFakeIds(),
    log: { info: () => {}, warn: () => {} },
  };

  const world = {
    ...{ clock, objects, upload, imports, permissions, contacts, queue, unfinished, ports },

    /** The file comes now. */
    filed(): void {
      fileId = `upl_${ulid(clock.now())}`;
    },

    /** Has the upload become a list of these rows: `[number, ...cells]`. */
    validated(columns: readonly string[], rows: readonly (readonly [number, ...string[]])[]): void {
      const lines = rows.map(([n, ...cells], i): RecipientRow => [i + 2, digitsOf(n), ...cells]);
      const [rowsKey, all] = ['lists/a/rows.ndjson', ['phoneNumber', ...columns]];
      objects.set(rowsKey, listLines(all, lines));
      Object.assign(upload, {
        status: 'ready',
        list: { rowsKey, rejectedKey: 'lists/a/rejected.ndjson', columns: all, rows: rows.length, rejected: 0 },
      });
    },

    async asked(over: Partial<ImportRequest> = {}, at: ImportPorts = ports): Promise<RowImport> {
      const request = { kind: 'consents', uploadId: fileId, onInvalidRows: 'reject', contacts: null, ...over } as const;
      const outcome = await createImport(at, owner, request, clock.now(), () => recordOf(owner));
      if (outcome.kind !== 'created') throw new Error(`It was refused: ${outcome.kind}`);
      return outcome.made;
    },

    /** Works on all that is due, as often as something is; what throws leaves its record in the queue. */
    async work(at: ImportPorts = ports): Promise<void> {
      for (let record = queue.due()[0]; record; record = queue.due()[0]) {
        const received = queue.receive(record);
        if (!received) continue;
        try {
          await runImport(at, received.work);
          queue.delete(received);
        } catch (error) {
          // What died comes again
          if (!(error instanceof Crash)) throw error;
        }
      }
    },

    /** A step of an import among others that go on at once; now and then time passes in it, or it is killed. */
    stepOf({ id: importId }: RowImport, interleaver: Interleaver, random: SeededRandom): () => Promise<void> {
      const watcher: Watcher = async () => {
        await interleaver.turn();
        if (random.chance(0.1)) clock.advance(random.below(20_000));
        if (random.chance(0.02)) throw new Crash('killed');
      };
      return () => runImport(watchPorts(ports, watcher), { importId }).catch(() => {});
    },

    async sweep(at: ImportPorts = ports): Promise<void> {
      for (const { id, nextCheckAtMs } of imports.all.values()) {
        if (nextCheckAtMs !== null && nextCheckAtMs <= clock.now()) await sweepImport(at, id);
      }
    },

    /** Lets time pass, second by second, with the sweeper every minute. */
    async runFor(ms: number, at: ImportPorts = ports): Promise<void> {
      const untilMs = clock.now() + ms;
      let sweptAtMs = clock.now();
      for (;;) {
        await world.work(at);
        if (clock.now() >= untilMs) return;
        clock.advance(1_000);
        if (clock.now() < sweptAtMs + minuteMs) continue;
        sweptAtMs = clock.now();
        await world.sweep(at);
      }
    },

    now: ({ id }: Pick<RowImport, 'id'>) => imports.all.get(id)!,
    known: async (n: number) => (await permissions.readMany(owner, [digitsOf(n)])).get(digitsOf(n)) ?? null,
    entries: (n: number) => permissions.history(owner, digitsOf(n)),
  };
  return world;
}
