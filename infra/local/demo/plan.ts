import { setTimeout as sleep } from 'node:timers/promises';
import type { Addresses } from '../local-json.ts';
import type { Outcome } from './agreement.ts';
import { message, silentPhones, slowPhones, uploadBundledFile } from './bundled-file.ts';
import { Control, type WaitingSchedule } from './control.ts';
import { type Customer, customerAt, type Dispatch, type Wave } from './customer.ts';
import { type Dropped, type Plan, sentOf } from './punctuality.ts';
import { grouped, type Screen } from './screen.ts';
import { seoulHour, seoulLocal, seoulTime } from './seoul-time.ts';
import { WatchedDispatch } from './watched-dispatch.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const split = { count: 4, intervalMinutes: 30 };
const hour = 10;
const aheadDays = 59;
const droppedAheadDays = 30;
const droppedTo = ['+821030000001', '+821030000002', '+821030000003'];
const patienceMs = 20_000;

/**
 * Plans a send to the bundled file 59 days ahead in four waves, moves it to a day later, drops a second plan before its
 * time, and lives through the 60 days by moving the clock.
 */
export async function runPlan(
  addresses: Addresses,
  screen: Screen,
): Promise<{ readonly outcome: Outcome; readonly plan: Plan }> {
  const customer = customerAt(addresses);
  const control = new Control(addresses.controlUrl);
  const before = await customer.credits();

  const upload = await uploadBundledFile(customer, screen);
  const firstMs = seoulHour(await control.nowMs(), aheadDays, hour);
  const { id } = await customer.createDispatch({
    name: 'Demo',
    message,
    recipients: { uploadId: upload.id },
    schedule: inSeoul(firstMs),
    split,
  });
  const dispatch = new WatchedDispatch(id, customer, screen);
  const quote = await dispatch.quoted();
  const { credits } = await customer.send(id, quote.credits);
  screen.line(
    'scheduled',
    `${split.count} waves, one every ${split.intervalMinutes} minutes, from ${seoulTime(firstMs)} in Seoul`,
  );
  screen.line('', `the last one at ${seoulTime(quote.finishesAt ?? 0)}; ${grouped(credits.held)} credits are held`);

  const dropping = await planDropped(customer, control, screen);
  const waiting = await customer.scheduled();
  screen.line('', `${waiting.length} dispatches are listed as scheduled`);
  showSchedules(await schedulesOf(control, id, 1), screen);

  await moveOn(control, (await control.nowMs()) + dayMs, screen);
  const atMs = firstMs + dayMs;
  await customer.reschedule(id, inSeoul(atMs));
  screen.line('rescheduled', `a day later, from ${seoulTime(atMs)}: ${aheadDays + 1} days after it was planned`);
  showSchedules(await schedulesOf(control, id, 2), screen);

  const dropped = await dropping();
  await moveOn(control, atMs - minuteMs, screen);
  await release(dispatch, control, screen);
  await dispatch.reported(quote, silentPhones);
  await dispatch.settled(quote, control);

  const [messages, after, ledger, arrivals] = await Promise.all([
    customer.messages(id),
    customer.credits(),
    customer.ledger(),
    control.arrivals(),
  ]);
  return {
    outcome: { seen: dispatch.seen, messages, before, after, ledger, arrivals, rows: upload.rows ?? 0 },
    plan: { atMs, waves: split.count, intervalMs: split.intervalMinutes * minuteMs, dropped },
  };
}

const inSeoul = (ms: number) => ({ at: seoulLocal(ms), timeZone: 'Asia/Seoul' });

/** Schedules a second send by the short form. @returns what moves the clock to before its time, cancels it, and moves on */
async function planDropped(customer: Customer, control: Control, screen: Screen): Promise<() => Promise<Dropped>> {
  const before = await customer.credits();
  const dueMs = seoulHour(await control.nowMs(), droppedAheadDays, hour);
  const id = await customer.sendMessages({
    message: { from: message.from, text: '취소될 문자입니다.' },
    recipients: droppedTo.map((to) => ({ to })),
    schedule: inSeoul(dueMs),
  });
  const held = await customer.credits();
  screen.line('a second one', `to ${droppedTo.length} numbers at ${seoulTime(dueMs)}: ${held.held - before.held} held`);
  return async () => {
    await moveOn(control, dueMs - 60 * minuteMs, screen);
    const { dispatch, canceled, gone } = await customer.cancel(id);
    const after = await customer.credits();
    screen.line('canceled', `the second one: ${canceled} canceled, ${gone} gone, ${grouped(after.held)} still held`);
    await moveOn(control, dueMs + 60 * minuteMs, screen);
    return { dispatch, to: droppedTo, credits: { before, held, after } };
  };
}

/** Moves the clock from wave to wave, and shows for each who got it while it was its turn. */
async function release(dispatch: WatchedDispatch, control: Control, screen: Screen): Promise<void> {
  const first = await dispatch.until(({ waves }) => waves.length > 0);
  let arrivedBefore = 0;
  for (const { number, at } of first.waves) {
    const ofIt = ({ waves }: Dispatch): Wave => waves[number - 1]!;
    await control.moveClockTo(at);
    await dispatch.until((seen) => ofIt(seen).progress.planned === 0);
    // Nothing more may come until the next one is due; the reports do
    await control.moveClockTo(at + (split.intervalMinutes - 1) * minuteMs);
    const wave = ofIt(await dispatch.until((seen) => ofIt(seen).progress.submitted <= silentPhones + slowPhones));
    const soFar = (await control.arrivals()).length;
    const arrived = soFar - arrivedBefore;
    const { failed } = wave.progress;
    const sign = arrived === sentOf(wave) && arrived + failed === wave.recipients ? '=' : '≠';
    screen.line(
      `wave ${number}`,
      `at ${seoulTime(at)}: ${grouped(arrived)} arrived + ${failed} failed ${sign} ${grouped(wave.recipients)} recipients; ${grouped(soFar)} arrived so far`,
    );
    arrivedBefore = soFar;
  }
}

async function moveOn(control: Control, ms: number, screen: Screen): Promise<void> {
  await control.moveClockTo(ms);
  screen.line('clock', `moved on to ${seoulTime(ms)}: ${(await control.arrivals()).length} messages have arrived`);
}

/** Waits until the schedules of a revision, and no others, are there. */
async function schedulesOf(control: Control, id: string, revision: number): Promise<readonly WaitingSchedule[]> {
  for (const untilMs = performance.now() + patienceMs; ; await sleep(100)) {
    const own = (await control.schedules()).filter(({ name }) => name.startsWith(id));
    const isDone = own.length === split.count && own.every(({ name }) => name.endsWith(`-r${revision}`));
    if (isDone || performance.now() > untilMs) return own;
  }
}

function showSchedules(schedules: readonly WaitingSchedule[], screen: Screen): void {
  for (const [i, { name, atMs }] of schedules.entries()) {
    screen.line(i === 0 ? 'schedules' : '', `${name} at ${seoulTime(atMs)}`);
  }
}
