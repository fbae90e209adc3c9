import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';
import { type Api, type ApiDeps, apiDepsOn, openApi } from './api-client.ts';

export const startMs = Date.parse('2026-11-21T03:00:00Z');

/** An API over an empty table for each test; fields are set before each. */
export interface ApiSuite {
  api: Api;
  deps: ApiDeps;
  table: Table;
  readonly clock: { nowMs: number };
}

export function apiSuite(): ApiSuite {
  let dynamo: LocalDynamo;
  const suite = { clock: { nowMs: startMs } } as ApiSuite;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterAll(() => dynamo.stop());
  beforeEach(async () => {
    suite.clock.nowMs = startMs;
    suite.table = await dynamo.newTable();
    suite.deps = apiDepsOn(dynamo, suite.table, suite.clock);
    suite.api = openApi(suite.deps);
  });
  return suite;
}
