import { randomBytes } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openAuditLog } from '../../shared/adapters/dynamo/audit-log.ts';
import { openCreditStore } from '../../shared/adapters/dynamo/credit-store.ts';
import { openIdempotencyStore } from '../../shared/adapters/dynamo/idempotency.ts';
import { openIdentityStore } from '../../shared/adapters/dynamo/identity-store.ts';
import { openOperatorKeyDoor } from '../../shared/adapters/dynamo/key-store.ts';
import { openOperatorKeyStore } from '../../shared/adapters/dynamo/operator-key-store.ts';
import { openOptOutNumberStore } from '../../shared/adapters/dynamo/opt-out-number-store.ts';
import { openSenderStore } from '../../shared/adapters/dynamo/sender-store.ts';
import { openTenantStore } from '../../shared/adapters/dynamo/tenant-store.ts';
import { openUploadStore } from '../../shared/adapters/dynamo/upload-store.ts';
import { openLinks } from '../../shared/adapters/s3/links.ts';
import { openSecret } from '../../shared/adapters/secrets.ts';
import type { DoorDeps } from '../api/door.ts';
import { openOperatorDoor } from '../api/operator-door.ts';
import type { OperatorDeps } from '../api/operator-routes.ts';
import { settings } from '../settings.ts';
import { awsClient, ids, linkClient, outcomesSoon, table, time } from './world.ts';

/** The ports of the function that answers the operator. */
export function operatorPorts(): OperatorDeps & DoorDeps {
  const own = settings('table', 'bucket', 'operatorSecret', 'outcomeQueue');
  const at = table(own.table);
  const tenants = openTenantStore(at);
  const log = openAuditLog(at);
  return {
    ids,
    now: time.now,
    randomBytes,
    keyDoor: null,
    signature: null,
    operators: openOperatorDoor({
      secret: openSecret(own.operatorSecret, new SecretsManagerClient(awsClient)),
      keyDoor: openOperatorKeyDoor(at),
      log,
      ids,
    }),
    operatorKeys: openOperatorKeyStore(at),
    auditLog: log,
    outcomes: outcomesSoon(own.outcomeQueue),
    idempotency: openIdempotencyStore(at),
    tenants,
    senders: openSenderStore(at),
    credits: openCreditStore(at),
    optOutNumbers: openOptOutNumberStore(at),
    identities: openIdentityStore(at, tenants),
    showing: { uploads: openUploadStore(at), links: openLinks(linkClient(), own.bucket) },
  };
}
