import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Tenants } from '../../domain/dispatches/ports.ts';
import { type Key, senderKey, settingsKey, tenantKey } from './keys.ts';
import { storedSettings } from './settings-store.ts';
import type { Table } from './table.ts';

/** What must still be true of a tenant directly before a send; read consistently, one attribute each. */
export function createTenantChecks(table: Table): Tenants {
  const read = async (Key: Key) => {
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
    return Item;
  };
  return {
    isSuspended: async (tenant) => (await read(tenantKey(tenant)))?.state !== 'active',
    isApprovedSender: async (tenant, number) => (await read(senderKey(tenant, number))) !== undefined,
    charactersOf: async (tenant) => storedSettings(await read(settingsKey(tenant))).unsendableCharacters,
    permissionRulesOf: async (tenant) => {
      const { informationalToOptedOut, unknownConsent } = storedSettings(await read(settingsKey(tenant)));
      return { informationalToOptedOut, unknownConsent };
    },
  };
}
