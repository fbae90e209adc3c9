import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, inject, test } from 'vitest';
import { type Desk, deskAt, newHome, type Shop, until } from '../support/cloud.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { csvOf, putFile } from '../support/files.ts';
import { carrierOfALife, expectEveryoneToldOnce } from '../support/kills.ts';
import { message, numbers, settled } from '../support/sends.ts';

const home = newHome();
const cloud = new CloudProcess(home);

afterEach(async () => {
  await cloud.end('SIGTERM'); // a kill would leave its database behind, with nobody to end it
  rmSync(home, { recursive: true, force: true });
});

const recipients = 6_000;
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
      await desk.control.faults(...carrierOfALife);
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
  await expectEveryoneToldOnce({ control: desk.control, live: shop.live }, dispatch, wanted, told);
  expect(await cloud.end('SIGTERM')).toBe(0);
}, 180_000);
