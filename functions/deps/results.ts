import { createCampaignStore } from '../../shared/adapters/dynamo/campaign-store.ts';
import { createDispatchList } from '../../shared/adapters/dynamo/dispatch-list.ts';
import { openErasures } from '../../shared/adapters/dynamo/erasure-store.ts';
import { createFingerprintStore } from '../../shared/adapters/dynamo/fingerprint-store.ts';
import { createPermissionStore } from '../../shared/adapters/dynamo/permission-store.ts';
import { createNumberBook } from '../../shared/adapters/rows/number-book.ts';
import { createRowStore } from '../../shared/adapters/rows/prepared-rows.ts';
import type { DoorDeps } from '../api/door.ts';
import type { ResultDeps } from '../api/result-routes.ts';
import { settings } from '../settings.ts';
import { customersDoor } from './door.ts';
import { ids, objectsIn, pipeline } from './world.ts';

/** What became of messages is looked up here; nothing is written. */
export function resultPorts(): ResultDeps & DoorDeps {
  const own = settings('table', 'bucket');
  const ports = pipeline(own.table, {});
  const { at } = ports;
  const objects = objectsIn(own.bucket);
  const rows = createRowStore(at, objects);
  const dispatches = { ...ports.dispatches, ...createDispatchList(at, ports.dispatches) };
  return {
    ...customersDoor(at),
    dispatches,
    campaigns: createCampaignStore(at),
    numbers: createNumberBook(at, objects, dispatches, rows),
    looking: { batches: ports.batches, rows },
    erasures: openErasures(at),
    explaining: {
      permissions: createPermissionStore(at, ids),
      fingerprints: createFingerprintStore(at),
      log: ports.log,
    },
  };
}
