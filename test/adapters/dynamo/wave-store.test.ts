import { afterAll, beforeAll } from 'vitest';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { createWaveStore } from '../../../shared/adapters/dynamo/wave-store.ts';
import { waveStoreContract } from '../../support/contracts/wave-store-contract.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

waveStoreContract(async () => createWaveStore(table));
