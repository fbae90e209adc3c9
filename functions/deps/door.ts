import { openIdempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { openKeyDoor } from '../../shared/adapters/dynamo/key-store.ts';
import type { Table } from '../../shared/adapters/dynamo/table.ts';
import { openTenantStore } from '../../shared/adapters/dynamo/tenant-store.ts';
import { time } from './world.ts';

/** How a customer's request is told and known again. */
export const customersDoor = (at: Table) => ({
  now: time.now,
  keyDoor: openKeyDoor(at),
  operators: null,
  signature: null,
  idempotency: openIdempotencyStore(at),
  tenants: openTenantStore(at),
});
