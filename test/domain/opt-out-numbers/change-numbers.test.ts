import { beforeEach, describe, expect, test } from 'vitest';
import type { OptOutNumberId, TenantId } from '../../../shared/contracts/ids.ts';
import {
  cancelNumber,
  type MoveOutcome,
  openNumber,
  requestNumber,
  scheduleNumber,
} from '../../../shared/domain/opt-out-numbers/change-numbers.ts';
import {
  isInUse,
  type OptOutNumber,
  type OptOutNumberMove,
  type OptOutNumberState,
  openNumbersOf,
  optOutNumberStates,
  optOutNumbersMax,
} from '../../../shared/domain/opt-out-numbers/opt-out-number.ts';
import { newTenant, recordOf } from '../../support/contracts/samples.ts';
import { createFakeIds } from '../../support/fakes/clock.ts';
import { createFakeOptOutNumbers } from '../../support/fakes/opt-out-numbers.ts';

// A Friday, noon in Korea
const fridayMs = Date.parse('2026-11-27T03:00:00Z');
const dayMs = 86_400_000;
const number = '0801234567';

let fake: ReturnType<typeof createFakeOptOutNumbers>;
let tenant: TenantId;
const ports = () => ({ optOutNumbers: fake.store, ids });
const ids = createFakeIds();

beforeEach(() => {
  fake = createFakeOptOutNumbers();
  tenant = newTenant();
});

const ask = () => requestNumber(ports(), tenant, 'Shop', fridayMs, () => recordOf(tenant));

async function asked(): Promise<OptOutNumber> {
  const outcome = await ask();
  if (outcome.kind !== 'requested') throw new Error(outcome.kind);
  return outcome.number;
}

const moves: Readonly<Record<OptOutNumberMove, (id: OptOutNumberId, nowMs?: number) => Promise<MoveOutcome>>> = {
  schedule: (id, nowMs = fridayMs) => scheduleNumber(ports(), tenant, id, { number, expectedOpeningOn: null }, nowMs),
  open: (id, nowMs = fridayMs) => openNumber(ports(), tenant, id, number, nowMs),
  cancel: (id, nowMs = fridayMs) => cancelNumber(ports(), tenant, id, nowMs),
};

/** A subscription in each state. */
const inState: Readonly<Record<OptOutNumberState, () => Promise<OptOutNumberId>>> = {
  requested: async () => (await asked()).id,
  scheduled: async () => {
    const { id } = await asked();
    await moves.schedule(id);
    return id;
  },
  registered: async () => {
    const { id } = await asked();
    await moves.open(id);
    return id;
  },
  canceled: async () => {
    const { id } = await asked();
    await moves.cancel(id);
    return id;
  },
};

describe('a subscription', () => {
  const after: Readonly<Record<OptOutNumberMove, OptOutNumberState>> = {
    schedule: 'scheduled',
    open: 'registered',
    cancel: 'canceled',
  };
  const possible = [
    'requested schedule',
    'scheduled schedule',
    'requested open',
    'scheduled open',
    'requested cancel',
    'scheduled cancel',
    'registered cancel',
  ];
  const table = optOutNumberStates.flatMap((state) =>
    (Object.keys(moves) as OptOutNumberMove[]).map((move) => [state, move] as const),
  );

  test.each(table)('that is %s: %s', async (state, move) => {
    const id = await inState[state]();
    const before = await fake.store.find(tenant, id);
    const outcome = await moves[move](id, fridayMs + dayMs);
    const now = await fake.store.find(tenant, id);
    if (possible.includes(`${state} ${move}`)) {
      expect(outcome).toEqual({ kind: 'changed', number: now, before });
      expect(now?.state).toBe(after[move]);
    } else {
      expect(outcome).toEqual({ kind: 'wrong_state', number: before });
      expect(now).toEqual(before);
    }
  });

  test('tells when each thing happened to it, and opens four business days later unless told otherwise', async () => {
    const { id } = await asked();
    await moves.schedule(id);
    expect(await fake.store.find(tenant, id)).toMatchObject({
      state: 'scheduled',
      number,
      numberedAtMs: fridayMs,
      expectedOpeningOn: '2026-12-03',
      openedAtMs: null,
    });
    const given = { number, expectedOpeningOn: '2026-12-07' };
    await scheduleNumber(ports(), tenant, id, given, fridayMs + dayMs);
    await openNumber(ports(), tenant, id, null, fridayMs + 2 * dayMs);
    await cancelNumber(ports(), tenant, id, fridayMs + 3 * dayMs);
    expect(await fake.store.find(tenant, id)).toEqual({
      id,
      businessName: 'Shop',
      state: 'canceled',
      number,
      numberedAtMs: fridayMs,
      requestedAtMs: fridayMs,
      expectedOpeningOn: '2026-12-07',
      openedAtMs: fridayMs + 2 * dayMs,
      canceledAtMs: fridayMs + 3 * dayMs,
    });
  });

  test('that was only requested needs a number to open', async () => {
    const { id } = await asked();
    expect(await openNumber(ports(), tenant, id, null, fridayMs)).toEqual({ kind: 'number_missing' });
    expect(await fake.store.find(tenant, id)).toMatchObject({ state: 'requested', number: null });
  });

  test('may open under another number than was scheduled, which is then free for others', async () => {
    const id = await inState.scheduled();
    const other = '08012345678';
    expect(await openNumber(ports(), tenant, id, other, fridayMs + 1)).toMatchObject({ kind: 'changed' });
    expect(await fake.lines.holderAt(other, fridayMs + 1)).toBe(tenant);
    expect(await fake.lines.holderAt(number, fridayMs + 1)).toBeNull();
    const second = await asked();
    expect(await moves.open(second.id, fridayMs + 2)).toMatchObject({ kind: 'changed' });
  });

  test('of another tenant is absent', async () => {
    const id = await inState.scheduled();
    tenant = newTenant();
    for (const move of Object.values(moves)) expect(await move(id)).toEqual({ kind: 'absent' });
  });

  test('is decided anew when another changes the shelf between looking and writing', async () => {
    const { id } = await asked();
    const { store } = fake;
    let meddle: (() => Promise<unknown>) | null = () => moves.cancel(id);
    fake.store = {
      ...store,
      async change(...args) {
        const first = meddle;
        meddle = null;
        await first?.();
        return store.change(...args);
      },
    };
    expect(await moves.open(id)).toMatchObject({ kind: 'wrong_state', number: { state: 'canceled' } });
    expect(await fake.lines.holderAt(number, fridayMs)).toBeNull();
  });

  test('gives up when the shelf never holds still', async () => {
    const { id } = await asked();
    fake.store = { ...fake.store, change: async () => ({ kind: 'moved' }) };
    expect(await moves.open(id)).toEqual({ kind: 'busy' });
  });
});

describe('a tenant', () => {
  test(`has at most ${optOutNumbersMax} that are not canceled`, async () => {
    const all = [];
    for (let i = 0; i < optOutNumbersMax; i++) all.push(await asked());
    expect(await ask()).toEqual({ kind: 'too_many' });
    await moves.cancel(all[3]!.id);
    expect(await ask()).toMatchObject({ kind: 'requested' });
    expect(await ask()).toEqual({ kind: 'too_many' });
  });

  test(`asking many times at once gets no more than ${optOutNumbersMax} either`, async () => {
    const outcomes = await Promise.all(Array.from({ length: 3 * optOutNumbersMax }, ask));
    const counted = Map.groupBy(outcomes, ({ kind }) => kind);
    expect(counted.get('requested')?.length).toBe(optOutNumbersMax);
    expect((await fake.store.shelf(tenant)).numbers).toHaveLength(optOutNumbersMax);
  });
});

test('advertising may name what is registered, in order of opening; what is in use keeps a tenant', () => {
  const one = (over: Partial<OptOutNumber>): OptOutNumber => ({
    id: 'opt_01ARZ3NDEKTSV4RRFFQ69G5FAV',
    businessName: 'Shop',
    state: 'registered',
    number: null,
    numberedAtMs: null,
    requestedAtMs: 0,
    expectedOpeningOn: null,
    openedAtMs: null,
    canceledAtMs: null,
    ...over,
  });
  const numbers = [
    one({ number: '0800000002', openedAtMs: 20 }),
    one({ number: '0800000003', state: 'scheduled' }),
    one({ number: '0800000001', openedAtMs: 10, businessName: 'First' }),
    one({ state: 'requested' }),
  ];
  expect(openNumbersOf({ numbers })).toEqual([
    { number: '0800000001', businessName: 'First' },
    { number: '0800000002', businessName: 'Shop' },
  ]);
  expect(numbers.map(isInUse)).toEqual([true, true, true, false]);
  expect(isInUse(one({ state: 'canceled' }))).toBe(false);
});
