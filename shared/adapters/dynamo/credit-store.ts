import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { dispatchIdShape, type OwnerId } from '../../contracts/ids.ts';
import type { CreditStore, LedgerPosition, LedgerQuestion } from '../../domain/credits/credit-account.ts';
import { type Balance, effectOf, emptyBalance, type LedgerEntry, ledgerTypes } from '../../domain/credits/ledger.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import { auditPut } from './audit-log.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { balanceKey, ledgerKey } from './keys.ts';
import { type Item, queryAll, type Table, type TransactItem, transact } from './table.ts';

const balanceShape = z.object({
  available: z.int().min(0),
  held: z.int().min(0),
  spent: z.int().min(0),
  granted: z.int().min(0),
});

const entryShape = z.object({
  entity: z.literal('ledger'),
  sk: z.string(),
  type: z.enum(ledgerTypes),
  credits: z.int(),
  quantity: z.int(),
  dispatchId: dispatchIdShape.nullable(),
  note: z.string().nullable(),
  atMs: z.number(),
});

/** The balance as an item says it; absent means that nothing ever moved. */
export const balanceOf = (item: Item | null | undefined): Balance => (item ? balanceShape.parse(item) : emptyBalance);

/**
 * Changes a balance by `effect`, for a transaction. Refused when a part that shrinks has less than that. The balance
 * comes to exist with its first movement.
 */
export function balanceUpdate(table: Table, owner: OwnerId, effect: Balance): TransactItem {
  const parts = Object.entries(effect) as [keyof Balance, number][];
  const shrinking = parts.filter(([, by]) => by < 0);
  const least = shrinking.map(([part, by]) => [`:least_${part}`, -by] as const);
  return {
    Update: {
      TableName: table.name,
      Key: balanceKey(owner),
      UpdateExpression: `SET entity = :entity ADD ${parts.map(([part]) => `${part} :${part}`).join(', ')}`,
      ...(shrinking.length === 0
        ? {}
        : { ConditionExpression: shrinking.map(([part]) => `${part} >= :least_${part}`).join(' AND ') }),
      ExpressionAttributeValues: {
        ':entity': 'balance',
        ...Object.fromEntries(parts.map(([part, by]) => [`:${part}`, by])),
        ...Object.fromEntries(least),
      },
    },
  };
}

/** That none of an owner's credits are held, for a transaction. */
export const nothingHeld = ({ name: TableName }: Table, owner: OwnerId): TransactItem => ({
  ConditionCheck: {
    TableName,
    Key: balanceKey(owner),
    ConditionExpression: 'attribute_not_exists(pk) OR held = :none',
    ExpressionAttributeValues: { ':none': 0 },
  },
});

/** Writes an entry once, for a transaction: the ledger only grows. */
export function ledgerPut(table: Table, owner: OwnerId, entry: LedgerEntry): TransactItem {
  const { type, credits, quantity, dispatchId, note, atMs } = entry;
  return {
    Put: {
      TableName: table.name,
      Item: {
        ...ledgerKey(owner, atMs, entry.id),
        entity: 'ledger',
        type,
        credits,
        quantity,
        dispatchId,
        note,
        atMs,
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

export function openCreditStore(table: Table): CreditStore {
  return {
    async balance(owner) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: balanceKey(owner), ConsistentRead: true }),
      );
      return balanceOf(Item);
    },
    ledger: (owner, question) => readLedger(table, owner, question),
    async move(owner, entry, record, audit) {
      const refusals = await transact(table, [
        idempotencyPut(table, record),
        balanceUpdate(table, owner, effectOf(entry.type, entry.quantity)),
        ledgerPut(table, owner, entry),
        ...(audit ? [auditPut(table, audit)] : []),
      ]);
      if (refusals.length === 0) return { kind: 'moved' };
      if (isTaken(refusals, 0)) return replayed;
      const short = refusals.find(({ index }) => index === 1);
      if (!short) throw new Error(`Ledger entry ${entry.id} exists already`);
      return { kind: 'balance_too_low', available: balanceOf(short.item).available };
    },
  };
}

const monthOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 7);
const monthBefore = (month: string) => monthOf(Date.parse(`${month}-01T00:00:00Z`) - 1);

/** Ids are ULIDs made while the entry's request ran; so much their times may differ. */
const idSlackMs = 15 * 60_000;
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const idTimeOf = (atMs: number) =>
  Array.from({ length: 10 }, (_, i) => crockford[Math.floor(Math.max(0, atMs) / 32 ** (9 - i)) % 32]).join('');

/** Month by month backwards; a month is one partition. */
async function readLedger(table: Table, owner: OwnerId, { fromMs, untilMs, limit, after }: LedgerQuestion) {
  const items: LedgerEntry[] = [];
  if (untilMs <= fromMs) return { items, next: null };
  const [newest, oldest] = [monthOf(untilMs - 1), monthOf(fromMs)];
  const start = after && after.month < newest ? after.month : newest;
  for (let month = start; month >= oldest; month = monthBefore(month)) {
    const goesOn = after?.month === month ? after.id : null;
    const last = `${idTimeOf(untilMs + idSlackMs)}Z`;
    const found = queryAll(table, {
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': ledgerKey(owner, Date.parse(`${month}-01T00:00:00Z`), '').pk,
        ':first': idTimeOf(fromMs - idSlackMs),
        ':last': goesOn !== null && goesOn < last ? goesOn : last,
      },
      ScanIndexForward: false,
      Limit: limit + 2 - items.length,
    });
    for await (const item of found) {
      const entry = entryOf(item);
      if (entry.id === goesOn || entry.atMs < fromMs || entry.atMs >= untilMs) continue;
      if (items.length === limit) return { items, next: positionOf(items.at(-1)!) };
      items.push(entry);
    }
  }
  return { items, next: null };
}

const positionOf = ({ atMs, id }: LedgerEntry): LedgerPosition => ({ month: monthOf(atMs), id });

function entryOf(item: Item): LedgerEntry {
  const { sk, type, credits, quantity, dispatchId, note, atMs } = entryShape.parse(item);
  return { id: sk, type, credits, quantity, dispatchId, note, atMs };
}
