import { terminal } from '../../../shared/domain/dispatches/dispatch.ts';
import { resultAt } from '../../../shared/domain/dispatches/result-page.ts';
import { rowsWithin } from '../../../shared/domain/dispatches/totals.ts';
import { failureOfReports } from '../../support/fakes/carrier.ts';
import type { Deliveries } from './deliveries.ts';
import type { Promises } from './promises.ts';
import { isOf, type Wish } from './requests.ts';
import { owners, type World } from './world.ts';

/** What must be true once faults have stopped and time has passed. */
export async function lookAtTheEnd(
  world: World,
  wishes: readonly Wish[],
  deliveries: Deliveries,
  promises: Promises,
  faultsEndMs: number,
): Promise<void> {
  const check = (holds: boolean, sentence: () => string) => {
    if (!holds) world.breaks(sentence());
  };
  check(world.queues.records.length === 0, () => `${world.queues.records.length} records are left in the queues`);
  check(world.schedules.waiting.size === 0, () => `${world.schedules.waiting.size} schedules are left`);
  check(deliveries.unexplained.length === 0, () => `dead without a cause: ${JSON.stringify(deliveries.unexplained)}`);

  const told = new Map<string, number>();
  const spent = new Map<string, number>();
  for (const dispatch of world.dispatches.all.values()) {
    const { id, state, settledAtMs, totals, prepared, startedAtMs, completedAtMs, owner } = dispatch;
    check(terminal.includes(state) && settledAtMs !== null, () => `${id} never ends: it is ${state}`);
    const events = world.dispatches.published.filter(({ dispatchId }) => dispatchId === id).map(({ type }) => type);
    check(events.includes(`dispatch.${state as 'completed'}`), () => `${id}: nobody was told that it is ${state}`);
    const wish = wishes.find((one) => isOf(dispatch, one));
    const failedEarly = state === 'failed' && !prepared;
    check(failedEarly || totals.recipients === wish?.accepted, () => `${id}: recipients are missing`);
    if (!prepared || startedAtMs === null) continue;
    const lastMs = Math.max(
      faultsEndMs,
      (dispatch.firstWaveAtMs ?? 0) + (prepared.waveRows.length - 1) * (dispatch.split?.intervalMinutes ?? 0) * 60_000,
    );
    check(
      (completedAtMs ?? 0) <= lastMs + 3_600_000,
      () => `${id} ended ${(completedAtMs ?? 0) - lastMs} ms after its last wave`,
    );

    for (const batch of await world.batches.all(id, prepared.attempt)) {
      const rows = await world.ports.rows.rowsOf(dispatch, batch);
      for (let row = 0; batch.page !== null && row < rowsWithin(batch, dispatch.cut); row++) {
        const { status, code } = resultAt(batch.page, row);
        const isSent = ['submitted', 'no_report', 'delivered'].includes(status);
        const to = `+${rows[row]?.[1]}`;
        if (isSent || (status === 'failed' && code === failureOfReports)) told.set(to, (told.get(to) ?? 0) + 1);
        if (isSent) spent.set(owner, (spent.get(owner) ?? 0) + batch.priceCredits);
      }
    }
  }
  for (const owner of owners) {
    const balance = world.credits.balanceOf(owner);
    check(
      balance.held === 0 && balance.spent === (spent.get(owner) ?? 0),
      () => `${owner}: ${spent.get(owner) ?? 0} were sent for, the balance says ${JSON.stringify(balance)}`,
    );
  }
  const taken = new Map<string, number>();
  for (const { batch } of world.carrier.taken)
    for (const { to } of batch.messages) taken.set(to, (taken.get(to) ?? 0) + 1);
  for (const to of new Set([...told.keys(), ...taken.keys()])) {
    if (!promises.isClear(to)) continue;
    check(
      told.get(to) === taken.get(to),
      () => `${to}: ${told.get(to) ?? 0} shown as taken, ${taken.get(to) ?? 0} taken`,
    );
  }
}
