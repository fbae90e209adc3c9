import { firstCheckMs } from '../dispatches/check-times.ts';
import { isRefused } from '../dispatches/ports.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import type { Campaign } from './campaign.ts';
import { askedAgain, type PlanPorts, type PlanRefusal, planRefusal } from './plan-refusal.ts';
import type { CampaignQueue, CampaignStore } from './ports.ts';

export interface PublishPorts extends PlanPorts {
  readonly campaigns: Pick<CampaignStore, 'publish'>;
  readonly campaignQueue: CampaignQueue;
}

export type PublishResult =
  | { readonly kind: 'published'; readonly campaign: Campaign }
  | Replayed
  | { readonly kind: 'refused'; readonly refusal: PlanRefusal }
  | { readonly kind: 'moved'; readonly campaign: Campaign }
  | { readonly kind: 'gone' };

const everything = { message: true, recipients: true, times: 'given_before' } as const;

/** Draft → Standby: from now on the campaign starts by itself when its period does. */
export async function publishCampaign(
  ports: PublishPorts,
  campaign: Campaign,
  remember: Remember<Campaign>,
): Promise<PublishResult> {
  for (let current = campaign; ; ) {
    if (current.state !== 'draft') return { kind: 'moved', campaign: current };
    const refusal = await planRefusal(ports, current.owner, askedAgain(current), everything);
    if (refusal) return { kind: 'refused', refusal };
    const nowMs = ports.time.now();
    const published: Campaign = {
      ...current,
      state: 'standby',
      revision: current.revision + 1,
      publishedAtMs: nowMs,
      nextCheckAtMs: nowMs + firstCheckMs,
    };
    const outcome = await ports.campaigns.publish(current, published, remember(published));
    switch (outcome.kind) {
      case 'published': {
        const { id, revision } = outcome.campaign;
        await ports.campaignQueue.campaign({ campaignId: id, revision, moment: 'plan' }, 0);
        return outcome;
      }
      case 'replayed':
        return outcome;
      case 'upload_unusable':
        return { kind: 'refused', refusal: { kind: 'upload_unusable', status: 'expired' } };
      case 'moved':
        if (outcome.campaign === null) return { kind: 'gone' };
        current = outcome.campaign;
    }
  }
}

export interface UnpublishPorts {
  readonly campaigns: Pick<CampaignStore, 'move' | 'letUploadGo'>;
  readonly campaignQueue: CampaignQueue;
}

export type MoveResult =
  | { readonly kind: 'moved'; readonly campaign: Campaign }
  | { readonly kind: 'wrong_state'; readonly campaign: Campaign }
  | { readonly kind: 'gone' };

/** Standby → Draft. Schedules of this publication that still fire do nothing. */
export async function unpublishCampaign(ports: UnpublishPorts, campaign: Campaign): Promise<MoveResult> {
  for (let current = campaign; ; ) {
    if (current.state !== 'standby') return { kind: 'wrong_state', campaign: current };
    const draft: Campaign = { ...current, state: 'draft', publishedAtMs: null, nextCheckAtMs: null };
    const moved = await ports.campaigns.move(current, 'unpublish', draft);
    if (isRefused<Campaign>(moved)) {
      if (moved.refused === null) return { kind: 'gone' };
      current = moved.refused;
      continue;
    }
    await ports.campaigns.letUploadGo(moved);
    const { id, revision } = moved;
    await ports.campaignQueue.campaign({ campaignId: id, revision, moment: 'unplan' }, 0);
    return { kind: 'moved', campaign: moved };
  }
}
