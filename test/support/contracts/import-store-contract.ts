import { describe, expect, test } from 'vitest';
import type { ImportId, OwnerId, UploadId } from '../../../shared/contracts/ids.ts';
import type { ImportList, ImportStore } from '../../../shared/domain/imports/ports.ts';
import {
  type ImportMove,
  importStates,
  moves,
  newImport,
  type RowImport,
} from '../../../shared/domain/imports/row-import.ts';
import type { UploadStatus } from '../../../shared/domain/uploads/upload.ts';
import { newOwner, newUlid, newUploadId, noonMs, recordOf } from './samples.ts';

export interface ImportStoreUnderTest {
  readonly imports: ImportStore & ImportList;
  putUpload(owner: OwnerId, id: UploadId, status: UploadStatus): Promise<void>;
  keepersOf(owner: OwnerId, id: UploadId): Promise<readonly string[]>;
}

export const importOf = (over: Partial<RowImport> = {}): RowImport => {
  const id: ImportId = `imp_${newUlid()}`;
  const facts = {
    id,
    owner: newOwner(),
    uploadId: newUploadId(),
    kind: 'consents',
    onInvalidRows: 'reject',
    contacts: null,
  } as const;
  return { ...newImport(facts, noonMs), ...over };
};

/** What every store of imports must do. */
export function importStoreContract(begin: () => Promise<ImportStoreUnderTest>): void {
  async function created(over: Partial<RowImport> = {}) {
    const world = await begin();
    const made = importOf(over);
    await world.putUpload(made.owner, made.uploadId, 'ready');
    expect(await world.imports.create(made, null)).toEqual({ kind: 'created' });
    return { ...world, made };
  }

  describe('an import', () => {
    test('is read as it was made, and nobody reads one that is not', async () => {
      const { imports, made } = await created();
      expect(await imports.read(made.id)).toEqual(made);
      expect(await imports.read(`imp_${newUlid()}`)).toBeNull();
    });

    test.each(['awaiting_file', 'validating', 'ready'] as const)('keeps an upload that is %s', async (status) => {
      const { imports, putUpload, keepersOf } = await begin();
      const made = importOf();
      await putUpload(made.owner, made.uploadId, status);
      expect(await imports.create(made, null)).toEqual({ kind: 'created' });
      expect(await keepersOf(made.owner, made.uploadId)).toEqual([made.id]);
      await imports.letUploadGo(made);
      await imports.letUploadGo(made);
      expect(await keepersOf(made.owner, made.uploadId)).toEqual([]);
    });

    test.each(['rejected', 'expired', null] as const)('is not made of an upload that is %s', async (status) => {
      const { imports, putUpload } = await begin();
      const made = importOf();
      if (status) await putUpload(made.owner, made.uploadId, status);
      expect(await imports.create(made, null)).toEqual({ kind: 'upload_unusable' });
      expect(await imports.read(made.id)).toBeNull();
    });

    test('is made once under one key', async () => {
      const { imports, made, putUpload } = await created();
      const [first, second] = [importOf({ owner: made.owner }), importOf({ owner: made.owner })];
      for (const { owner, uploadId } of [first, second]) await putUpload(owner, uploadId, 'ready');
      const record = recordOf(made.owner, 'one');
      expect(await imports.create(first, record)).toEqual({ kind: 'created' });
      expect(await imports.create(second, record)).toEqual({ kind: 'replayed' });
      expect(await imports.read(second.id)).toBeNull();
    });

    test('two share an upload, and each lets go for itself', async () => {
      const { imports, made, keepersOf } = await created();
      const other = importOf({ owner: made.owner, uploadId: made.uploadId, kind: 'opt_outs' });
      await imports.create(other, null);
      await imports.letUploadGo(made);
      expect(await keepersOf(made.owner, made.uploadId)).toEqual([other.id]);
    });

    test('is written under its version only', async () => {
      const { imports, made } = await created();
      const next = await imports.move(made, 'begin', { ...made, state: 'applying', done: 5 });
      expect(next).toEqual({ ...made, state: 'applying', done: 5, version: 2 });
      expect(await imports.move(made, 'begin', { ...made, done: 9 })).toEqual({ refused: next });
      expect(await imports.read(made.id)).toEqual(next);
      const absent = importOf();
      expect(await imports.move(absent, 'begin', absent)).toEqual({ refused: null });
    });

    test('of two steps that begin at once, one does', async () => {
      const { imports, made } = await created();
      const steps = await Promise.all(
        [1, 2, 3].map((tries) => imports.move(made, 'begin', { ...made, state: 'checking', tries })),
      );
      expect(steps.filter((step) => !('refused' in step))).toHaveLength(1);
    });

    test.each(Object.keys(moves) as ImportMove[])('moves by %s from where that starts only', async (move) => {
      for (const state of importStates) {
        const { imports, made } = await created({ state });
        const outcome = await imports.move(made, move, made);
        const from: readonly string[] = moves[move].from;
        expect([state, 'refused' in outcome]).toEqual([state, !from.includes(state)]);
      }
    });
  });

  describe('the list of imports', () => {
    test('has those of an owner and a kind, newest first', async () => {
      const { imports, putUpload } = await begin();
      const owner = newOwner();
      const many = [0, 1, 2].map((n) => importOf({ owner, createdAtMs: noonMs + n }));
      const others = [importOf({ owner, kind: 'opt_outs' }), importOf({ owner: `${owner}.test` as OwnerId })];
      for (const made of [...many, ...others]) {
        await putUpload(made.owner, made.uploadId, 'ready');
        await imports.create(made, null);
      }
      const page = await imports.list(owner, 'consents', 2, null);
      expect(page.items).toEqual([many[2], many[1]]);
      expect(await imports.list(owner, 'consents', 2, page.next)).toEqual({ items: [many[0]], next: null });
      expect((await imports.list(owner, 'opt_outs', 2, null)).items).toEqual([others[0]]);
      expect(await imports.list(newOwner(), 'consents', 2, null)).toEqual({ items: [], next: null });
    });
  });
}
