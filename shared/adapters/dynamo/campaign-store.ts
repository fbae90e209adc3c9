import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { CampaignId } from '../../contracts/ids.ts';
import { type Campaign, moves } from '../../domain/campaigns/campaign.ts';
import type { CampaignList, CampaignStore } from '../../domain/campaigns/ports.ts';
import type { Refused } from '../../domain/dispatches/ports.ts';
import { type IdempotencyRecord, replayed } from '../../domain/idempotency/idempotency.ts';
import { campaignOfItem, itemOfCampaign } from './campaign-item.ts';
import { idempotencyPut } from './idempotency.ts';
import { campaignIndex, campaignKey, timeKey } from './keys.ts';
import { readOwnerList } from './owner-list.ts';
import { type Item, newMark, refusedItem, type Table, type TransactItem, transact, withPatience } from './table.ts';
import { uploadKept, uploadLetGo } from './upload-use.ts';
import { putVersion, stillAs } from './versioned.ts';

/** Campaigns in the table. */
export function createCampaignStore(table: Table): CampaignStore & CampaignList {
  const read = async (id: CampaignId): Promise<Campaign | null> => {
    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.name, Key: campaignKey(id), ConsistentRead: true }),
    );
    // The table deletes what has expired only days later; plans that never ran do not expire
    if (!Item || (Item.expiresAt !== undefined && Number(Item.expiresAt) * 1_000 <= table.now())) return null;
    return campaignOfItem(Item);
  };

  return {
    read,

    async create(campaign, record) {
      const put = { TableName: table.name, Item: itemOfCampaign(campaign), ConditionExpression: absent };
      const refusals = await transact(table, [...recordPut(table, record), { Put: put }]);
      if (refusals.length === 0) return { kind: 'created' };
      if (record !== null && refusals[0]?.index === 0) return replayed;
      throw new Error(`${campaign.id} exists already`);
    },

    async move(before, move, after) {
      const next = { ...after, version: before.version + 1 };
      const outcome = await putVersion(table, itemOfCampaign(next), stillAs(before, moves[move].from));
      return outcome === 'written' ? next : movedTo(outcome.refused);
    },

    async publish(before, after, record) {
      const next = { ...after, version: before.version + 1 };
      const { owner, recipients } = next;
      const put = { TableName: table.name, Item: itemOfCampaign(next), ...stillAs(before, moves.publish.from) };
      const items = [
        ...recordPut(table, record),
        { Put: put },
        ...('uploadId' in recipients ? [uploadKept(table, owner, recipients.uploadId, next.id)] : []),
      ];
      const refusals = await transact(table, items);
      const campaignAt = record === null ? 0 : 1;
      if (refusals.length === 0) return { kind: 'published', campaign: next };
      if (refusals.some(({ index }) => index < campaignAt)) return replayed;
      const moved = refusals.find(({ index }) => index === campaignAt);
      return moved ? { kind: 'moved', campaign: movedTo(moved.item).refused } : { kind: 'upload_unusable' };
    },

    async remove(before) {
      const deletion = {
        TableName: table.name,
        Key: campaignKey(before.id),
        ...stillAs(before, moves.remove.from),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      } as const;
      try {
        await withPatience(table, () => table.client.send(new DeleteCommand(deletion)));
        return null;
      } catch (error) {
        return movedTo(refusedItem(error, newMark()).item);
      }
    },

    async letUploadGo({ id, owner, recipients }) {
      if (!('uploadId' in recipients)) return;
      const update = new UpdateCommand(uploadLetGo(table, owner, recipients.uploadId, id));
      try {
        await withPatience(table, () => table.client.send(update));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error; // it has gone
      }
    },

    list: (owner, limit, after) =>
      readOwnerList(table, {
        partition: campaignIndex(owner, 0, 'cmp_').ownerPk,
        from: timeKey(0),
        until: after ?? '~', // sorts after every time
        limit,
        read: (keys) => Promise.all(keys.map((key) => read(key.slice(key.indexOf('#') + 1) as CampaignId))),
        passes: (campaign) => campaign.owner === owner,
      }),
  };
}

const absent = 'attribute_not_exists(pk)';

const recordPut = (table: Table, record: IdempotencyRecord | null): readonly TransactItem[] =>
  record === null ? [] : [idempotencyPut(table, record)];

const movedTo = (item: Item | null): Refused<Campaign> => ({ refused: item ? campaignOfItem(item) : null });
