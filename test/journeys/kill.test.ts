import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, inject, test } from 'vitest';
import { type Desk, deskAt, newHome, type Shop, until } from '../support/cloud.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import type { CarrierFault } from '../support/control.ts';
import { csvOf, putFile } from '../support/files.ts';
import { expectMoneyAddsUp, message, numbers, settled } from '../support/sends.ts';

const home = newHome();
const cloud = new CloudProcess(home);

afterEach(async () => {
  await cloud.end('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

const recipients = 6_000;
/**
 * What the carrier does with each life's first submits: one it never gets to take, one it takes and never answers, one
 * goes well, and the rest must wait for the next life. So every kill has calls of all kinds in hand.
 */
const script: readonly CarrierFault[] = [
  { kind: 'slow', calls: 1, delayMs: 60_000 },
  { kind: 'timeout_after_accept', calls: 1 },
  { kind: 'slow', calls: 1, delayMs: 0 },
  { kind: 'http_429', calls: 1_000, retryAfterSeconds: 30 },
];

test('killed again and again in the middle of a send: nobody gets it twice, nobody is lost, money adds up', async () => {
  let desk: Desk = await deskAt(await cloud.start(inject('assembly')));
  let shop: Shop = await desk.newShop(8_000);
  const wanted = numbers(recipients);
  const uploadId = await putFile(shop.live, csvOf(wanted.map((number) => `${number},서연`)));
  const body = { message: message({ text: '{{ name }}님' }), recipients: { uploadId }, confirm: 'auto' };
  const { id } = await shop.live.told(202, 'POST', '/v1/dispatches', { body });
  const moments: number[] = [];

  for (let kill = 1; kill <= 4; kill++) {
    const untilMs = Math.round(Math.random() * 1_500);
    moments.push(untilMs);
    // The first kill comes while the file is validated or prepared; the others when messages are on their way, while
    // the clock moves over what was in flight, over leases and over what the carrier asked to wait.
    let moving: Promise<unknown> = Promise.resolve();
    if (kill > 1) {
      await desk.control.faults(...script);
      moving = desk.control.advance('PT12M').catch(() => 'killed on the way');
      await until(desk.control.carrierCalls, (calls) => calls > 0);
    }
    await sleep(untilMs);
    await Promise.all([cloud.end('SIGKILL'), moving]);
    desk = await deskAt(await cloud.start(kill === 4 ? undefined : inject('assembly')));
    shop = { ...shop, live: desk.customer(shop.live.key!) };
  }

  const told = `killed after ${moments.join(', ')} ms`;
  const dispatch = await settled(desk.control, shop.live, id, 'PT25H');
  const { delivered, unknown, failed } = dispatch.progress;
  expect(dispatch, told).toMatchObject({
    status: 'completed',
    progress: { accepted: recipients, planned: 0, canceled: 0 },
  });
  expect(delivered + unknown + failed, told).toBe(recipients);
  expect(failed, told).toBeGreaterThan(0);
  expect(dispatch.failedBy, told).toEqual({ unresolved: failed });
  expect(dispatch.credits, told).toEqual({ held: 0, captured: recipients, released: 0, refunded: failed });
  expect(await expectMoneyAddsUp(shop.live), told).toMatchObject({ available: 2_000 + failed, held: 0 });

  const messages = await shop.live.all(`/v1/dispatches/${id}/messages`);
  expect(new Set(messages.map(({ to }) => to)), told).toEqual(new Set(wanted));
  const sent = messages.filter(({ status }) => status !== 'failed').map(({ to }) => to);
  const arrived = await desk.control.arrivalsByNumber();
  expect(
    [...arrived].filter(([, count]) => count > 1),
    told,
  ).toEqual([]);
  expect(new Set(arrived.keys()), told).toEqual(new Set(sent));
  expect(
    (await desk.control.queues()).filter(({ deadLetters }) => deadLetters > 0),
    told,
  ).toEqual([]);
  expect(await cloud.end('SIGTERM')).toBe(0);
}, 180_000);
