import { describe, expect, test } from 'vitest';
import type { DispatchId, OwnerId, UploadId } from '../../../shared/contracts/ids.ts';
import type { Hold } from '../../../shared/domain/credits/hold.ts';
import type { Balance, LedgerEntry } from '../../../shared/domain/credits/ledger.ts';
import { type Dispatch, type DispatchState, type Move, moves } from '../../../shared/domain/dispatches/dispatch.ts';
import { type DispatchStore, isRefused, type NewEvent } from '../../../shared/domain/dispatches/ports.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import { newDispatchId, newOwner, newUlid, newUploadId, noonMs, preparing, ready, recordOf } from './samples.ts';

/** A store of dispatches and what its transactions reach into. */
export interface DispatchWorld {
  readonly dispatches: DispatchStore;
  grant(owner: OwnerId, credits: number): Promise<void>;
  balanceOf(owner: OwnerId): Promise<Balance>;
  /** In any order. */
  ledgerOf(owner: OwnerId): Promise<readonly LedgerEntry[]>;
  /** What is remembered under the key of such a record. */
  rememberedOf(record: IdempotencyRecord): Promise<IdempotencyRecord | null>;
  /** Null: no credits were ever held for the dispatch. */
  holdOf(id: DispatchId): Promise<Hold | null>;
  /** Events that wait to be published, in order. */
  eventsOf(id: DispatchId): Promise<readonly NewEvent[]>;
  putUpload(owner: OwnerId, id: UploadId, status: 'validating' | 'ready' | 'rejected' | 'expired'): Promise<void>;
  /** Who keeps an upload from being removed. */
  uploadUsedBy(owner: OwnerId, id: UploadId): Promise<string | null>;
}

const states: readonly DispatchState[] = [
  'preparing',
  'ready',
  'sending',
  'completed',
  'canceling',
  'canceled',
  'failed',
];

/** What every store of dispatches must do, money aside. `open` may answer the same world again: ids never repeat. */
export function dispatchStoreContract(open: () => Promise<DispatchWorld>): void {
  const storedIn = async (state: DispatchState) => {
    const world = await open();
    const dispatch = preparing({ state });
    expect(await world.dispatches.create(dispatch, null)).toEqual({ kind: 'created' });
    return { ...world, dispatch };
  };

  describe('a dispatch', () => {
    test('that nobody created is not there', async () => {
      const { dispatches } = await open();
      expect(await dispatches.read(newDispatchId())).toBeNull();
    });

    test('comes back as it was written, every field of it', async () => {
      const { dispatches } = await open();
      const rich: Dispatch = ready(3, {
        name: null,
        message: {
          type: 'lms',
          from: '0212345678',
          subject: '공지',
          text: '{{ name }}',
          variables: [{ name: 'name', type: 'text', format: null, default: '고객' }],
          images: [{ uploadId: newUploadId(), key: 'k', sizeBytes: 3, sha256: 'ab', writtenAtMs: 7 }],
          characters: 'swap',
          advertisement: { advertiser: '봉수상점', optOutNumber: '0801234567', addParts: true },
        },
        night: { policy: 'wait', windows: { 'Asia/Seoul': { startMinute: 1_200, endMinute: 480 } } },
        duplicateBlockMinutes: 60,
        source: { list: { rowsKey: 'a', rejectedKey: 'b', columns: ['phoneNumber', 'name'], rows: 3, rejected: 1 } },
        lease: { attempt: newUlid(), untilMs: noonMs + 1 },
        cut: { row: 2, straddling: [{ batch: 0, within: 1 }] },
        confirmByMs: noonMs,
        startedAtMs: noonMs,
        failure: { code: 'insufficient_credits', detail: 'short' },
        cancelReason: 'requested',
        nextCheckAtMs: null,
        completedAtMs: noonMs,
        settledAtMs: noonMs,
        externalId: newUlid(),
        events: 2,
      });
      await dispatches.create(rich, null);
      expect(await dispatches.read(rich.id)).toEqual(rich);
    });
  });

  describe('creating', () => {
    test('remembers the answer with the dispatch; the same key again makes nothing', async () => {
      const { dispatches, rememberedOf } = await open();
      const [first, second] = [preparing(), preparing()];
      const record = recordOf(first.owner);
      expect(await dispatches.create(first, record)).toEqual({ kind: 'created' });
      expect(await rememberedOf(record)).toEqual(record);
      expect(await dispatches.create({ ...second, owner: first.owner }, record)).toEqual({ kind: 'replayed' });
      expect(await dispatches.read(second.id)).toBeNull();
    });

    test('a key of one owner is free for another', async () => {
      const { dispatches } = await open();
      const [one, other] = [preparing(), preparing()];
      await dispatches.create(one, recordOf(one.owner, 'shared'));
      expect(await dispatches.create(other, recordOf(other.owner, 'shared'))).toEqual({ kind: 'created' });
    });

    test('an external id is unique for an owner and names the first; nothing of the second stays', async () => {
      const { dispatches, rememberedOf } = await open();
      const first = preparing({ externalId: 'nov-1' });
      const second = preparing({ externalId: 'nov-1', owner: first.owner });
      const record = recordOf(first.owner);
      await dispatches.create(first, null);
      expect(await dispatches.create(second, record)).toEqual({ kind: 'external_id_used', dispatchId: first.id });
      expect(await dispatches.read(second.id)).toBeNull();
      expect(await rememberedOf(record)).toBeNull();
      expect(await dispatches.create(preparing({ externalId: 'nov-1' }), null)).toEqual({ kind: 'created' });
    });

    test('a repetition is a replay, not the reuse of its own external id', async () => {
      const { dispatches } = await open();
      const first = preparing({ externalId: 'nov-1' });
      const record = recordOf(first.owner);
      await dispatches.create(first, record);
      const again = preparing({ externalId: 'nov-1', owner: first.owner });
      expect(await dispatches.create(again, record)).toEqual({ kind: 'replayed' });
    });

    test('of 20 at once under one key and external id, one is made', async () => {
      const { dispatches } = await open();
      const owner = newOwner();
      const record = recordOf(owner);
      const tries = Array.from({ length: 20 }, () => preparing({ owner, externalId: 'once' }));
      const outcomes = await Promise.all(tries.map((dispatch) => dispatches.create(dispatch, record)));
      expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === 'replayed')).toHaveLength(19);
      const stored = await Promise.all(tries.map(({ id }) => dispatches.read(id)));
      expect(stored.filter((dispatch) => dispatch !== null)).toHaveLength(1);
    });

    test('of an id that is taken makes nothing, whatever became of its upload', async () => {
      const { dispatches, putUpload } = await open();
      const uploadId = newUploadId();
      const first = preparing({ source: { uploadId } });
      await putUpload(first.owner, uploadId, 'validating');
      await dispatches.create(first, null);
      await putUpload(first.owner, uploadId, 'rejected');
      expect(await dispatches.create({ ...first, name: 'Second' }, null)).toEqual({ kind: 'exists' });
      expect(await dispatches.read(first.id)).toEqual(first);
    });

    test.each(['validating', 'ready'] as const)('keeps an upload that is %s from being removed', async (status) => {
      const { dispatches, putUpload, uploadUsedBy } = await open();
      const uploadId = newUploadId();
      const dispatch = preparing({ source: { uploadId } });
      await putUpload(dispatch.owner, uploadId, status);
      expect(await dispatches.create(dispatch, null)).toEqual({ kind: 'created' });
      expect(await uploadUsedBy(dispatch.owner, uploadId)).toBe(dispatch.id);
    });

    test.each(['rejected', 'expired', 'absent'] as const)('refuses an upload that is %s', async (status) => {
      const { dispatches, putUpload, rememberedOf } = await open();
      const uploadId = newUploadId();
      const dispatch = preparing({ source: { uploadId } });
      const record = recordOf(dispatch.owner);
      if (status !== 'absent') await putUpload(dispatch.owner, uploadId, status);
      expect(await dispatches.create(dispatch, record)).toEqual({ kind: 'upload_unusable' });
      expect(await dispatches.read(dispatch.id)).toBeNull();
      expect(await rememberedOf(record)).toBeNull();
    });

    test("does not take another owner's upload", async () => {
      const { dispatches, putUpload, uploadUsedBy } = await open();
      const [uploadId, other] = [newUploadId(), newOwner()];
      await putUpload(other, uploadId, 'ready');
      expect(await dispatches.create(preparing({ source: { uploadId } }), null)).toEqual({ kind: 'upload_unusable' });
      expect(await uploadUsedBy(other, uploadId)).toBeNull();
    });

    test('a repetition is a replay even if the upload was rejected meanwhile', async () => {
      const { dispatches, putUpload } = await open();
      const uploadId = newUploadId();
      const first = preparing({ source: { uploadId } });
      const record = recordOf(first.owner);
      await putUpload(first.owner, uploadId, 'validating');
      await dispatches.create(first, record);
      await putUpload(first.owner, uploadId, 'rejected');
      const again = preparing({ source: { uploadId }, owner: first.owner });
      expect(await dispatches.create(again, record)).toEqual({ kind: 'replayed' });
    });
  });

  describe('a move', () => {
    const plainMoves = (Object.keys(moves) as Move[]).filter((move) => move !== 'start' && move !== 'fold');

    test.each(plainMoves)('%s starts from the states it names and from no other', async (move) => {
      for (const state of states) {
        const { dispatches, dispatch } = await storedIn(state);
        const after: Dispatch = { ...dispatch, preparedRows: 7 };
        const moved = await dispatches.move(dispatch, move, after);
        const stored = await dispatches.read(dispatch.id);
        if ((moves[move].from as readonly DispatchState[]).includes(state)) {
          expect(moved).toEqual({ ...after, version: 2 });
          expect(stored).toEqual(moved);
        } else {
          expect(moved, `${move} from ${state}`).toEqual({ refused: dispatch });
          expect(stored).toEqual(dispatch);
        }
      }
    });

    test('under an old version is refused and tells what is there now', async () => {
      const { dispatches, dispatch } = await storedIn('preparing');
      const now = await dispatches.move(dispatch, 'preparing', { ...dispatch, preparedRows: 5 });
      expect(await dispatches.move(dispatch, 'preparing', { ...dispatch, preparedRows: 9 })).toEqual({ refused: now });
      expect(await dispatches.read(dispatch.id)).toEqual(now);
    });

    test('of a dispatch that is not there is refused with nothing', async () => {
      const { dispatches } = await open();
      const dispatch = preparing();
      expect(await dispatches.move(dispatch, 'preparing', dispatch)).toEqual({ refused: null });
      expect(await dispatches.read(dispatch.id)).toBeNull();
    });

    test('of 20 from one version, one is written', async () => {
      const { dispatches, dispatch } = await storedIn('sending');
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) => dispatches.move(dispatch, 'check', { ...dispatch, preparedRows: i })),
      );
      const won = outcomes.filter((outcome) => !isRefused<Dispatch>(outcome));
      expect(won).toHaveLength(1);
      expect(await dispatches.read(dispatch.id)).toEqual(won[0]);
    });
  });
}
