import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCategoryStore } from '../../../shared/adapters/dynamo/category-store.ts';
import { openIdempotencyStore } from '../../../shared/adapters/dynamo/idempotency.ts';
import { openImageRemovals } from '../../../shared/adapters/dynamo/image-removals.ts';
import { templateKey } from '../../../shared/adapters/dynamo/keys.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { openTemplateStore } from '../../../shared/adapters/dynamo/template-store.ts';
import { noonMs } from '../../support/contracts/samples.ts';
import { templateOf, templateStoreContract } from '../../support/contracts/template-store-contract.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

templateStoreContract(async () => ({
  templates: openTemplateStore(table),
  categories: openCategoryStore(table),
  removals: openImageRemovals(table),
  rememberedOf: ({ scope, key }) => openIdempotencyStore(table).find(scope, key, noonMs),
}));

describe('a template in the table', () => {
  test('of before there were images has none', async () => {
    const template = templateOf();
    const { images: _, ...content } = template.content;
    const { imageSet: __, ...rest } = template;
    const Item = { ...templateKey(template.owner, template.id), ...rest, content };
    await table.client.send(new PutCommand({ TableName: table.name, Item }));
    expect(await openTemplateStore(table).find(template.owner, template.id)).toEqual(template);
  });

  test('of a shape that this service never wrote is an error, not a guess', async () => {
    const { id, owner } = templateOf();
    await table.client.send(
      new PutCommand({ TableName: table.name, Item: { ...templateKey(owner, id), id, owner, version: 0 } }),
    );
    await expect(openTemplateStore(table).find(owner, id)).rejects.toMatchObject({ name: 'ZodError' });
  });
});
