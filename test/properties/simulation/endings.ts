import { isOver } from '../../../shared/domain/campaigns/status.ts';
import { type Dispatch, terminal } from '../../../shared/domain/dispatches/dispatch.ts';
import { resultAt } from '../../../shared/domain/dispatches/result-page.ts';
import type { RowStatus } from '../../../shared/domain/dispatches/row-status.ts';
import { rowsWithin } from '../../../shared/domain/dispatches/totals.ts';
import { waveAtMs } from '../../../shared/domain/dispatches/waves.ts';
import { failureOfReports } from '../../support/fakes/carrier.ts';
import type { Deliveries } from './deliveries.ts';
import { isAtNight, lastMorning, type Night, nextMorning, withItsDusk } from './korea.ts';
import { isNightly, type Law } from './law.ts';
import { isOf, type Wish } from './requests.ts';
import type { Submits } from './submits.ts';
import { owners, type World } from './world.ts';

/** What is left of faults — stalled batches, pauses, waits — may hold a wave up so long, and one after them no longer than that. */
const afterFaultsMs = 45 * 60_000;
const inPeaceMs = 5 * 60_000;

/** What must be true once faults have stopped and time has passed. */
export async function lookAtTheEnd(
  world: World,
  wishes: readonly Wish[],
  deliveries: Deliveries,
  submits: Submits,
  law: Law,
  faultsEndMs: number,
): Promise<void> {
  const check = (holds: boolean, sentence: () => string) => {
    if (!holds) world.breaks(sentence());
  };
  check(world.queues.records.length === 0, () => `${world.queues.records.length} records are left in the queues`);
  check(world.schedules.waiting.size === 0, () => `${world.schedules.waiting.size} schedules are left`);
  check(deliveries.unexplained.length === 0, () => `dead without a cause: ${JSON.stringify(deliveries.unexplained)}`);

  for (const campaign of world.campaigns.all.values()) {
    const { id, state, nextCheckAtMs, dispatchId } = campaign;
    const plan = wishes.find((one) => one.request.message.text === campaign.message.text);
    check(campaign.failure?.code !== 'night_window' || failsAtNight(plan), () => `${id} failed because of no night`);
    const over = state === 'draft' || isOver(campaign, dispatchId && (world.dispatches.all.get(dispatchId) ?? null));
    check(over && nextCheckAtMs === null, () => `${id} is never over: it is ${state}`);
  }
  const oneOwner = world.faults.counts.zombie > 0 || !world.raised.includes('carrierIdTaken');
  check(oneOwner, () => 'an accepted call belonged to another batch');
  const shown = new Tally();
  const spent = new Tally();
  for (const dispatch of world.dispatches.all.values()) {
    ending(dispatch);
    if (!dispatch.prepared || dispatch.startedAtMs === null) continue;
    await sent(dispatch, dispatch.prepared.attempt);
  }
  for (const owner of owners) {
    const { held, spent: said } = world.credits.balanceOf(owner);
    check(held === 0 && said === spent.of(owner), () => `${owner}: ${spent.of(owner)} were sent for, not ${said}`);
  }
  const taken = new Tally();
  for (const call of world.carrier.taken) for (const { to } of call.batch.messages) taken.add(to, 1);
  for (const to of new Set([...shown.keys, ...taken.keys])) {
    const agrees = !submits.isClear(to) || shown.of(to) === taken.of(to);
    check(agrees, () => `${to}: ${shown.of(to)} shown as taken, ${taken.of(to)} taken`);
  }

  /** Whether the night can be the end of it: who wants their advertisements to wait loses none to the night. */
  function failsAtNight(wish: Wish | undefined): boolean {
    return wish !== undefined && isNightly(wish) && world.rules.get(wish.owner)?.policy === 'fail';
  }

  function ending(dispatch: Dispatch): void {
    const { id, state, settledAtMs, totals, prepared, cancelReason, confirmByMs, completedAtMs } = dispatch;
    const expired = confirmByMs !== null && (completedAtMs ?? 0) >= confirmByMs;
    const unwanted = world.unwanted.has(id) || dispatch.campaignId !== null;
    const wanted = cancelReason === 'confirmation_expired' ? expired : unwanted;
    check(state !== 'canceled' || wanted, () => `${id}: nobody wanted it canceled (${cancelReason})`);
    check(terminal.includes(state) && settledAtMs !== null, () => `${id} never ends: it is ${state}`);
    const events = world.dispatches.published.filter(({ dispatchId }) => dispatchId === id).map(({ type }) => type);
    check(events.includes(`dispatch.${state as 'completed'}`), () => `${id}: nobody was told that it is ${state}`);
    const wish = wishes.find((one) => isOf(dispatch, one));
    const tooLate = dispatch.failure?.code === 'night_window';
    check(!tooLate || failsAtNight(wish), () => `${id} failed because of no night`);
    check(!prepared || totals.recipients === wish?.accepted, () => `${id}: ${totals.recipients} of its recipients`);
  }

  /** Whoever got nothing did so for a reason that there was. */
  function explained(who: string, status: RowStatus, code: string | null): void {
    if (status === 'refused') check(submits.wasRefused(who), () => `${who}: refused by nobody`);
    if (status === 'unresolved') check(submits.mayBeUnclear(who), () => `${who}: unresolved without a doubt`);
    const lost = code !== 'sender_not_approved' || world.faults.counts.lost_sender > 0;
    check(lost, () => `${who}: its sender number was never lost`);
  }

  /** Until when a batch that was due then must have been begun. */
  function latestOf(dueMs: number, waits: Night | null): number {
    const soonMs = (fromMs: number) =>
      fromMs > faultsEndMs + afterFaultsMs ? fromMs + inPeaceMs : Math.max(fromMs, faultsEndMs) + afterFaultsMs;
    const latestMs = soonMs(dueMs);
    if (waits === null) return latestMs;
    // Whatever held it up until the evening holds it up until the morning
    if (isAtNight(withItsDusk(waits), latestMs)) return soonMs(nextMorning(waits, latestMs));
    const morningMs = lastMorning(waits, latestMs);
    return morningMs > dueMs ? Math.max(latestMs, soonMs(morningMs)) : latestMs;
  }

  async function sent(dispatch: Dispatch, attempt: string): Promise<void> {
    const wish = wishes.find((one) => isOf(dispatch, one));
    if (wish) await law.lookAtExcluded(dispatch, wish);
    const { policy, night } = world.rules.get(dispatch.owner)!;
    const waits = wish && isNightly(wish) && policy === 'wait' ? night : null;
    for (const batch of await world.batches.all(dispatch.id, attempt)) {
      const { page, submittingAtMs, n } = batch;
      const dueMs = waveAtMs(dispatch, batch.wave);
      const rows = await world.ports.rows.rowsOf(dispatch, batch);
      const latestMs = latestOf(dueMs, law.haveAllowedTheNight(dispatch, rows) ? null : waits);
      check(submittingAtMs <= latestMs, () => `${dispatch.id} ${n} left ${submittingAtMs - dueMs} ms after its time`);
      for (let row = 0; page !== null && row < rowsWithin(batch, dispatch.cut); row++) {
        const { status, code } = resultAt(page, row);
        explained(`${dispatch.id} ${n}`, status, code);
        const isSent = ['submitted', 'no_report', 'delivered'].includes(status);
        if (isSent || (status === 'failed' && code === failureOfReports)) shown.add(`+${rows[row]?.[1]}`, 1);
        if (isSent) spent.add(dispatch.owner, batch.priceCredits);
      }
    }
  }
}

class Tally {
  readonly #counts = new Map<string, number>();

  add(key: string, n: number): void {
    this.#counts.set(key, this.of(key) + n);
  }

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  get keys(): readonly string[] {
    return [...this.#counts.keys()];
  }
}
