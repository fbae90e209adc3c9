import { afterAll, beforeAll } from 'vitest';
import { createReleaseStore } from '../../../shared/adapters/dynamo/release-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { releaseStoreContract } from '../../support/contracts/release-store-contract.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

releaseStoreContract(async () => createReleaseStore(table));
