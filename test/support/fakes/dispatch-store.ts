import type { CampaignId, DispatchId, OwnerId, UploadId } from '../../../shared/contracts/ids.ts';
import type { UploadFacts } from '../../../shared/domain/dispatches/create-dispatch.ts';
import { type Dispatch, type Move, moves } from '../../../shared/domain/dispatches/dispatch.ts';
import type { DispatchStore, Events, NewEvent } from '../../../shared/domain/dispatches/ports.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import type { Round } from '../../../shared/domain/notices/ports.ts';
import type { CreditBook } from './credit-book.ts';

/** Dispatches in memory, with the conditions and transactions of the table: all of a write happens, or nothing. */
export interface FakeDispatchStore extends DispatchStore {
  readonly all: ReadonlyMap<DispatchId, Dispatch>;
  readonly events: Events;
  /** What the bus got, in order. */
  readonly published: readonly (NewEvent & { readonly dispatchId: DispatchId })[];
  readonly remembered: ReadonlyMap<string, IdempotencyRecord>;
  /** Without an owner, an upload is anybody's. */
  readonly uploads: Map<UploadId, FakeUpload>;
  /** Puts a dispatch there as it is, for tests that start in the middle. */
  seed(dispatch: Dispatch): void;
}

interface FakeUpload extends UploadFacts {
  readonly owner?: OwnerId;
  readonly usedBy?: DispatchId;
  readonly keptBy?: ReadonlySet<CampaignId>;
}

export function createFakeDispatchStore(credits: CreditBook, rounds = new Map<OwnerId, Round>()): FakeDispatchStore {
  const all = new Map<DispatchId, Dispatch>();
  const remembered = new Map<string, IdempotencyRecord>();
  const externalIds = new Map<string, DispatchId>();
  const uploads = new Map<UploadId, FakeUpload>();
  const waiting = new Map<DispatchId, NewEvent[]>();
  const published: (NewEvent & { dispatchId: DispatchId })[] = [];

  const stillAs = (before: Dispatch, move: Move): boolean => {
    const stored = all.get(before.id);
    const from: readonly string[] = moves[move].from;
    return stored !== undefined && stored.version === before.version && from.includes(stored.state);
  };
  const used = (record: IdempotencyRecord | null) => record !== null && remembered.has(`${record.scope}|${record.key}`);
  const remember = (record: IdempotencyRecord | null) => {
    if (record) remembered.set(`${record.scope}|${record.key}`, record);
  };
  const named = (owner: OwnerId, externalId: string | null) =>
    externalId === null ? undefined : externalIds.get(`${owner}|${externalId}`);
  const name = ({ owner, externalId, id }: Dispatch) => {
    if (externalId !== null) externalIds.set(`${owner}|${externalId}`, id);
  };
  const next = (before: Dispatch, after: Dispatch): Dispatch => {
    const stored = { ...after, version: before.version + 1 };
    all.set(stored.id, stored);
    return stored;
  };

  return {
    all,
    published,
    remembered,
    uploads,
    seed: (dispatch) => void all.set(dispatch.id, dispatch),
    read: async (id) => all.get(id) ?? null,

    async create(dispatch, record) {
      if (used(record)) return { kind: 'replayed' };
      const first = named(dispatch.owner, dispatch.externalId);
      if (first) return { kind: 'external_id_used', dispatchId: first };
      if (all.has(dispatch.id)) return { kind: 'exists' };
      if ('uploadId' in dispatch.source) {
        const upload = uploads.get(dispatch.source.uploadId);
        const isOwn = upload?.owner === undefined || upload.owner === dispatch.owner;
        if (!upload || !isOwn || upload.status === 'rejected' || upload.status === 'expired')
          return { kind: 'upload_unusable' };
        uploads.set(dispatch.source.uploadId, { ...upload, usedBy: dispatch.id });
      }
      all.set(dispatch.id, dispatch);
      remember(record);
      name(dispatch);
      return { kind: 'created' };
    },

    async move(before, move, after) {
      if (!stillAs(before, move)) return { refused: all.get(before.id) ?? null };
      return next(before, after);
    },

    async start(before, after, holdCredits, record) {
      if (used(record)) return { kind: 'replayed' };
      const first = before === null ? named(after.owner, after.externalId) : undefined;
      if (first) return { kind: 'external_id_used', dispatchId: first };
      const round = before === null && after.purpose === 'notice' ? (rounds.get(after.owner) ?? null) : undefined;
      if (round !== undefined && (round?.dispatchId !== after.id || round.made)) return { kind: 'overtaken' };
      const free = before === null ? !all.has(after.id) : stillAs(before, 'start');
      if (!free) return { kind: 'moved', dispatch: all.get(after.id) ?? null };
      if (!credits.canHold(after.owner, holdCredits))
        return { kind: 'short', available: credits.balanceOf(after.owner).available };
      credits.hold(after.owner, after.id, holdCredits, after.startedAtMs ?? 0);
      if (round) rounds.set(after.owner, { ...round, made: true });
      remember(record);
      if (before !== null) return { kind: 'started', dispatch: next(before, after) };
      name(after);
      all.set(after.id, after);
      return { kind: 'started', dispatch: after };
    },

    async fold(before, after, movements, events, move = 'fold') {
      if (!stillAs(before, move)) return { refused: all.get(before.id) ?? null };
      credits.settle(after.owner, after.id, movements, after.totals.credits, after.foldedAtMs);
      waiting.set(after.id, [...(waiting.get(after.id) ?? []), ...events]);
      return next(before, after);
    },

    events: {
      async publishWaiting({ id }) {
        for (const event of waiting.get(id) ?? []) published.push({ ...event, dispatchId: id });
        waiting.delete(id);
      },
    },
  };
}
