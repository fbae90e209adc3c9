import { afterAll, beforeAll } from 'vitest';
import { createBatchStore } from '../../../shared/adapters/dynamo/batch-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { batchStoreContract } from '../../support/contracts/batch-store-contract.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

batchStoreContract(async () => createBatchStore(table));
