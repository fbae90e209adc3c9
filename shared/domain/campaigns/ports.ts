import type { CampaignId, OwnerId, UploadId } from '../../contracts/ids.ts';
import type { CampaignMessage } from '../../contracts/queue-messages.ts';
import type { Refused } from '../dispatches/ports.ts';
import type { IdempotencyRecord, Replayed } from '../idempotency/idempotency.ts';
import type { InlineRecipient } from '../recipients/inline-list.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';
import type { Upload } from '../uploads/upload.ts';
import type { Campaign, CampaignMove } from './campaign.ts';

/** What campaigns ask of the world. A use case names only the ports it uses. */

export type PublishOutcome =
  | { readonly kind: 'published'; readonly campaign: Campaign }
  | Replayed
  /** Somebody else moved the campaign: as it is now. */
  | { readonly kind: 'moved'; readonly campaign: Campaign | null }
  /** The upload has gone, expired or was rejected meanwhile. */
  | { readonly kind: 'upload_unusable' };

export interface CampaignStore {
  /** Consistent. */
  read(id: CampaignId): Promise<Campaign | null>;
  create(campaign: Campaign, record: IdempotencyRecord | null): Promise<{ readonly kind: 'created' } | Replayed>;
  /** Writes `after` if the stored campaign is still at `before`'s version and in a state that `move` may start from. */
  move(before: Campaign, move: CampaignMove, after: Campaign): Promise<Campaign | Refused<Campaign>>;
  /** The move `publish`, in one transaction with the idempotency record and the mark that keeps its upload. */
  publish(before: Campaign, after: Campaign, record: IdempotencyRecord | null): Promise<PublishOutcome>;
  /** Null: it has gone. */
  remove(before: Campaign): Promise<Refused<Campaign> | null>;
  /** Lets go of an upload that the campaign's publication kept from being deleted, unless something else keeps it. */
  letUploadGo(campaign: Campaign): Promise<void>;
}

export interface CampaignList {
  /** Campaigns of an owner, newest first; `after` is the `next` of the page before. */
  list(
    owner: OwnerId,
    limit: number,
    after: string | null,
  ): Promise<{ readonly items: readonly Campaign[]; readonly next: string | null }>;
}

export interface CampaignQueue {
  /** At most 900 seconds. */
  campaign(message: CampaignMessage, delaySeconds: number): Promise<void>;
}

export interface CampaignUploads {
  find(owner: OwnerId, id: UploadId): Promise<Pick<Upload, 'status' | 'expiresAtMs' | 'list'> | null>;
}

export interface CampaignLists {
  /** Keeps the recipients of a call. `place` is written once. */
  write(place: string, recipients: readonly InlineRecipient[]): Promise<RecipientList>;
}
