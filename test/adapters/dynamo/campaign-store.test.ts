import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCampaignStore } from '../../../shared/adapters/dynamo/campaign-store.ts';
import { openIdempotencyStore } from '../../../shared/adapters/dynamo/idempotency.ts';
import { uploadKey } from '../../../shared/adapters/dynamo/keys.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { rowsKeptDays } from '../../../shared/contracts/limits.ts';
import { draftOf } from '../../support/contracts/campaign-samples.ts';
import { campaignStoreContract } from '../../support/contracts/campaign-store-contract.ts';
import { newDispatchId, newUploadId, noonMs } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

const get = async (Key: object) => (await table.client.send(new GetCommand({ TableName: table.name, Key }))).Item;

campaignStoreContract(async () => ({
  campaigns: createCampaignStore(table),
  rememberedOf: ({ scope, key }) => openIdempotencyStore(table).find(scope, key, noonMs),
  async putUpload(owner, id, status) {
    const Item = { ...uploadKey(owner, id), status, usedBy: null };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
  },
  keepersOf: async (owner, id) => [...((await get(uploadKey(owner, id)))?.keptBy ?? [])],
}));

describe('a campaign in the table', () => {
  test('is in the sweeper’s index only while there is something to look after', async () => {
    const campaigns = createCampaignStore(table);
    const campaign = draftOf({ state: 'standby', nextCheckAtMs: noonMs + 60_000 });
    const key = { pk: `CAMPAIGN#${campaign.id}`, sk: 'META' };
    await campaigns.create(campaign, null);
    expect(await get(key)).toMatchObject({ checkSk: `2099-11-21T12:01:00.000Z#${campaign.id}` });
    await campaigns.move(campaign, 'check', { ...campaign, nextCheckAtMs: null });
    expect(await get(key)).not.toHaveProperty('checkPk');
    expect(await get(key)).not.toHaveProperty('checkSk');
  });

  test('stays as long as it only is planned', async () => {
    const campaigns = createCampaignStore(table);
    const campaign = draftOf();
    await campaigns.create(campaign, null);
    expect(await get({ pk: `CAMPAIGN#${campaign.id}`, sk: 'META' })).not.toHaveProperty('expiresAt');
  });

  test.each([
    ['after it has started', { startedAtMs: noonMs, dispatchId: newDispatchId() }],
    ['after it could not start', { failure: { code: 'period_over', detail: 'Too late', atMs: noonMs } }],
  ] as const)('is gone 180 days %s, though the table deletes it only days later', async (_, over) => {
    let nowMs = 0;
    const campaigns = createCampaignStore({ ...table, now: () => nowMs });
    const campaign = draftOf({ state: 'started', ...over });
    await campaigns.create(campaign, null);
    const endMs = noonMs + rowsKeptDays * 86_400_000;
    nowMs = endMs - 1_000;
    expect(await campaigns.read(campaign.id)).toEqual(campaign);
    nowMs = endMs;
    expect(await campaigns.read(campaign.id)).toBeNull();
    expect((await campaigns.list(campaign.owner, 50, null)).items).toEqual([]);
  });

  test('of a shape that this service never wrote is an error, not a guess', async () => {
    const { id } = draftOf();
    const Item = { pk: `CAMPAIGN#${id}`, sk: 'META', id, state: 'dreaming' };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
    await expect(createCampaignStore(table).read(id)).rejects.toMatchObject({ name: 'ZodError' });
  });

  test('says whom its upload belongs to now in one transaction: a refused publication leaves no mark', async () => {
    const uploadId = newUploadId();
    const campaigns = createCampaignStore(table);
    const campaign = draftOf({ recipients: { uploadId } });
    await campaigns.create(campaign, null);
    const Item = { ...uploadKey(campaign.owner, uploadId), status: 'ready', usedBy: null };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
    await campaigns.move(campaign, 'edit', { ...campaign, name: 'Other' });
    expect(await campaigns.publish(campaign, campaign, null)).toMatchObject({ kind: 'moved' });
    expect(await get(uploadKey(campaign.owner, uploadId))).not.toHaveProperty('keptBy');
  });
});
