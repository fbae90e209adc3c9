import { ConditionalCheckFailedException, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Operator } from '../../domain/operators/scopes.ts';
import type { Admission, KeyDoor } from '../../domain/tenants/api-key.ts';
import { type Allowance, type RateLimit, type Verdict, verdictOf } from '../../domain/tenants/rate-limit.ts';
import { keyItemShape } from './key-items.ts';
import { apiKeyKey, type Key, operatorKeyKey } from './keys.ts';
import { operatorKeyItemShape } from './operator-key-item.ts';
import { type Item, type Table, TableBusy } from './table.ts';

/** The write for each state of a key: it holds only if the key is in that state, and counts one request. */
const writes = {
  idle: {
    UpdateExpression: 'SET idleAtMs = :now + intervalMs, openAtMs = :now + idleStepMs',
    ConditionExpression: 'attribute_exists(pk) AND idleAtMs <= :now',
  },
  busy: {
    UpdateExpression: 'SET idleAtMs = idleAtMs + intervalMs, openAtMs = openAtMs + intervalMs',
    ConditionExpression: 'idleAtMs > :now AND openAtMs <= :now',
  },
} as const satisfies Record<Exclude<Verdict, 'wait'>, object>;

const triesMax = 8;
const rememberedMax = 1_000;

/**
 * Authenticates and counts a request in one conditional write. It guesses the key's state from the last request seen
 * here; a wrong guess is refused with the item as it is, which says what to do instead.
 */
export const openKeyDoor = (table: Table): KeyDoor =>
  openDoorOf(table, apiKeyKey, (item) => {
    const { id, tenantId, mode, last4, createdAtMs, ...pace } = keyItemShape.parse(item);
    return { key: { id, tenantId, mode, last4, createdAtMs }, ...paceOfItem(pace) };
  });

/** The same for operators. */
export const openOperatorKeyDoor = (table: Table): KeyDoor<Operator> =>
  openDoorOf(table, operatorKeyKey, (item) => {
    const { id, name, scopes, ...pace } = operatorKeyItemShape.parse(item);
    return { key: { keyId: id, name, scopes }, ...paceOfItem(pace) };
  });

interface Known<K> {
  readonly key: K;
  readonly limit: RateLimit;
  readonly allowance: Allowance;
}

const paceOfItem = ({ requestsPerSecond, burst, idleAtMs, openAtMs }: RateLimit & Allowance) => ({
  limit: { requestsPerSecond, burst },
  allowance: { idleAtMs, openAtMs },
});

function openDoorOf<K>(table: Table, keyOf: (hash: string) => Key, facts: (item: Item) => Known<K>): KeyDoor<K> {
  const idleAtMs = new Map<string, number>();

  async function admit(hash: string, nowMs: number): Promise<Admission<K>> {
    let guess: 'idle' | 'busy' = (idleAtMs.get(hash) ?? 0) > nowMs ? 'busy' : 'idle';
    for (let tries = 0; tries < triesMax; tries++) {
      const { counted, item } = await attempt(hash, writes[guess], nowMs);
      if (item === null) return { kind: 'unknown' };
      if (item === undefined) {
        await table.sleep(table.random() * 25 * 2 ** tries);
        continue;
      }
      const found = facts(item);
      if (idleAtMs.size >= rememberedMax) idleAtMs.clear();
      idleAtMs.set(hash, found.allowance.idleAtMs);
      if (counted) return { kind: 'admitted', ...found };
      const verdict = verdictOf(found.allowance, nowMs);
      if (verdict === 'wait') return { kind: 'wait', ...found };
      guess = verdict;
    }
    throw new TableBusy('An API key met conflicts on every try');
  }

  /** `item` after the write if it was counted, else as it is; null if there is none, undefined after a conflict. */
  async function attempt(hash: string, write: (typeof writes)['idle' | 'busy'], nowMs: number) {
    try {
      const { Attributes } = await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: keyOf(hash),
          ...write,
          ExpressionAttributeValues: { ':now': nowMs },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { counted: true, item: Attributes ?? null };
    } catch (error) {
      if (error instanceof TransactionConflictException) return { counted: false, item: undefined };
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // lib-dynamodb leaves items inside errors in the wire's form
      return { counted: false, item: error.Item ? unmarshall(error.Item) : null };
    }
  }

  return { admit };
}
