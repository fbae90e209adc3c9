import { describe, expect, test } from 'vitest';
import type { OwnerId, UploadId } from '../../../shared/contracts/ids.ts';
import { type Campaign, type CampaignMove, campaignStates, moves } from '../../../shared/domain/campaigns/campaign.ts';
import type { CampaignList, CampaignStore } from '../../../shared/domain/campaigns/ports.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import type { UploadStatus } from '../../../shared/domain/uploads/upload.ts';
import { draftOf } from './campaign-samples.ts';
import { newDispatchId, newOwner, newUploadId, noonMs, recordOf } from './samples.ts';

export interface CampaignWorld {
  readonly campaigns: CampaignStore & CampaignList;
  rememberedOf(record: IdempotencyRecord): Promise<IdempotencyRecord | null>;
  putUpload(owner: OwnerId, id: UploadId, status: UploadStatus): Promise<void>;
  /** Campaigns that keep it from being deleted. */
  keepersOf(owner: OwnerId, id: UploadId): Promise<readonly string[]>;
}

/** What every store of campaigns must do. `open` may answer the same world again. */
export function campaignStoreContract(open: () => Promise<CampaignWorld>): void {
  const withCampaign = async (over: Partial<Campaign> = {}) => {
    const world = await open();
    const campaign = draftOf(over);
    await world.campaigns.create(campaign, null);
    return { ...world, campaign };
  };

  describe('a campaign', () => {
    test('comes out as it went in', async () => {
      const over = { dispatchId: newDispatchId(), schedule: { atMs: noonMs }, split: { count: 3, intervalMinutes: 5 } };
      const { campaigns, campaign } = await withCampaign(over);
      expect(await campaigns.read(campaign.id)).toEqual(campaign);
    });

    test('that never was is null', async () => {
      const { campaigns } = await open();
      expect(await campaigns.read(draftOf().id)).toBeNull();
    });

    test('is created once per idempotency record', async () => {
      const { campaigns, rememberedOf } = await open();
      const first = draftOf();
      const record = recordOf(first.owner);
      expect(await campaigns.create(first, record)).toEqual({ kind: 'created' });
      expect(await rememberedOf(record)).toEqual(record);
      const second = draftOf({ owner: first.owner });
      expect(await campaigns.create(second, record)).toEqual({ kind: 'replayed' });
      expect(await campaigns.read(second.id)).toBeNull();
    });
  });

  describe('a move', () => {
    const states = (Object.keys(moves) as CampaignMove[]).flatMap((move) =>
      campaignStates.map((state) => [move, state, (moves[move].from as readonly string[]).includes(state)] as const),
    );

    test.each(states.filter(([move]) => move !== 'publish' && move !== 'remove'))(
      '%s from %s: %s',
      async (move, state, allowed) => {
        const { campaigns, campaign } = await withCampaign({ state });
        const moved = await campaigns.move(campaign, move, { ...campaign, name: 'After' });
        const after = { ...campaign, name: 'After', version: 2 };
        expect(moved).toEqual(allowed ? after : { refused: campaign });
        expect(await campaigns.read(campaign.id)).toEqual(allowed ? after : campaign);
      },
    );

    test.each(states.filter(([move]) => move === 'publish'))('%s from %s: %s', async (_, state, allowed) => {
      const { campaigns, campaign, rememberedOf } = await withCampaign({ state });
      const record = recordOf(campaign.owner);
      const after: Campaign = { ...campaign, state: 'standby', revision: 1 };
      const outcome = await campaigns.publish(campaign, after, record);
      const published = { ...after, version: 2 };
      expect(outcome).toEqual(allowed ? { kind: 'published', campaign: published } : { kind: 'moved', campaign });
      expect(await campaigns.read(campaign.id)).toEqual(allowed ? published : campaign);
      expect(await rememberedOf(record)).toEqual(allowed ? record : null);
    });

    test.each(states.filter(([move]) => move === 'remove'))('%s from %s: %s', async (_, state, allowed) => {
      const { campaigns, campaign } = await withCampaign({ state });
      expect(await campaigns.remove(campaign)).toEqual(allowed ? null : { refused: campaign });
      expect(await campaigns.read(campaign.id)).toEqual(allowed ? null : campaign);
    });

    test('of what somebody else has moved is refused with what is there', async () => {
      const { campaigns, campaign } = await withCampaign();
      const edited = (await campaigns.move(campaign, 'edit', { ...campaign, name: 'First' })) as Campaign;
      expect(await campaigns.move(campaign, 'edit', { ...campaign, name: 'Second' })).toEqual({ refused: edited });
      expect(await campaigns.publish(campaign, campaign, null)).toEqual({ kind: 'moved', campaign: edited });
      expect(await campaigns.remove(campaign)).toEqual({ refused: edited });
      expect(await campaigns.read(campaign.id)).toEqual(edited);
    });

    test('of what was removed is refused with nothing', async () => {
      const { campaigns, campaign } = await withCampaign();
      await campaigns.remove(campaign);
      expect(await campaigns.move(campaign, 'edit', campaign)).toEqual({ refused: null });
      expect(await campaigns.publish(campaign, campaign, null)).toEqual({ kind: 'moved', campaign: null });
      expect(await campaigns.remove(campaign)).toEqual({ refused: null });
    });
  });

  describe('the upload of a published campaign', () => {
    const withUpload = async (status: UploadStatus, uploadOwner?: OwnerId) => {
      const uploadId = newUploadId();
      const world = await withCampaign({ recipients: { uploadId } });
      const { campaign } = world;
      await world.putUpload(uploadOwner ?? campaign.owner, uploadId, status);
      const after: Campaign = { ...campaign, state: 'standby', revision: 1 };
      return { ...world, uploadId, publish: () => world.campaigns.publish(campaign, after, null) };
    };

    test.each(['awaiting_file', 'validating', 'ready'] as const)('that is %s is kept', async (status) => {
      const { publish, campaign, uploadId, keepersOf } = await withUpload(status);
      expect(await publish()).toMatchObject({ kind: 'published' });
      expect(await keepersOf(campaign.owner, uploadId)).toEqual([campaign.id]);
    });

    test.each(['rejected', 'expired'] as const)('that is %s refuses the publication', async (status) => {
      const { publish, campaigns, campaign } = await withUpload(status);
      expect(await publish()).toEqual({ kind: 'upload_unusable' });
      expect(await campaigns.read(campaign.id)).toEqual(campaign);
    });

    test('of another owner is none', async () => {
      const { publish } = await withUpload('ready', newOwner());
      expect(await publish()).toEqual({ kind: 'upload_unusable' });
    });

    test('is let go again', async () => {
      const { publish, campaigns, campaign, uploadId, keepersOf } = await withUpload('ready');
      await publish();
      await campaigns.letUploadGo(campaign);
      expect(await keepersOf(campaign.owner, uploadId)).toEqual([]);
      await campaigns.letUploadGo(campaign);
    });

    test('of several campaigns is kept until the last of them lets it go, whichever was published last', async () => {
      const { publish, campaigns, campaign, uploadId, keepersOf } = await withUpload('ready');
      const { owner } = campaign;
      await publish();
      const twin = draftOf({ owner, recipients: { uploadId } });
      await campaigns.create(twin, null);
      await campaigns.publish(twin, { ...twin, state: 'standby', revision: 1 }, null);
      expect([...(await keepersOf(owner, uploadId))].sort()).toEqual([campaign.id, twin.id].sort());
      await campaigns.letUploadGo(twin);
      expect(await keepersOf(owner, uploadId)).toEqual([campaign.id]);
      await campaigns.letUploadGo(campaign);
      expect(await keepersOf(owner, uploadId)).toEqual([]);
    });

    test('is not let go by a campaign that does not hold it', async () => {
      const { publish, campaigns, campaign, uploadId, keepersOf } = await withUpload('ready');
      await publish();
      await campaigns.letUploadGo(draftOf({ owner: campaign.owner, recipients: { uploadId } }));
      expect(await keepersOf(campaign.owner, uploadId)).toEqual([campaign.id]);
      await campaigns.letUploadGo(draftOf({ recipients: { uploadId: newUploadId() } }));
      await campaigns.letUploadGo(draftOf());
    });
  });

  describe('the list of an owner', () => {
    test('shows each once, newest first, and nothing of anybody else', async () => {
      const { campaigns } = await open();
      const owner = newOwner();
      const own = [0, 2, 1, 1].map((ms) => draftOf({ owner, createdAtMs: noonMs + ms }));
      for (const campaign of [...own, draftOf(), draftOf({ owner: `${owner}.test` as OwnerId })]) {
        await campaigns.create(campaign, null);
      }
      const sorted = [own[1], own[3], own[2], own[0]];
      for (const limit of [1, 2, 3, 4, 5]) {
        const found: Campaign[] = [];
        let after: string | null = null;
        do {
          const page: Awaited<ReturnType<CampaignList['list']>> = await campaigns.list(owner, limit, after);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          found.push(...page.items);
          after = page.next;
        } while (after !== null);
        expect(found).toEqual(sorted);
      }
    });

    test('of nothing is one empty page', async () => {
      const { campaigns } = await open();
      expect(await campaigns.list(newOwner(), 50, null)).toEqual({ items: [], next: null });
    });
  });
}
