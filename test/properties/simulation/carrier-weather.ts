import type { SubmitOutcome } from '../../../shared/domain/carriers/carrier.ts';
import { type CallFate, delivered, failed, type MessageFate } from '../../support/fakes/carrier.ts';
import type { FaultKind } from './faults.ts';
import type { World } from './world.ts';

const fateOf: Partial<Record<FaultKind, CallFate>> = {
  taken_then_timeout: 'taken_then_timeout',
  taken_then_dropped: 'taken_then_dropped',
  dropped_before: 'dropped_before',
  connection_refused: 'connection_refused',
  throttled: 'throttled',
  throttled_until: 'throttled',
  account_error: 'account_error',
  refused: 'refuse',
};

const hourMs = 3_600_000;
const fates: Partial<Record<FaultKind, readonly MessageFate[]>> = {
  lost_report: [[]],
  late_report: [600_000, 30 * hourMs, 80 * hourMs].map((afterMs) => [{ afterMs, status: 'delivered' }]),
  duplicate_report: [[...delivered, { afterMs: 2_000, status: 'delivered' }]],
  contradictory_report: [
    [...delivered, { afterMs: 5_000, status: 'failed' }],
    [...failed, { afterMs: 5_000, status: 'delivered' }],
  ],
};

/** Decides what every call meets, and what is reported of every message. */
export function makeWeather({ faults, random, carrier, ports, agenda }: World): void {
  let garbage = false;
  carrier.fateOfCall = () => {
    garbage = faults.strikes('garbage_reply', 0.08);
    if (garbage) {
      faults.count('garbage_reply');
      return random.chance(0.5) ? 'taken_then_dropped' : 'dropped_before';
    }
    for (const [kind, fate] of Object.entries(fateOf) as [FaultKind, CallFate][]) {
      if (!faults.strikes(kind, 0.08)) continue;
      faults.count(kind);
      carrier.retryAfterSeconds = kind === 'throttled_until' ? 1 + random.below(120) : null;
      return fate;
    }
    return 'accept';
  };
  const client = {
    ...carrier,
    submit: async (...given: Parameters<typeof carrier.submit>): Promise<SubmitOutcome> => {
      const outcome = await carrier.submit(...given);
      return garbage ? { kind: 'unclear', reason: 'unreadable_reply' } : outcome;
    },
  };
  ports.carriers.of = () => client;

  const ofMessages = new Map<string, MessageFate>();
  carrier.fateOfMessage = (to) => {
    const known = ofMessages.get(to);
    if (known) return known;
    const [kind, some] = pick(Object.entries(fates) as [FaultKind, readonly MessageFate[]][], random.random());
    const strange = faults.strikes(kind, 0.5);
    if (strange) faults.count(kind);
    const fate = strange ? pick(some, random.random()) : random.chance(0.15) ? failed : delivered;
    ofMessages.set(to, fate);
    return fate;
  };

  const fallSilent = () => {
    if (!faults.on) return;
    if (faults.strikes('silent_carrier', 0.1)) {
      faults.count('silent_carrier');
      carrier.silent = true;
      agenda.in(random.below(120_000), () => {
        carrier.silent = false;
      });
    }
    agenda.in(random.below(60_000), fallSilent);
  };
  fallSilent();
}

const pick = <T>(from: readonly T[], random: number): T => from[Math.floor(random * from.length)] as T;
