import { beforeEach, expect, test } from 'vitest';
import { cloudSuite, type Shop } from '../support/cloud.ts';
import type { CarrierFault } from '../support/control.ts';
import { expectMoneyAddsUp, numbers, type Shown, sendTo, settled, untilDispatch } from '../support/sends.ts';

const suite = cloudSuite();
const recipients = 30;
let series = 0;
let shop: Shop;
let to: readonly string[];

beforeEach(async () => {
  await suite.control.clearFaults();
  shop = await suite.newShop(1_000);
  to = numbers(recipients, ++series);
});

const arrivedOf = async (wanted: readonly string[]) => {
  const arrived = await suite.control.arrivalsByNumber();
  return wanted.map((number) => arrived.get(number) ?? 0);
};
const once = () => to.map(() => 1);

async function sendInto(...faults: readonly CarrierFault[]): Promise<string> {
  await suite.control.faults(...faults);
  return sendTo(shop.live, to);
}

async function expectDelivered(dispatch: Shown): Promise<void> {
  expect(dispatch).toMatchObject({ status: 'completed', progress: { delivered: recipients }, failedBy: {} });
  expect(dispatch.credits).toEqual({ held: 0, captured: recipients, released: 0, refunded: 0 });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 1_000 - recipients, held: 0 });
  expect(await arrivedOf(to)).toEqual(once());
}

test.each<CarrierFault>([
  { kind: 'refuse_connection', calls: 3 },
  { kind: 'http_429', calls: 2, retryAfterSeconds: 7 },
  { kind: 'slow', calls: 1, delayMs: 1_000 },
])('$kind only delays: the batch is sent once', async (fault) => {
  const before = await suite.control.carrierCalls();
  const id = await sendInto(fault);
  await expectDelivered(await settled(suite.control, shop.live, id));
  const refused = fault.kind === 'slow' ? 0 : (fault.calls ?? 0);
  expect((await suite.control.carrierCalls()) - before).toBe(refused + 1);
});

test.each<CarrierFault>([
  { kind: 'drop_after_accept' },
  { kind: 'garbage_reply' },
  { kind: 'timeout_after_accept', delayMs: 1_000 },
])('$kind leaves the submit unclear: it is never repeated, and found in the carrier’s list', async (fault) => {
  const before = await suite.control.carrierCalls();
  const id = await sendInto(fault);
  const unclear = await untilDispatch(shop.live, id, ({ progress }) => progress.unknown > 0);
  expect(unclear).toMatchObject({ progress: { unknown: recipients }, credits: { captured: recipients, refunded: 0 } });
  await expectDelivered(await settled(suite.control, shop.live, id, 'PT1M'));
  expect((await suite.control.carrierCalls()) - before).toBe(1);
});

test('a 500 that took nothing stays unclear, is never repeated, and is refunded after 72 hours', async () => {
  const before = await suite.control.carrierCalls();
  const id = await sendInto({ kind: 'http_500_before_accept' });
  await untilDispatch(shop.live, id, ({ progress }) => progress.unknown === recipients);
  await suite.control.advance('PT71H');
  expect(await shop.live.get(`/v1/dispatches/${id}`)).toMatchObject({
    progress: { unknown: recipients },
    settledAt: null,
  });
  await suite.control.advance('PT3H');
  const dispatch = await settled(suite.control, shop.live, id, 'PT1H');
  expect(dispatch).toMatchObject({
    status: 'completed',
    progress: { failed: recipients },
    failedBy: { unresolved: recipients },
  });
  expect(dispatch.credits).toEqual({ held: 0, captured: recipients, released: 0, refunded: recipients });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 1_000, held: 0, spent: 0 });
  expect(await arrivedOf(to)).toEqual(to.map(() => 0));
  expect((await suite.control.carrierCalls()) - before).toBe(1);
});

test.each([-101, -201])('the account’s own trouble (%i) fails nobody: it pauses, and goes on', async (code) => {
  const before = await suite.control.carrierCalls();
  const id = await sendInto({ kind: 'account', code });
  await untilDispatch(shop.live, id, () => true);
  while ((await suite.control.carrierCalls()) === before) await untilDispatch(shop.live, id, () => true);
  const other = await sendTo(shop.live, numbers(1, ++series));
  expect(await shop.live.get(`/v1/dispatches/${other}`)).toMatchObject({ progress: { planned: 1 } });
  const dispatch = await settled(suite.control, shop.live, id, 'PT30S');
  expect(dispatch).toMatchObject({ status: 'completed', progress: { delivered: recipients } });
  expect(await settled(suite.control, shop.live, other, 'PT30S')).toMatchObject({ progress: { delivered: 1 } });
  expect(await arrivedOf(to)).toEqual(once());
  await expectMoneyAddsUp(shop.live);
});

test('waiting is not failing: no queue has a dead letter after all of it', async () => {
  expect((await suite.control.queues()).filter(({ deadLetters }) => deadLetters > 0)).toEqual([]);
});
