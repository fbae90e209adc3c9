import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { monotonicFactory } from 'ulid';
import { createDispatchStore } from '../../shared/adapters/dynamo/dispatch-store.ts';
import { balanceKey } from '../../shared/adapters/dynamo/keys.ts';
import type { Table, TransactItem } from '../../shared/adapters/dynamo/table.ts';
import type { DispatchId, TenantId } from '../../shared/contracts/ids.ts';
import type { Dispatch } from '../../shared/domain/dispatches/dispatch.ts';
import { startDynamo } from '../support/dynamo.ts';
import type { Benchmark, BenchRow } from './bench-row.ts';
import { readyDispatch } from './dispatch-sample.ts';
import { median } from './figures.ts';

const targetShare = 0.8;
const atOnce = 50;
const holdCredits = 7;
const ulid = monotonicFactory();

/** Tries one hold; says whether it got the credits. */
type Hold = (table: Table) => Promise<boolean>;

interface Contender {
  readonly name: 'ours' | 'transaction' | 'write';
  /** Everything up to the first request, so that only the asking is measured. */
  prepare(table: Table, owner: TenantId): Promise<Hold>;
}

/** The transaction that confirms a dispatch: dispatch, balance, hold, ledger, idempotency. */
const ours: Contender = {
  name: 'ours',
  async prepare(table, owner) {
    const store = createDispatchStore(table, { ulid });
    const { dispatch, record } = startOf(owner);
    return async () => (await store.start(null, dispatch, holdCredits, record)).kind === 'started';
  },
};

/** The very items that ours writes, as one bare request. */
const transaction: Contender = {
  name: 'transaction',
  async prepare(table, owner) {
    const TransactItems = await itemsOfStart(table, owner);
    return async () => {
      try {
        await table.client.send(new TransactWriteCommand({ TransactItems }));
        return true;
      } catch (error) {
        if (error instanceof TransactionCanceledException) return false;
        throw error;
      }
    };
  },
};

/** Nothing but the balance: no ledger, no hold, no dispatch, and a repeated request takes the credits twice. */
const write: Contender = {
  name: 'write',
  prepare: async (_, owner) => async (table) => {
    try {
      await table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: balanceKey(owner),
          UpdateExpression: 'SET available = available - :n, held = held + :n',
          ConditionExpression: 'available >= :n',
          ExpressionAttributeValues: { ':n': holdCredits },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  },
};

/** Many holds at once on a balance that covers half of them: ours, the bare transaction and the bare write by turns. */
export const benchHolds: Benchmark = async ({ quick, progress }) => {
  const [holds, rounds] = quick ? [100, 1] : [1_000, 3];
  const dynamo = await startDynamo();
  try {
    const table = await dynamo.newTable();
    const rates = { ours: [] as number[], transaction: [] as number[], write: [] as number[] };
    for (const one of [ours, transaction, write]) await rateOf(table, one, 100); // warmed up, not measured
    for (let round = 1; round <= rounds; round++) {
      for (const one of [ours, transaction, write]) rates[one.name].push(await rateOf(table, one, holds));
      progress(`round ${round} of ${rounds}`);
    }
    return rowsOf(holds, median(rates.ours), median(rates.transaction), median(rates.write));
  } finally {
    await dynamo.stop();
  }
};

function rowsOf(holds: number, ourRate: number, transactionRate: number, writeRate: number): BenchRow[] {
  const rowOf = (against: string, peer: number, notes: string): BenchRow => ({
    row: `${holds.toLocaleString('en')} holds on one balance, ${atOnce} at once, against ${against}`,
    ours: ourRate,
    peer,
    floor: transactionRate,
    ratio: ourRate / peer,
    unit: 'holds/s',
    target: `≥ ${targetShare}× the rate of ${against}`,
    ok: ourRate >= targetShare * peer,
    notes,
  });
  const never = 'never oversold: exactly what the balance covers was held, in every round';
  return [
    rowOf(
      'the bare conditional write',
      writeRate,
      `${never}; the floor is the bare transaction of the same five items, five writes where the bare write makes one`,
    ),
    rowOf(
      'the bare transaction',
      transactionRate,
      'the emulator knows no conflicts; on AWS transactions on one balance conflict and are tried again with jitter',
    ),
  ];
}

/** Holds a second. Throws when more or fewer credits were held than there were. */
async function rateOf(table: Table, contender: Contender, holds: number): Promise<number> {
  const owner: TenantId = `ten_${ulid()}`;
  const affordable = Math.floor(holds / 2);
  const granted = affordable * holdCredits + holdCredits - 1; // the rest is too little for one more
  const Item = { ...balanceKey(owner), entity: 'balance', available: granted, held: 0, spent: 0, granted };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
  const prepared: Hold[] = [];
  for (let i = 0; i < holds; i++) prepared.push(await contender.prepare(table, owner));

  let [next, held] = [0, 0];
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let hold = prepared[next++]; hold; hold = prepared[next++]) if (await hold(table)) held++;
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;

  const left = await table.client.send(
    new GetCommand({ TableName: table.name, Key: balanceKey(owner), ConsistentRead: true }),
  );
  const { available, held: heldCredits } = left.Item ?? {};
  if (held !== affordable || available !== holdCredits - 1 || heldCredits !== affordable * holdCredits) {
    throw new Error(`${contender.name}: ${held} of ${affordable} holds, ${available} available, ${heldCredits} held`);
  }
  return holds / seconds;
}

function startOf(owner: TenantId) {
  const dispatch: Dispatch = readyDispatch(`dsp_${ulid()}` as DispatchId, owner, holdCredits);
  const record = {
    scope: owner,
    key: dispatch.id,
    requestHash: 'b'.repeat(64),
    status: 202,
    bodyGzip: new Uint8Array(400),
    requestedAtMs: dispatch.createdAtMs,
    expiresAtMs: dispatch.createdAtMs + 72 * 3_600_000,
  };
  return { dispatch, record };
}

/** What ours would write, caught before it is sent. */
async function itemsOfStart(table: Table, owner: TenantId): Promise<TransactItem[]> {
  let caught: TransactItem[] = [];
  const client = Object.create(table.client, {
    send: {
      value: async (command: unknown) => {
        if (command instanceof TransactWriteCommand) caught = [...(command.input.TransactItems ?? [])];
        return {};
      },
    },
  }) as Table['client'];
  const { dispatch, record } = startOf(owner);
  await createDispatchStore({ ...table, client }, { ulid }).start(null, dispatch, holdCredits, record);
  if (caught.length !== 5) throw new Error(`The start writes ${caught.length} items, not five`);
  return caught;
}
