import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { auditIdShape, operatorKeyIdShape, tenantIdShape } from '../../contracts/ids.ts';
import { type AuditEntry, type AuditLog, type AuditQuestion, auditOutcomes } from '../../domain/audit/audit.ts';
import { auditKey, auditPartition, timeKey } from './keys.ts';
import { type Item, queryAll, type Table, type TransactItem, withPatience } from './table.ts';

const facts = z.record(z.string(), z.unknown()).nullable();
const itemShape = z.object({
  entity: z.literal('audit'),
  id: auditIdShape,
  atMs: z.int(),
  keyId: z.union([operatorKeyIdShape, z.literal('root')]),
  keyName: z.string(),
  action: z.string(),
  targets: z.record(z.string(), z.string()),
  tenantId: tenantIdShape.nullable(),
  requestId: z.string(),
  outcome: z.enum(auditOutcomes),
  status: z.int().nullable(),
  code: z.string().nullable(),
  before: facts,
  after: facts,
});

function entryOf(item: Item): AuditEntry {
  const { entity: _, ...entry } = itemShape.parse(item);
  return entry;
}

const partOf = ({ outcome }: AuditEntry) => (outcome === 'unfinished' ? 'BEGUN' : 'ENDED');

/** How an action ended, for the transaction of what it changes. Kept for good: no item of the log has a time to live. */
export const auditPut = (table: Table, entry: AuditEntry): TransactItem => ({ Put: put(table, entry) });

const put = ({ name: TableName }: Table, entry: AuditEntry) => ({
  TableName,
  Item: { ...auditKey(entry.atMs, entry.id, partOf(entry)), entity: 'audit', ...entry },
  ConditionExpression: 'attribute_not_exists(pk)',
});

/** With a filter that few entries pass, a page looks at so many at most. */
const lookedAtMost = 1_000;

/** Puts and queries only: what stands in the log is never touched again. */
export function openAuditLog(table: Table): AuditLog {
  const write = (entry: AuditEntry) => withPatience(table, () => table.client.send(new PutCommand(put(table, entry))));

  return {
    async begin(action) {
      const nothing = { status: null, code: null, before: null, after: null };
      await write({ ...action, outcome: 'unfinished', ...nothing });
    },

    async end(entry) {
      try {
        await write(entry);
      } catch (error) {
        // Written with the change, or by a first try of this very write
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    list: (question) => readLog(table, question),
  };
}

const monthOf = (atMs: number) => timeKey(atMs).slice(0, 7);
const monthBefore = (month: string) => monthOf(Date.parse(`${month}-01T00:00:00Z`) - 1);

/** Month by month backwards. The end of an action lies before its beginning then, and says all of it and more. */
async function readLog(table: Table, { fromMs, untilMs, keyId, tenantId, limit, after }: AuditQuestion) {
  const items: AuditEntry[] = [];
  if (untilMs <= fromMs) return { items, next: null };
  const last = after !== null && after < timeKey(untilMs) ? after : timeKey(untilMs);
  let looked = 0;
  let position = last;
  let ended: string | null = null;
  for (let month = last.slice(0, 7); month >= monthOf(fromMs); month = monthBefore(month)) {
    const found = queryAll(table, {
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: { ':pk': auditPartition(month), ':first': timeKey(fromMs), ':last': last },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: Math.min(lookedAtMost, 2 * limit + 2),
    });
    for await (const item of found) {
      if (String(item.sk) >= last) continue;
      const entry = entryOf(item);
      if (entry.outcome !== 'unfinished') ended = entry.id;
      else if (entry.id === ended) {
        position = String(item.sk); // the beginning of what has been told
        continue;
      }
      const passes = (keyId === null || entry.keyId === keyId) && (tenantId === null || entry.tenantId === tenantId);
      if (items.length === limit || looked === lookedAtMost) return { items, next: position };
      looked++;
      // Nothing of an action comes again, neither its end nor its beginning
      position = auditKey(entry.atMs, entry.id, 'BEGUN').sk;
      if (passes) items.push(entry);
    }
  }
  return { items, next: null };
}
