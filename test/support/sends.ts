import { expect } from 'vitest';
import { senderNumber, until } from './cloud.ts';
import type { Control } from './control.ts';
import type { Customer } from './customer.ts';
import { flawOfMoney, type Money } from './promises.ts';

/** What journeys do again and again: numbers to send to, and waiting for how it ends. */

/** As many ordinary numbers, as E.164; another `series` (0–99) gives others. */
export const numbers = (count: number, series = 0): readonly string[] =>
  Array.from({ length: count }, (_, i) => `+8210${2_000_0000 + series * 100_000 + i}`);

/** One of the simulator's magic numbers. */
export const magic = (n: number): string => `+82109999${String(n).padStart(4, '0')}`;

export const message = (over: object = {}) => ({ from: senderNumber, text: '안녕하세요', ...over });
export const listOf = (to: readonly string[]) => to.map((number) => ({ to: number }));

/** `POST /v1/messages`; answers the dispatch's id. */
export async function sendTo(customer: Customer, to: readonly string[], over: object = {}): Promise<string> {
  const body = { message: message(), recipients: listOf(to), ...over };
  return (await customer.told(202, 'POST', '/v1/messages', { body })).dispatchId;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
export type Shown = any;

/** Polls a dispatch until it is as wanted. */
export const untilDispatch = (customer: Customer, id: string, holds: (dispatch: Shown) => boolean, withinMs?: number) =>
  until<Shown>(() => customer.get(`/v1/dispatches/${id}`), holds, withinMs);

export const untilStatus = (customer: Customer, id: string, status: string, withinMs?: number) =>
  untilDispatch(customer, id, (dispatch) => dispatch.status === status, withinMs);

/** Moves the clock a little at a time until all reports are in. @param step ISO 8601 duration */
export async function settled(control: Control, customer: Customer, id: string, step = 'PT10S'): Promise<Shown> {
  const look = async () => {
    const dispatch = await customer.get(`/v1/dispatches/${id}`);
    if (dispatch.settledAt === null) await control.advance(step);
    return dispatch;
  };
  return until<Shown>(look, ({ settledAt }) => settledAt !== null, 90_000);
}

/** The balance is the sum of the ledger, and parts of what was granted. */
export async function expectMoneyAddsUp(customer: Customer): Promise<Money> {
  const money = await customer.money();
  expect(flawOfMoney(money)).toBeNull();
  const ledger = await customer.all('/v1/credits/ledger');
  const total = (type?: string) =>
    ledger.filter((entry) => type === undefined || entry.type === type).reduce((sum, { credits }) => sum + credits, 0);
  expect(total()).toBe(money.available);
  expect(total('grant') + total('bonus') + total('adjust')).toBe(money.granted);
  return money;
}

/** Handsets got exactly these numbers' messages, each once. */
export async function expectArrivals(control: Control, expected: readonly string[]): Promise<void> {
  const arrived = await control.arrivalsByNumber();
  expect([...arrived].filter(([, count]) => count > 1)).toEqual([]);
  expect([...arrived.keys()].sort()).toEqual([...expected].sort());
}
