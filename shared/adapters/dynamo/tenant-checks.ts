import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { modeOf, type OwnerId, type TenantId, tenantOf } from '../../contracts/ids.ts';
import type { Tenants } from '../../domain/dispatches/ports.ts';
import { openNumbersOf } from '../../domain/opt-out-numbers/opt-out-number.ts';
import { type Key, optOutShelfKey, senderKey, settingsKey, tenantKey } from './keys.ts';
import { shelfOf } from './opt-out-number-item.ts';
import { storedSettings } from './settings-store.ts';
import type { Table } from './table.ts';

const nameShape = z.object({ name: z.string() });

/** What must still be true of a tenant directly before a send; read consistently, one attribute each. */
export function createTenantChecks(table: Table): Tenants {
  const read = async (Key: Key) => {
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
    return Item;
  };
  const settingsOf = async (owner: OwnerId) => storedSettings(await read(settingsKey(tenantOf(owner))), modeOf(owner));
  const openNumbers = async (tenant: TenantId) => openNumbersOf(shelfOf(await read(optOutShelfKey(tenant))));
  return {
    isSuspended: async (owner) => {
      const tenant = await read(tenantKey(tenantOf(owner)));
      return tenant?.state !== 'active' || (modeOf(owner) === 'live' && tenant.identityStatus !== 'approved');
    },
    isClosed: async (tenant) => (await read(tenantKey(tenant)))?.state === 'closed',
    isApprovedSender: async (tenant, number) => {
      const sender = await read(senderKey(tenant, number));
      // Those of before there were states were approved
      return sender !== undefined && (sender.state ?? 'approved') === 'approved';
    },
    charactersOf: async (owner) => (await settingsOf(owner)).unsendableCharacters,
    sendingRulesOf: async (owner) => {
      const settings = await settingsOf(owner);
      const { informationalToOptedOut, unknownConsent, night, duplicateBlockMinutes } = settings;
      return { permissionRules: { informationalToOptedOut, unknownConsent }, night, duplicateBlockMinutes };
    },
    advertiserOf: async (owner) => {
      const { advertiserName } = await settingsOf(owner);
      return advertiserName ?? nameShape.parse(await read(tenantKey(tenantOf(owner)))).name;
    },
    openOptOutNumbers: openNumbers,
    isOpenOptOutNumber: async (tenant, number) => (await openNumbers(tenant)).some((open) => open.number === number),
  };
}
