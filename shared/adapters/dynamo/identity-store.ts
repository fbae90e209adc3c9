import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { phoneCheckIdShape, type TenantId, tenantIdShape, uploadIdShape } from '../../contracts/ids.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import { type Identity, identityDocumentKinds, identityRoles, waits } from '../../domain/identity/identity.ts';
import type { Identified, IdentityStore } from '../../domain/identity/ports.ts';
import { identityStatuses, type TenantStore } from '../../domain/tenants/tenant.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { identityIndex, identityKey, timeKey } from './keys.ts';
import { decisionPuts } from './outcome-item.ts';
import { readOwnerList } from './owner-list.ts';
import { type Item, type Table, type TransactItem, transact } from './table.ts';
import { tenantChange } from './tenant-store.ts';

const ms = z.int().min(0);

const shape = z.object({
  tenantId: tenantIdShape,
  status: z.enum(identityStatuses),
  submission: z
    .object({
      role: z.enum(identityRoles),
      name: z.string(),
      number: z.string(),
      checkId: phoneCheckIdShape,
      agreement: z.object({ version: z.string(), agreedAtMs: ms }),
      documents: z.array(
        z.object({
          kind: z.enum(identityDocumentKinds),
          uploadId: uploadIdShape,
          fileName: z.string(),
          sizeBytes: z.int().min(0),
        }),
      ),
      submittedAtMs: ms,
    })
    .nullable(),
  reason: z.string().nullable(),
  decidedAtMs: ms.nullable(),
  version: z.int().min(1),
});

const itemOf = (identity: Identity): Item => {
  const { tenantId, status, submission } = identity;
  return {
    ...identityKey(tenantId),
    entity: 'identity',
    ...(submission ? identityIndex(status, submission.submittedAtMs, tenantId) : {}),
    ...identity,
  };
};

/** Identities in the table. How one stands is written into its tenant as well, by the same transaction: that is what doors ask. */
export function openIdentityStore(table: Table, tenants: Pick<TenantStore, 'find'>): IdentityStore {
  async function read(id: TenantId): Promise<Identified | null> {
    const get = new GetCommand({ TableName: table.name, Key: identityKey(id), ConsistentRead: true });
    const [tenant, { Item }] = await Promise.all([tenants.find(id), table.client.send(get)]);
    if (tenant === null) return null;
    const none = { submission: null, reason: null, decidedAtMs: null, version: 0 };
    return { tenant, identity: Item ? shape.parse(Item) : { tenantId: id, status: tenant.identityStatus, ...none } };
  }

  return {
    read,

    async change({ tenant, identity }, after, also) {
      const next = { ...after, version: identity.version + 1 };
      const refusals = await transact(table, [
        ...('record' in also ? [idempotencyPut(table, also.record)] : decisionPuts(table, also.decision)),
        identityPut(table, identity, next),
        ...tenantChange(table, tenant, { ...tenant, identityStatus: next.status }),
      ]);
      if (refusals.length === 0) return { kind: 'written', identity: next };
      return 'record' in also && isTaken(refusals, 0) ? replayed : { kind: 'moved' };
    },

    list: (status, limit, after) =>
      readOwnerList(table, {
        partition: identityIndex(status, 0, 'ten_').ownerPk,
        ...(waits(status)
          ? { first: 'oldest', from: after ?? timeKey(0), until: '~' } // sorts after every time
          : { from: timeKey(0), until: after ?? '~' }),
        limit,
        read: (keys) => Promise.all(keys.map((key) => read(key.slice(key.indexOf('#') + 1) as TenantId))),
        passes: ({ identity }) => identity.status === status,
      }),
  };
}

const identityPut = ({ name: TableName }: Table, { version }: Identity, next: Identity): TransactItem => ({
  Put: {
    TableName,
    Item: itemOf(next),
    ...(version === 0
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: '#version = :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': version },
        }),
  },
});
