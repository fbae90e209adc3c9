import type { OwnerId } from '../../contracts/ids.ts';
import type { Balance } from '../credits/ledger.ts';
import type { Remember } from '../idempotency/idempotency.ts';
import { affordableCut } from './affordable-cut.ts';
import { costOf, type Dispatch } from './dispatch.ts';
import type { BatchStore, DispatchStore, Queues, RowStore, Time, WaveStore } from './ports.ts';
import { queueBatches } from './release-wave.ts';
import { type Cut, foldBatches } from './totals.ts';

export interface StartPorts {
  readonly dispatches: Pick<DispatchStore, 'read' | 'start'>;
  readonly batches: Pick<BatchStore, 'all'>;
  readonly waves: Pick<WaveStore, 'all' | 'read' | 'released'>;
  readonly rows: Pick<RowStore, 'manifest' | 'rowsOf'>;
  readonly queues: Pick<Queues, 'send' | 'wave' | 'settle'>;
  readonly balances: { read(owner: OwnerId): Promise<Balance> };
  readonly time: Time;
}

export type StartResult =
  | { readonly kind: 'started'; readonly dispatch: Dispatch }
  | { readonly kind: 'replayed' }
  | { readonly kind: 'short'; readonly required: number; readonly available: number }
  | { readonly kind: 'quote_changed'; readonly credits: number }
  | { readonly kind: 'wrong_state'; readonly dispatch: Dispatch };

/** Up to here the call that starts a dispatch queues its batches itself; more go through the wave's own record. */
const releasedAtOnceBatches = 10;
const firstCheckMs = 60_000;

/**
 * Confirms a ready dispatch: holds its exact cost and lets its first wave go. With `partial` and too few credits, holds
 * what the balance covers of the sendable rows in file order; if that is not one row, nothing happens.
 */
export async function startDispatch(
  ports: StartPorts,
  dispatch: Dispatch,
  options: { readonly maxCredits: number | null; readonly remember: Remember<Dispatch> | null },
): Promise<StartResult> {
  for (let current = dispatch; ; ) {
    if (current.state !== 'ready' || !current.prepared) return { kind: 'wrong_state', dispatch: current };
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
        await releaseFirst(ports, outcome.dispatch);
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
        throw new Error(`${dispatch.id} already exists, so its external id cannot be taken`);
    }
  }
}

/** The dispatch as it stands with its credits held. */
async function startedWith(ports: StartPorts, dispatch: Dispatch, hold: number, cut: Cut | null): Promise<Dispatch> {
  const nowMs = ports.time.now();
  const { prepared } = dispatch;
  if (!prepared) throw new Error(`${dispatch.id} is ready and has nothing prepared`);
  const totals =
    cut === null
      ? { ...dispatch.totals, credits: { held: hold, captured: 0, released: 0, refunded: 0 } }
      : foldBatches(prepared.totals, await ports.batches.all(dispatch.id, prepared.attempt), cut);
  return {
    ...dispatch,
    state: 'sending',
    startedAtMs: nowMs,
    movedAtMs: nowMs,
    cut,
    totals,
    nextCheckAtMs: nowMs + firstCheckMs,
  };
}

/** Lets the first wave of a dispatch that just started go. Should this process end before, the sweeper does it. */
export async function releaseFirst(
  ports: Omit<StartPorts, 'rows' | 'balances' | 'dispatches'>,
  dispatch: Dispatch,
): Promise<void> {
  if (dispatch.prepared?.totals.sendable === 0) return ports.queues.settle(dispatch.id, 0);
  const [wave] = await ports.waves.all(dispatch.id);
  if (!wave) throw new Error(`${dispatch.id} has no wave to release`);
  if ((dispatch.prepared?.batches ?? 0) <= releasedAtOnceBatches) return queueBatches(ports, dispatch, wave);
  return ports.queues.wave({ dispatchId: dispatch.id, wave: wave.number, revision: wave.revision }, 0);
}
