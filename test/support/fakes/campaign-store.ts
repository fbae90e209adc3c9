import type { CampaignId, UploadId } from '../../../shared/contracts/ids.ts';
import { type Campaign, type CampaignMove, moves } from '../../../shared/domain/campaigns/campaign.ts';
import type { CampaignList, CampaignStore } from '../../../shared/domain/campaigns/ports.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import type { FakeDispatchStore } from './dispatch-store.ts';

/** Campaigns in memory, with the conditions and transactions of the table. */
export interface FakeCampaignStore extends CampaignStore, CampaignList {
  readonly all: ReadonlyMap<CampaignId, Campaign>;
  readonly remembered: ReadonlyMap<string, IdempotencyRecord>;
}

/** `uploads` as dispatches have them: both keep them from being deleted. */
export function createFakeCampaignStore({ uploads }: Pick<FakeDispatchStore, 'uploads'>): FakeCampaignStore {
  const all = new Map<CampaignId, Campaign>();
  const remembered = new Map<string, IdempotencyRecord>();
  const nameOf = ({ scope, key }: IdempotencyRecord) => `${scope}|${key}`;
  const isTaken = (record: IdempotencyRecord | null) => record !== null && remembered.has(nameOf(record));
  const remember = (record: IdempotencyRecord | null) => {
    if (record) remembered.set(nameOf(record), record);
  };
  const isStillAs = (before: Campaign, move: CampaignMove): boolean => {
    const stored = all.get(before.id);
    const from: readonly string[] = moves[move].from;
    return stored !== undefined && stored.version === before.version && from.includes(stored.state);
  };
  const write = (before: Campaign, after: Campaign): Campaign => {
    const next = { ...after, version: before.version + 1 };
    all.set(next.id, next);
    return next;
  };
  const usable = (id: UploadId, owner: Campaign['owner']) => {
    const upload = uploads.get(id);
    if (!upload || (upload.owner !== undefined && upload.owner !== owner)) return null;
    return upload.status === 'rejected' || upload.status === 'expired' ? null : upload;
  };
  const positionOf = ({ createdAtMs, id }: Campaign) => `${new Date(createdAtMs).toISOString()}#${id}`;

  return {
    all,
    remembered,
    read: async (id) => all.get(id) ?? null,

    async create(campaign, record) {
      if (isTaken(record)) return { kind: 'replayed' };
      if (all.has(campaign.id)) throw new Error(`${campaign.id} exists already`);
      all.set(campaign.id, campaign);
      remember(record);
      return { kind: 'created' };
    },

    async move(before, move, after) {
      return isStillAs(before, move) ? write(before, after) : { refused: all.get(before.id) ?? null };
    },

    async publish(before, after, record) {
      if (isTaken(record)) return { kind: 'replayed' };
      if (!isStillAs(before, 'publish')) return { kind: 'moved', campaign: all.get(before.id) ?? null };
      if ('uploadId' in after.recipients) {
        const upload = usable(after.recipients.uploadId, after.owner);
        if (!upload) return { kind: 'upload_unusable' };
        uploads.set(after.recipients.uploadId, { ...upload, keptBy: new Set([...(upload.keptBy ?? []), after.id]) });
      }
      remember(record);
      return { kind: 'published', campaign: write(before, after) };
    },

    async remove(before) {
      if (!isStillAs(before, 'remove')) return { refused: all.get(before.id) ?? null };
      all.delete(before.id);
      return null;
    },

    async letUploadGo({ id, recipients }) {
      if (!('uploadId' in recipients)) return;
      const upload = uploads.get(recipients.uploadId);
      if (!upload) return;
      const keptBy = new Set([...(upload.keptBy ?? [])].filter((keeper) => keeper !== id));
      uploads.set(recipients.uploadId, { ...upload, keptBy });
    },

    async list(owner, limit, after) {
      const own = [...all.values()]
        .filter((campaign) => campaign.owner === owner && (after === null || positionOf(campaign) < after))
        .sort((a, b) => (positionOf(a) < positionOf(b) ? 1 : -1));
      const items = own.slice(0, limit);
      return { items, next: own.length > limit ? positionOf(items.at(-1)!) : null };
    },
  };
}
