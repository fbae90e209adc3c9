import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { modes, ownerOf, tenantIdShape } from '../../contracts/ids.ts';
import { effectOf } from '../../domain/credits/ledger.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import { identityStatuses, type Tenant, type TenantStore, tenantStates } from '../../domain/tenants/tenant.ts';
import { auditPut } from './audit-log.ts';
import { balanceUpdate, ledgerPut, nothingHeld } from './credit-store.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { keyPuts } from './key-items.ts';
import { type Key, optOutShelfKey, tenantKey, tenantListKey } from './keys.ts';
import { sameShelf } from './opt-out-number-item.ts';
import { decisionPuts } from './outcome-item.ts';
import { settingsPut } from './settings-store.ts';
import { type Item, queryAll, type Table, type TransactItem, transact } from './table.ts';

const tenantShape = z.object({
  entity: z.literal('tenant'),
  id: tenantIdShape,
  name: z.string(),
  notificationEmails: z.array(z.string()),
  identityStatus: z.enum(identityStatuses),
  // Absent from tenants of before there was a sign-up
  signUp: z.object({ name: z.string(), number: z.string() }).nullable().default(null),
  state: z.enum(tenantStates),
  createdAtMs: z.number(),
  suspendedAtMs: z.number().nullable(),
  closedAtMs: z.number().nullable().default(null),
  // Absent from tenants of before they could be edited
  version: z.int().default(0),
});

function tenantOf(item: Item): Tenant {
  const { entity: _, ...tenant } = tenantShape.parse(item);
  return tenant;
}

/** The tenant lies beside what is its own, and once more in the operator's list; both are always written together. */
const tenantPuts = (
  table: Table,
  tenant: Tenant,
  condition: Pick<
    NonNullable<TransactItem['Put']>,
    'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
  >,
) =>
  [tenantKey(tenant.id), tenantListKey(tenant.id)].map(
    (key: Key): TransactItem => ({
      Put: { TableName: table.name, Item: { ...key, entity: 'tenant', ...tenant }, ...condition },
    }),
  );

/** Puts a changed tenant under the next version, if nobody has changed it since it was read: a put writes all of it. */
export const tenantChange = (table: Table, { version }: Tenant, after: Tenant) =>
  tenantPuts(table, nextVersion(version, after), {
    ...(version === 0
      ? { ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#version)' }
      : { ConditionExpression: '#version = :version', ExpressionAttributeValues: { ':version': version } }),
    ExpressionAttributeNames: { '#version': 'version' },
  });

const nextVersion = (version: number, after: Tenant): Tenant => ({ ...after, version: version + 1 });

export function openTenantStore(table: Table): TenantStore {
  const find: TenantStore['find'] = async (id) => {
    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.name, Key: tenantKey(id), ConsistentRead: true }),
    );
    return Item ? tenantOf(Item) : null;
  };

  return {
    find,

    async create({ tenant, settings, keys, grants }, record, audit) {
      const refusals = await transact(table, [
        idempotencyPut(table, record),
        ...tenantPuts(table, tenant, { ConditionExpression: 'attribute_not_exists(pk)' }),
        settingsPut(table, tenant.id, settings),
        ...keys.flatMap((key) => keyPuts(table, key, settings.rateLimit)),
        ...grants.flatMap(({ owner, entry }) => [
          balanceUpdate(table, owner, effectOf(entry.type, entry.quantity)),
          ledgerPut(table, owner, entry),
        ]),
        auditPut(table, audit),
      ]);
      if (refusals.length === 0) return { kind: 'created' };
      if (isTaken(refusals, 0)) return replayed;
      throw new Error(`Something of the new tenant ${tenant.id} exists already`);
    },

    async list(limit, after) {
      const found = queryAll(table, {
        KeyConditionExpression: after === null ? 'pk = :pk' : 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: {
          ':pk': tenantListKey('ten_').pk,
          ...(after === null ? {} : { ':after': after }),
        },
        Limit: limit + 1,
      });
      const items: Tenant[] = [];
      for await (const item of found) {
        if (items.length === limit) return { items, next: items.at(-1)!.id };
        items.push(tenantOf(item));
      }
      return { items, next: null };
    },

    async setState(id, state, atMs, decide) {
      for (;;) {
        const tenant = await find(id);
        if (tenant === null) return null;
        if (tenant.state === state || tenant.state === 'closed') return { tenant, changed: false };
        const after: Tenant = { ...tenant, state, suspendedAtMs: state === 'suspended' ? atMs : null };
        const refusals = await transact(table, [
          ...tenantChange(table, tenant, after),
          ...decisionPuts(table, decide(tenant, after)),
        ]);
        if (refusals.length === 0) return { tenant: nextVersion(tenant.version, after), changed: true };
      }
    },

    async edit(before, after, audit) {
      const record = audit === null ? [] : [auditPut(table, audit)];
      const refusals = await transact(table, [...tenantChange(table, before, after), ...record]);
      return refusals.length === 0 ? nextVersion(before.version, after) : 'moved';
    },

    async close(tenant, numbers, atMs, decide) {
      const after: Tenant = { ...tenant, state: 'closed', closedAtMs: atMs };
      const refusals = await transact(table, [
        ...tenantChange(table, tenant, after),
        { ConditionCheck: { TableName: table.name, Key: optOutShelfKey(tenant.id), ...sameShelf(numbers) } },
        ...modes.map((mode) => nothingHeld(table, ownerOf(tenant.id, mode))),
        ...decisionPuts(table, decide(tenant, after)),
      ]);
      return refusals.length === 0 ? nextVersion(tenant.version, after) : 'moved';
    },
  };
}
