import type { OwnerId } from '../../contracts/ids.ts';
import type { Balance } from '../credits/ledger.ts';
import type { Remember } from '../idempotency/idempotency.ts';
import { affordableCut } from './affordable-cut.ts';
import { firstCheckMs } from './check-times.ts';
import { costOf, type Dispatch } from './dispatch.ts';
import { nightRefusal } from './night.ts';
import type { BatchStore, DispatchStore, Queues, ReleaseStore, RowStore, Time } from './ports.ts';
import { queueWave } from './release-wave.ts';
import { type Cut, foldBatches } from './totals.ts';
import { foldWaves, nextWaveOf } from './waves.ts';

export interface StartPorts {
  readonly dispatches: Pick<DispatchStore, 'read' | 'start'>;
  readonly batches: Pick<BatchStore, 'all' | 'ofWave'>;
  readonly releases: Pick<ReleaseStore, 'mark'>;
  readonly rows: Pick<RowStore, 'manifest' | 'rowsOf'>;
  readonly queues: Pick<Queues, 'send' | 'wave' | 'plan' | 'settle'>;
  readonly balances: { read(owner: OwnerId): Promise<Balance> };
  readonly time: Time;
}

export type StartResult =
  | { readonly kind: 'started'; readonly dispatch: Dispatch }
  | { readonly kind: 'replayed' }
  | { readonly kind: 'short'; readonly required: number; readonly available: number }
  | { readonly kind: 'quote_changed'; readonly credits: number }
  /** All of it would go at night, and nobody in it consented to that. */
  | { readonly kind: 'night_window'; readonly opensAtMs: number }
  | { readonly kind: 'wrong_state'; readonly dispatch: Dispatch };

/** Up to here the call that starts a dispatch queues its batches itself; more go through the wave's own record. */
const releasedAtOnceBatches = 10;

/**
 * Confirms a ready dispatch: holds its exact cost and lets its first wave go, now or at its time. With `partial` and too
 * few credits, holds what the balance covers of the sendable rows in file order; if that is not one row, nothing happens.
 */
export async function startDispatch(
  ports: StartPorts,
  dispatch: Dispatch,
  options: { readonly maxCredits: number | null; readonly remember: Remember<Dispatch> | null },
): Promise<StartResult> {
  for (let current = dispatch; ; ) {
    if (current.state !== 'ready' || !current.prepared) return { kind: 'wrong_state', dispatch: current };
    const opensAtMs = nightRefusal(current, ports.time.now());
    if (opensAtMs !== null) return { kind: 'night_window', opensAtMs };
    const required = costOf(current);
    const { available } = await ports.balances.read(current.owner);
    const reach =
      available >= required
        ? { cut: null, credits: required }
        : current.onShortfall === 'partial'
          ? await affordableCut(ports, current, available)
          : null;
    if (reach === null) return { kind: 'short', required, available };
    const { cut, credits: hold } = reach;
    if (options.maxCredits !== null && hold > options.maxCredits) return { kind: 'quote_changed', credits: hold };
    const after = await startedWith(ports, current, hold, cut);
    const outcome = await ports.dispatches.start(current, after, hold, options.remember?.(after) ?? null);
    switch (outcome.kind) {
      case 'started':
        await letGo(ports, outcome.dispatch);
        return { kind: 'started', dispatch: outcome.dispatch };
      case 'replayed':
        return { kind: 'replayed' };
      case 'short':
        continue; // another send took credits between reading and writing: what is left decides again
      case 'moved':
        if (outcome.dispatch === null) throw new Error(`${dispatch.id} vanished while it was started`);
        current = outcome.dispatch;
        continue;
      case 'external_id_used':
      case 'overtaken':
        throw new Error(`${dispatch.id} already exists, so neither its external id nor its round can be another's`);
    }
  }
}

/** The dispatch as it stands with its credits held. */
async function startedWith(ports: StartPorts, dispatch: Dispatch, hold: number, cut: Cut | null): Promise<Dispatch> {
  const nowMs = ports.time.now();
  const { prepared } = dispatch;
  if (!prepared) throw new Error(`${dispatch.id} is ready and has nothing prepared`);
  const started = { ...dispatch, ...startedAt(dispatch, prepared.totals.sendable, nowMs), cut };
  if (cut === null) {
    const credits = { held: hold, captured: 0, released: 0, refunded: 0 };
    return { ...started, totals: { ...dispatch.totals, credits } };
  }
  const batches = await ports.batches.all(dispatch.id, prepared.attempt);
  return {
    ...started,
    totals: foldBatches(prepared.totals, batches, cut),
    waveTotals: foldWaves(dispatch, batches, cut),
  };
}

/** What holding the credits says about times: to be sent now, or to wait for its time. Nobody to send to is done now. */
export function startedAt({ schedule }: Pick<Dispatch, 'schedule'>, sendable: number, nowMs: number) {
  const waits = schedule !== null && schedule.atMs > nowMs && sendable > 0;
  return {
    state: waits ? ('scheduled' as const) : ('sending' as const),
    startedAtMs: nowMs,
    firstWaveAtMs: waits ? schedule.atMs : nowMs,
    movedAtMs: nowMs,
    nextCheckAtMs: nowMs + firstCheckMs,
  };
}

/** Releases what is due of a dispatch that just started, and has the rest planned. Should this process end before, the sweeper does it. */
export async function letGo(
  ports: Omit<StartPorts, 'rows' | 'balances' | 'dispatches'>,
  dispatch: Dispatch,
): Promise<void> {
  const { id, revision, prepared } = dispatch;
  if (prepared?.totals.sendable === 0) return ports.queues.settle(id, 0);
  // The plan first: queueing many batches takes longer, and may end in the middle
  if (nextWaveOf(dispatch, dispatch.startedAtMs ?? 0) !== null) {
    await ports.queues.plan({ dispatchId: id, plan: revision });
  }
  if (dispatch.state === 'scheduled') return;
  if ((prepared?.batches ?? 0) <= releasedAtOnceBatches) return queueWave(ports, dispatch, 1);
  return ports.queues.wave({ dispatchId: id, wave: 1, revision }, 0);
}
