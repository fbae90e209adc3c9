import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { dayMs, hourMs, laterSends } from '../support/later-sends.ts';
import { expectMoneyAddsUp, listOf, message, settled } from '../support/sends.ts';

const {
  suite,
  shop,
  newNumbers,
  ahead,
  get,
  send,
  cancel,
  reschedule,
  ready,
  scheduled,
  arrivals,
  expectArrivedFrom,
  noDeadLetters,
} = laterSends();

test('confirmed twice: one wins, with one hold', async () => {
  for (let round = 0; round < 5; round++) {
    const to = newNumbers(2);
    const id = await ready(to, { schedule: await ahead(hourMs) });
    const both = await Promise.all([
      send(id),
      send(id),
      send(id, { body: {}, idem: id }),
      send(id, { body: {}, idem: id }),
    ]);
    const won = both.filter(({ status }) => status === 202);
    expect(won.length).toBeGreaterThan(0);
    for (const { status, json } of both) {
      if (status === 202) expect(json).toEqual(won[0]!.json);
      else expect([status, json.code]).toEqual([409, 'wrong_state']);
    }
    expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 9_998, held: 2 });
    expect((await cancel(id)).status).toBe(200);
  }
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ available: 10_000, held: 0 });
});

type Told = Awaited<ReturnType<typeof cancel>>;
type Verdict = 'in_time' | 'too_late';

/** Asks something at about the moment at which a dispatch is released, until that came both too late and in time. */
async function aroundRelease(
  ask: (id: string) => Promise<Told>,
  judge: (id: string, to: readonly string[], told: Told) => Promise<Verdict>,
): Promise<void> {
  const seen = { in_time: 0, too_late: 0 };
  for (let round = 0; round < 20 && (round < 4 || seen.in_time * seen.too_late === 0); round++) {
    const each = Array.from({ length: 8 }, () => newNumbers(2));
    const schedule = await ahead(hourMs);
    const ids: string[] = [];
    for (const to of each) {
      const body = { message: message(), recipients: listOf(to), schedule };
      ids.push((await shop.live.told(202, 'POST', '/v1/messages', { body })).dispatchId);
    }
    const leftMs = Date.parse(schedule.at) - (await suite.control.nowMs());
    await suite.control.advance(`PT${(leftMs - 300) / 1_000}S`);
    // From just before its time to when it has surely gone
    const told = await Promise.all(ids.map((id) => sleep(Math.random() * 2_500).then(() => ask(id))));
    for (const [i, id] of ids.entries()) seen[await judge(id, each[i]!, told[i]!)]++;
  }
  expect(seen.in_time).toBeGreaterThan(0);
  expect(seen.too_late).toBeGreaterThan(0);
  await noDeadLetters();
}

test('a cancel and the release: all goes or nothing does, and money says the same', async () => {
  await aroundRelease(cancel, async (id, to, { status, json }) => {
    expect([200, 409]).toContain(status);
    const done = await settled(suite.control, shop.live, id);
    const arrived = await arrivals(to);
    expect(done.progress).toMatchObject({ delivered: arrived, canceled: 2 - arrived });
    if (status === 409) expect([done.status, arrived]).toEqual(['completed', 2]);
    else {
      expect([done.status, json.gone + json.canceled]).toEqual(['canceled', 2]);
      expect(json.gone).toBeGreaterThanOrEqual(arrived); // what was about to be handed over may have been kept back yet
    }
    return arrived === 0 ? 'in_time' : 'too_late';
  });
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ held: 0 });
}, 240_000);

test('another time and the release: it goes at the one or at the other, once', async () => {
  const later = await ahead(dayMs);
  await aroundRelease(
    (id) => reschedule(id, later),
    async (id, _, { status }) => {
      expect([200, 409]).toContain(status);
      const shown = await get(id);
      if (status === 409) expect(shown.schedule.at < later.at).toBe(true);
      else
        expect(shown).toMatchObject({
          status: 'scheduled',
          schedule: later,
          waves: [{ at: later.at, releasedAt: null }],
        });
      return status === 409 ? 'too_late' : 'in_time';
    },
  );
  await suite.control.advance('P1DT1M');
  const all = await shop.live.all('/v1/dispatches');
  for (const { id, schedule } of all) {
    const done = await settled(suite.control, shop.live, id);
    expect(done).toMatchObject({ status: 'completed', progress: { delivered: 2 } });
    const messages = await shop.live.all(`/v1/dispatches/${id}/messages`);
    await expectArrivedFrom(
      Date.parse(schedule.at),
      messages.map(({ to }) => to),
    );
  }
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ held: 0, spent: 2 * all.length });
}, 240_000);

test('told to go now, to go later and not to go, all at once: it goes whole or not at all, and never later', async () => {
  for (let round = 0; round < 6; round++) {
    const to = newNumbers(2);
    const id = await scheduled(to, hourMs);
    const later = await ahead(2 * hourMs);
    const told = await Promise.all([reschedule(id, null), reschedule(id, later), cancel(id)]);
    for (const { status } of told) expect([200, 409]).toContain(status);
    const done = await settled(suite.control, shop.live, id);
    expect(done.status).toBe(told[2]!.status === 200 ? 'canceled' : 'completed');
    expect([0, 2]).toContain(done.progress.delivered);
    await suite.control.advance('PT3H');
    expect(await arrivals(to)).toBe(done.progress.delivered);
  }
  expect(await expectMoneyAddsUp(shop.live)).toMatchObject({ held: 0 });
  await noDeadLetters();
});
