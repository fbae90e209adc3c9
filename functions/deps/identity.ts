import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { openIdentityStore } from '../../shared/adapters/dynamo/identity-store.ts';
import { openPhoneCheckStore } from '../../shared/adapters/dynamo/phone-check-store.ts';
import { openSenderStore } from '../../shared/adapters/dynamo/sender-store.ts';
import { openTenantStore } from '../../shared/adapters/dynamo/tenant-store.ts';
import { openUploadStore } from '../../shared/adapters/dynamo/upload-store.ts';
import { createHttpProvider } from '../../shared/adapters/identity/http-provider.ts';
import { createDocumentFiles } from '../../shared/adapters/s3/documents.ts';
import { openSecret } from '../../shared/adapters/secrets.ts';
import { takeDocuments } from '../../shared/domain/documents/take-documents.ts';
import { openOwnNumbers } from '../../shared/domain/identity/own-number.ts';
import { openPhoneChecks } from '../../shared/domain/phone-checks/check-phone.ts';
import type { DoorDeps } from '../api/door.ts';
import type { IdentityRouteDeps } from '../api/identity-routes.ts';
import type { SenderRequestDeps } from '../api/sender-numbers.ts';
import { settings } from '../settings.ts';
import { customersDoor } from './door.ts';
import { awsClient, ids, objectsIn, table } from './world.ts';

/** What the operator writes into the provider's secret. */
const providerAccount = z.object({ baseUrl: z.string(), key: z.string() });

/** The ports of who proves who a tenant is. */
export function identityPorts(): IdentityRouteDeps & DoorDeps {
  const own = settings('table', 'bucket', 'documentsKey', 'identityProviderSecret');
  const at = table(own.table);
  const secret = openSecret(own.identityProviderSecret, new SecretsManagerClient(awsClient));
  const phoneChecks = openPhoneCheckStore(at);
  const identities = openIdentityStore(at, openTenantStore(at));
  const documentFiles = createDocumentFiles(objectsIn(own.bucket), own.documentsKey);
  const taking = { uploads: openUploadStore(at), documentFiles, ids };
  return {
    ...customersDoor(at),
    ids,
    phoneChecks,
    identityProvider: createHttpProvider({ account: async () => providerAccount.parse(JSON.parse(await secret())) }),
    identities,
    identifying: {
      identities,
      checked: openPhoneChecks(phoneChecks),
      identityDocuments: { take: (tenant, given, nowMs) => takeDocuments(taking, tenant, 'identity', given, nowMs) },
    },
  };
}

/** What an account may send from is asked for here, and documents for it are taken. */
export function senderNumberPorts(): SenderRequestDeps & DoorDeps {
  const own = settings('table', 'bucket', 'documentsKey');
  const at = table(own.table);
  return {
    ...customersDoor(at),
    senders: openSenderStore(at),
    registering: {
      uploads: openUploadStore(at),
      documentFiles: createDocumentFiles(objectsIn(own.bucket), own.documentsKey),
      ids,
      phoneChecks: openOwnNumbers(openPhoneChecks(openPhoneCheckStore(at)), openIdentityStore(at, openTenantStore(at))),
    },
  };
}
