import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterEach, expect, inject, test } from 'vitest';
import { newHome, until } from '../support/cloud.ts';
import { CloudProcess } from '../support/cloud-process.ts';
import { csvOf, putFile } from '../support/files.ts';
import { carrierOfALife, expectEveryoneToldOnce, MortalShop, passTime } from '../support/kills.ts';
import { message, numbers, type Shown, settled } from '../support/sends.ts';

const home = newHome();
const cloud = new CloudProcess(home);

afterEach(async () => {
  await cloud.end('SIGTERM'); // a kill would leave its database behind, with nobody to end it
  rmSync(home, { recursive: true, force: true });
});

const recipients = 20_000;
const split = { count: 7, intervalMinutes: 20 };
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

test('killed again and again on the way of a split, scheduled send: each wave goes in its time, to everybody once', async () => {
  const shop = new MortalShop(cloud, inject('assembly'));
  await shop.open(25_000);
  const wanted = numbers(recipients);

  const uploadId = await putFile(shop.live, csvOf(wanted.map((number) => `${number},서연`)));
  await shop.killed('while the file was judged', 800, async () => undefined);

  const askedMs = Math.floor((await shop.control.nowMs()) / dayMs) * dayMs + 50 * dayMs;
  const body = {
    message: message({ text: '{{ name }}님' }),
    recipients: { uploadId },
    schedule: { at: new Date(askedMs).toISOString() },
    split,
  };
  const creating = { body, idem: randomUUID() };
  const create = () => shop.live.told(202, 'POST', '/v1/dispatches', creating);
  await shop.killed('while it was created or prepared', 1_200, create);
  const { id } = await create();
  const look = () => shop.live.get(`/v1/dispatches/${id}`);
  /** Waits for it a minute at a time: what was in hand at a kill comes back only after a while. */
  const untilIt = (holds: (dispatch: Shown) => boolean | Promise<boolean>) =>
    until<{ dispatch: Shown; holds: boolean }>(
      async () => {
        const dispatch = await look();
        const seen = { dispatch, holds: await holds(dispatch) };
        if (!seen.holds) await shop.control.advance('PT1M');
        return seen;
      },
      (seen) => seen.holds,
      40_000,
    );
  await untilIt(({ status }) => status === 'ready');

  const sending = { body: { maxCredits: recipients }, idem: randomUUID() };
  const send = () => shop.live.told(202, 'POST', `/v1/dispatches/${id}/send`, sending);
  await shop.killed('while it was confirmed', 300, send);
  expect(await send(), shop.told).toMatchObject({ status: 'scheduled', credits: { held: recipients } });
  await shop.killed('while its schedules were made', 500, async () => undefined);

  const movedMs = askedMs - 40 * dayMs;
  const reschedule = () =>
    shop.live.told(200, 'PATCH', `/v1/dispatches/${id}`, {
      body: { schedule: { at: new Date(movedMs).toISOString() } },
    });
  await shop.killed('while it was rescheduled', 300, reschedule);
  await reschedule();
  await shop.killed('while its new schedules were made', 500, async () => undefined);
  const scheduledFor = Array.from({ length: split.count }, (_, i) => movedMs + i * split.intervalMinutes * minuteMs);
  await untilIt(async () => {
    const { schedules } = await shop.control.schedules();
    const own = new Set(schedules.filter(({ name }) => name.startsWith(id)).map(({ at }) => Date.parse(at)));
    return scheduledFor.every((atMs) => own.has(atMs));
  });

  /** Moves the clock, whether or not that is cut off. */
  const moveTo = async (ms: number) =>
    shop.control.advance(`PT${Math.max(0, Math.ceil((ms - (await shop.control.nowMs())) / 1_000))}S`);
  await shop.killed('while the clock was moved', 300, () => moveTo(movedMs - 5 * minuteMs));
  await moveTo(movedMs - minuteMs);
  expect(await shop.control.arrivals(), shop.told).toEqual([]);
  expect(await look(), shop.told).toMatchObject({ status: 'scheduled', progress: { planned: recipients } });

  /** A life in which little goes well, from the moment on in which something was handed to the carrier. */
  const inFlight = async (what: string, move: string) => {
    await shop.control.faults(...carrierOfALife);
    const moving = shop.control.advance(move).catch(() => 'cut off');
    await until(shop.control.carrierCalls, (calls) => calls > 0);
    await shop.killed(what, 1_500, () => moving);
  };
  await shop.control.faults(...carrierOfALife);
  await shop.killed('while the first wave was released', 600, () => moveTo(movedMs + 1_000));
  await inFlight('while the first wave was on its way', 'PT5M');
  await shop.killed(
    'and down while two waves fell due',
    0,
    async () => undefined,
    () => passTime(home, 45 * minuteMs),
  );
  await shop.killed('while overdue waves were released', 600, async () => undefined);
  await inFlight('while overdue waves were on their way', 'PT12M');
  await inFlight('while more waves were on their way', 'PT25M');
  await shop.killed('while reports came in', 1_500, () => shop.control.advance('PT3M'));

  const dispatch = await settled(shop.control, shop.live, id, 'PT25H');
  expect(shop.kills).toBeGreaterThanOrEqual(10);
  await expectEveryoneToldOnce(shop, dispatch, wanted, shop.told);
  await expectNobodyEarly(shop, dispatch, wanted, movedMs);
  expect(await cloud.end('SIGTERM')).toBe(0);
}, 240_000);

/** Waves are of one size but for one recipient, in the order of the file, and none came before its time. */
async function expectNobodyEarly(
  { control, told }: MortalShop,
  { waves }: Shown,
  wanted: readonly string[],
  firstMs: number,
): Promise<void> {
  expect(waves, told).toHaveLength(split.count);
  const dueMs = new Map<string, number>();
  for (const { number, at, recipients: size, releasedAt } of waves) {
    const atMs = firstMs + (number - 1) * split.intervalMinutes * minuteMs;
    expect(Date.parse(at), told).toBe(atMs);
    expect(Date.parse(releasedAt), told).toBeGreaterThanOrEqual(atMs);
    expect([Math.floor(recipients / split.count), Math.ceil(recipients / split.count)], told).toContain(size);
    for (const to of wanted.slice(dueMs.size, dueMs.size + size)) dueMs.set(to, atMs);
  }
  expect(dueMs.size, told).toBe(recipients);
  const early = (await control.arrivals()).filter(({ to, at }) => Date.parse(at) < (dueMs.get(to) ?? 0));
  expect(early, told).toEqual([]);
}
