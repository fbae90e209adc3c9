import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dueChecks } from '../../../shared/adapters/dynamo/due-checks.ts';
import { decisionPuts, outcomePut } from '../../../shared/adapters/dynamo/outcome-item.ts';
import { openOutcomeStore } from '../../../shared/adapters/dynamo/outcome-store.ts';
import { type Table, transact } from '../../../shared/adapters/dynamo/table.ts';
import { outcomeOf, outcomeStoreContract } from '../../support/contracts/outcome-store-contract.ts';
import { decisionOf, newTenant, noonMs } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

const put = async (outcome: ReturnType<typeof outcomeOf>) =>
  expect(await transact(table, [outcomePut(table, outcome)])).toEqual([]);

outcomeStoreContract(async () => ({ store: openOutcomeStore(table), put }));

test('the sweeper finds it a minute after the decision, not while it is claimed, and then when it was put off to', async () => {
  table = await dynamo.newTable();
  const store = openOutcomeStore(table);
  const outcome = outcomeOf();
  await put(outcome);
  const due = (atMs: number) => dueChecks(table, atMs, 25);
  expect(await due(noonMs + 59_999)).toEqual([]);
  expect(await due(noonMs + 60_000)).toEqual([outcome.id]);
  await store.claim(outcome.id, noonMs + 60_000, noonMs + 180_000);
  expect(await due(noonMs + 179_999)).toEqual([]);
  expect(await due(noonMs + 180_000)).toEqual([outcome.id]);
  await store.later(outcome.id, noonMs + 300_000);
  expect(await due(noonMs + 299_999)).toEqual([]);
  expect(await due(noonMs + 300_000)).toEqual([outcome.id]);
  await store.remove(outcome.id);
  expect(await due(noonMs + 900_000)).toEqual([]);
});

test('a decision is written with its change, or neither is', async () => {
  const decision = decisionOf(newTenant());
  const refused = {
    ConditionCheck: {
      ...{ TableName: table.name, Key: { pk: 'NOBODY', sk: 'NOBODY' } },
      ConditionExpression: 'attribute_exists(pk)',
    },
  };
  expect(await transact(table, [...decisionPuts(table, decision), refused])).toHaveLength(1);
  const Key = { pk: `OUTCOME#${decision.outcome.id}`, sk: 'OUTCOME' };
  const kept = async () => (await table.client.send(new GetCommand({ TableName: table.name, Key }))).Item;
  expect(await kept()).toBeUndefined();
  expect(await transact(table, decisionPuts(table, decision))).toEqual([]);
  expect(await kept()).toMatchObject({ ...decision.outcome, entity: 'outcome' });
  // The same decision once more is refused as a whole
  expect((await transact(table, decisionPuts(table, decision))).length).toBeGreaterThan(0);
});
