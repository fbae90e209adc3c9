import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openIdempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { openOptOutLines } from '../../shared/adapters/dynamo/opt-out-number-store.ts';
import { createPermissionStore } from '../../shared/adapters/dynamo/permission-store.ts';
import { openTenantStore } from '../../shared/adapters/dynamo/tenant-store.ts';
import { openSecret } from '../../shared/adapters/secrets.ts';
import { openSignatureCheck } from '../../shared/adapters/signatures.ts';
import type { DoorDeps } from '../api/door.ts';
import type { OptOutCallDeps } from '../api/opt-out-calls.ts';
import { alarms } from '../logger.ts';
import { settings } from '../settings.ts';
import { awsClient, ids, table, time } from './world.ts';

/** The ports of what carriers call. Nobody with a key comes in here. */
export function optOutCallPorts(): OptOutCallDeps & DoorDeps {
  const own = settings('table', 'optOutCallSecret');
  const at = table(own.table);
  return {
    now: time.now,
    keyDoor: null,
    operators: null,
    signature: openSignatureCheck(openSecret(own.optOutCallSecret, new SecretsManagerClient(awsClient))),
    idempotency: openIdempotencyStore(at),
    tenants: openTenantStore(at),
    lines: openOptOutLines(at),
    permissions: createPermissionStore(at, ids),
    alarms,
  };
}
