import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { DispatchId } from '../../contracts/ids.ts';
import { type Dispatch, moves } from '../../domain/dispatches/dispatch.ts';
import type {
  CreateOutcome,
  DispatchStore,
  Ids,
  NewEvent,
  Refused,
  StartOutcome,
} from '../../domain/dispatches/ports.ts';
import type { IdempotencyRecord } from '../../domain/idempotency/idempotency.ts';
import { dispatchOfItem, itemOfDispatch, keptUntilSeconds } from './dispatch-item.ts';
import { type CreditPart, holdItems, settleItems } from './hold-items.ts';
import { idempotencyPut } from './idempotency.ts';
import { dispatchKey, eventKey, externalIdKey } from './keys.ts';
import { roundMade } from './notice-item.ts';
import { type Item, type Table, type TransactItem, transact } from './table.ts';
import { uploadInUse } from './upload-use.ts';
import { putVersion, stillAs } from './versioned.ts';

/** Dispatches in the table, and the transactions that move credits with them. */
export function createDispatchStore(table: Table, ids: Ids): DispatchStore {
  return {
    async read(id) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: dispatchKey(id), ConsistentRead: true }),
      );
      // the table deletes what has expired only days later, and not all of a dispatch at once
      if (!Item || Number(Item.expiresAt) * 1_000 <= table.now()) return null;
      return dispatchOfItem(Item);
    },

    async create(dispatch, idempotency) {
      const write = new Transaction(table)
        .add('dispatch', {
          Put: { TableName: table.name, Item: itemOfDispatch(dispatch), ConditionExpression: absent },
        })
        .addAll(createdBeside(table, dispatch, idempotency));
      const refused = await write.commit();
      if (refused.size === 0) return { kind: 'created' };
      const creation = refusedCreation(refused);
      if (creation) return creation;
      if (refused.has('dispatch')) return { kind: 'exists' };
      return refused.has('upload') ? { kind: 'upload_unusable' } : unexpected(refused);
    },

    async move(before, move, after) {
      const next = { ...after, version: before.version + 1 };
      const outcome = await putVersion(table, itemOfDispatch(next), stillAs(before, moves[move].from));
      return outcome === 'written' ? next : movedTo(outcome.refused);
    },

    async start(before, after, holdCredits, idempotency) {
      const next = before === null ? after : { ...after, version: before.version + 1 };
      const condition = before === null ? { ConditionExpression: absent } : stillAs(before, moves.start.from);
      const write = new Transaction(table)
        .add('dispatch', { Put: { TableName: table.name, Item: itemOfDispatch(next), ...condition } })
        .addAll(holdItems(table, ids, next, holdCredits))
        .addAll(before === null ? createdBeside(table, next, idempotency) : idempotencyOf(table, idempotency));
      const refused = await write.commit();
      if (refused.size === 0) return { kind: 'started', dispatch: next };
      return refusedStart(refused) ?? unexpected(refused);
    },

    async fold(before, after, movements, events, move = 'fold') {
      const next = { ...after, version: before.version + 1 };
      const write = new Transaction(table)
        .add('dispatch', {
          Put: { TableName: table.name, Item: itemOfDispatch(next), ...stillAs(before, moves[move].from) },
        })
        .addAll(settleItems(table, ids, next, movements))
        .addAll(events.map((event, i) => eventItem(table, next, event, before.events + i)));
      const refused = await write.commit();
      if (refused.size === 0) return next;
      const moved = refused.get('dispatch');
      return moved === undefined ? unexpected(refused) : movedTo(moved);
    },
  };
}

const absent = 'attribute_not_exists(pk)';

type Part = CreditPart | 'dispatch' | 'idempotency' | 'external_id' | 'upload' | 'round' | 'event';
type Named = readonly [Part, TransactItem];

/** A transaction whose refused items are known by what they are, not by their position. */
class Transaction {
  readonly #table: Table;
  readonly #items: Named[] = [];

  constructor(table: Table) {
    this.#table = table;
  }

  add(part: Part, item: TransactItem): this {
    this.#items.push([part, item]);
    return this;
  }

  addAll(items: readonly Named[]): this {
    this.#items.push(...items);
    return this;
  }

  async commit(): Promise<ReadonlyMap<Part, Item | null>> {
    const refusals = await transact(
      this.#table,
      this.#items.map(([, item]) => item),
    );
    return new Map(refusals.map(({ index, item }) => [this.#items[index]?.[0] ?? 'dispatch', item]));
  }
}

function unexpected(refused: ReadonlyMap<Part, Item | null>): never {
  throw new Error(`A transaction was refused at ${[...refused.keys()].join(', ')}, which cannot be`);
}

const movedTo = (item: Item | null): Refused<Dispatch> => ({ refused: item ? dispatchOfItem(item) : null });

function createdBeside(table: Table, dispatch: Dispatch, idempotency: IdempotencyRecord | null): readonly Named[] {
  const items: Named[] = [...idempotencyOf(table, idempotency)];
  if (dispatch.externalId !== null) {
    const Item = {
      ...externalIdKey(dispatch.owner, dispatch.externalId),
      entity: 'externalId',
      dispatchId: dispatch.id,
    };
    items.push(['external_id', { Put: { TableName: table.name, Item, ConditionExpression: absent } }]);
  }
  if ('uploadId' in dispatch.source)
    items.push(['upload', uploadInUse(table, dispatch.owner, dispatch.source.uploadId, dispatch.id)]);
  if (dispatch.purpose === 'notice') items.push(['round', roundMade(table, dispatch)]);
  return items;
}

const idempotencyOf = (table: Table, record: IdempotencyRecord | null): readonly Named[] =>
  record === null ? [] : [['idempotency', idempotencyPut(table, record)]];

function eventItem(table: Table, dispatch: Dispatch, event: NewEvent, n: number): Named {
  const Item = {
    ...eventKey(dispatch.id, n),
    entity: 'event',
    ...event,
    dispatchId: dispatch.id,
    owner: dispatch.owner,
    expiresAt: keptUntilSeconds(dispatch.createdAtMs),
  };
  return ['event', { Put: { TableName: table.name, Item, ConditionExpression: absent } }];
}

type RefusedCreation = Extract<CreateOutcome & StartOutcome, { kind: 'replayed' | 'external_id_used' }>;

function refusedCreation(refused: ReadonlyMap<Part, Item | null>): RefusedCreation | null {
  if (refused.has('idempotency')) return { kind: 'replayed' };
  const external = refused.get('external_id');
  if (external) return { kind: 'external_id_used', dispatchId: external.dispatchId as DispatchId };
  return null;
}

function refusedStart(refused: ReadonlyMap<Part, Item | null>): StartOutcome | null {
  const creation = refusedCreation(refused);
  if (creation) return creation;
  if (refused.has('round')) return { kind: 'overtaken' };
  const dispatch = refused.get('dispatch');
  if (dispatch !== undefined) return { kind: 'moved', dispatch: dispatch === null ? null : dispatchOfItem(dispatch) };
  const balance = refused.get('balance');
  if (balance !== undefined) return { kind: 'short', available: Number(balance?.available ?? 0) };
  return null;
}
