import * as z from 'zod';
import { type TenantId, uploadIdShape } from '../../contracts/ids.ts';
import {
  type Sender,
  senderDocumentKinds,
  senderKinds,
  senderMethods,
  senderStates,
} from '../../domain/senders/sender.ts';
import { senderIndex, senderKey } from './keys.ts';
import type { Item } from './table.ts';

/** How a sender number lies in the table. Items of before there were states are approved, by the operator. */

const ms = z.int().min(0);

const senderShape = z.object({
  entity: z.literal('sender'),
  number: z.string(),
  state: z.enum(senderStates).default('approved'),
  method: z.enum(senderMethods).default('operator'),
  kind: z.enum(senderKinds).nullable().default(null),
  documents: z
    .array(
      z.object({
        kind: z.enum(senderDocumentKinds),
        uploadId: uploadIdShape,
        fileName: z.string(),
        format: z.enum(['pdf', 'jpeg', 'png']),
        sizeBytes: ms,
        issuedOn: z.string().nullable(),
      }),
    )
    .default([]),
  reason: z.string().nullable().default(null),
  approvedAtMs: ms.nullable(),
  requestedAtMs: ms.optional(),
  changedAtMs: ms.optional(),
  version: ms.default(0),
});

export function senderOf(tenant: TenantId, item: Item): Sender {
  const { entity: _, requestedAtMs, changedAtMs, ...sender } = senderShape.parse(item);
  const sinceMs = sender.approvedAtMs ?? 0;
  return { tenant, ...sender, requestedAtMs: requestedAtMs ?? sinceMs, changedAtMs: changedAtMs ?? sinceMs };
}

export const itemOfSender = ({ tenant, ...sender }: Sender): Item => ({
  ...senderKey(tenant, sender.number),
  ...senderIndex(sender.state, sender.changedAtMs, tenant, sender.number),
  entity: 'sender',
  ...sender,
});

/** The condition under which a number is still as it was read. */
export const sameSender = (before: Sender | null) => {
  if (before === null) return { ConditionExpression: 'attribute_not_exists(pk)' };
  if (before.version === 0) return { ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(version)' };
  return { ConditionExpression: 'version = :version', ExpressionAttributeValues: { ':version': before.version } };
};
