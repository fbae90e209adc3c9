import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { dispatchIdShape } from '../../contracts/ids.ts';
import { rowsKeptDays } from '../../contracts/limits.ts';
import type { FingerprintStore } from '../../domain/dispatches/fingerprint.ts';
import { fingerprintKey } from './keys.ts';
import { isBusy, refusedItem, type Table } from './table.ts';

const count = z.int().min(0);
const shape = z.object({
  dispatchId: dispatchIdShape,
  attempt: z.string(),
  batch: count,
  claim: count,
  row: count,
  atMs: count,
});

/** The whole of a claim, what the client tries again included: a batch that is submitting waits for it. */
const patienceMs = 3_000;
/** Longer than any block asks for: it also explains who was left out for it, for as long as results are kept. */
const keptMs = rowsKeptDays * 86_400_000;

const isOver = 'atMs <= :untilMs';
const isOwn = '(dispatchId = :dispatchId AND #batch = :batch AND #claim <= :claim)';
const isSeen = '(dispatchId = :seenDispatchId AND #batch = :seenBatch AND #claim = :seenClaim)';

/** Who was last about to send which message: one item for each, one write unit for each claim. */
export function createFingerprintStore(table: Table): FingerprintStore {
  return {
    async claim(owner, fingerprint, claim, { untilMs, seen }) {
      const put = new PutCommand({
        TableName: table.name,
        Item: {
          ...fingerprintKey(owner, fingerprint),
          entity: 'fingerprint',
          ...claim,
          expiresAt: Math.ceil((claim.atMs + keptMs) / 1_000),
        },
        ConditionExpression: `attribute_not_exists(pk) OR ${isOver} OR ${isOwn}${seen ? ` OR ${isSeen}` : ''}`,
        ExpressionAttributeNames: { '#batch': 'batch', '#claim': 'claim' },
        ExpressionAttributeValues: {
          ':untilMs': untilMs,
          ':dispatchId': claim.dispatchId,
          ':batch': claim.batch,
          ':claim': claim.claim,
          ...(seen && { ':seenDispatchId': seen.dispatchId, ':seenBatch': seen.batch, ':seenClaim': seen.claim }),
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const signal = AbortSignal.timeout(patienceMs);
      try {
        await table.client.send(put, { abortSignal: signal });
        return 'claimed';
      } catch (error) {
        if (signal.aborted || isBusy(error)) return 'busy';
        // Without a mark: the very write whose answer was lost is one of our own batch, and holds again
        return { refused: shape.parse(refusedItem(error, '').item) };
      }
    },
    async find(owner, fingerprint) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: fingerprintKey(owner, fingerprint) }),
      );
      return Item ? shape.parse(Item) : null;
    },
  };
}
