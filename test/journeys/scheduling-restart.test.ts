import { rmSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { deskAt, newHome } from '../support/cloud.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { dayMs, iso, minuteMs } from '../support/later-sends.ts';
import { expectMoneyAddsUp, listOf, message, numbers, settled, untilStatus } from '../support/sends.ts';

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'between scheduling and its time the cloud ends by %s and starts again: it goes on time, once',
  async (signal) => {
    const home = newHome();
    const cloud = new CloudProcess(home);
    try {
      let desk = await deskAt(await cloud.start(inject('assembly')));
      const { live } = await desk.newShop(100);
      const to = numbers(4);
      const dueMs = (await desk.control.nowMs()) + dayMs;
      const body = {
        message: message(),
        recipients: { list: listOf(to) },
        confirm: 'auto',
        schedule: { at: iso(dueMs) },
      };
      const { id } = await live.told(202, 'POST', '/v1/dispatches', {
        body: { ...body, split: { count: 2, intervalMinutes: 60 } },
      });
      await untilStatus(live, id, 'scheduled');
      for (let life = 0; life < 2; life++) {
        await cloud.end(signal);
        desk = await deskAt(await cloud.start(inject('assembly')));
        await desk.control.advance('PT11H');
      }
      const again = desk.customer(live.key!);
      expect(await again.get(`/v1/dispatches/${id}`)).toMatchObject({ status: 'scheduled', credits: { held: 4 } });
      expect(await desk.control.arrivals()).toEqual([]);
      await desk.control.advance('PT4H');
      expect(await settled(desk.control, again, id)).toMatchObject({ status: 'completed', progress: { delivered: 4 } });
      const arrived = (await desk.control.arrivals()).map((one) => [
        one.to,
        Math.floor((Date.parse(one.at) - dueMs) / minuteMs),
      ]);
      expect(arrived.sort()).toEqual(to.map((number, i) => [number, i < 2 ? 0 : 60]));
      expect(await expectMoneyAddsUp(again)).toMatchObject({ available: 96, held: 0, spent: 4 });
    } finally {
      await cloud.end('SIGTERM'); // a kill would leave its database behind, with nobody to end it
      rmSync(home, { recursive: true, force: true });
    }
  },
  120_000,
);
