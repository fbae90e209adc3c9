import type { SeededRandom } from '../../support/fakes/clock.ts';

/** Everything that goes wrong, or is done at an awkward moment. Each is counted when it takes effect. */
export const faultKinds = [
  // queues
  'duplicate_delivery',
  'late_delivery',
  'batch_with_failures',
  'malformed_record',
  'stray_record',
  // processes
  'crash_before_call',
  'crash_after_call',
  'run_out_of_time',
  'zombie',
  // stores and services
  'throttled_call',
  'lost_answer',
  'conflict',
  'clock_jump',
  'clock_behind',
  // carrier
  'taken_then_timeout',
  'taken_then_dropped',
  'dropped_before',
  'garbage_reply',
  'connection_refused',
  'throttled',
  'throttled_until',
  'account_error',
  'refused',
  'silent_carrier',
  // reports
  'late_report',
  'lost_report',
  'early_report',
  'duplicate_report',
  'contradictory_report',
  // schedules
  'schedule_twice',
  'schedule_late',
  'schedule_never',
  // customers and operators
  'cancel',
  'cancel_of_waiting',
  'reschedule',
  'double_send',
  'repeated_request',
  'partial_send',
  'late_upload',
  'suspension',
  'lost_sender',
  'number_closed',
  // marketers
  'campaign_published',
  'campaign_unpublished',
  'campaign_edited',
  'campaign_stopped',
  'campaign_deleted',
  'test_send',
  // people who get messages
  'opted_out',
  'came_back',
  'consented',
  'consent_refused',
  'consent_unknown',
  'night_allowed',
  'night_taken_back',
  // what that, and the night, came to
  'left_out_late',
  'number_gone',
  'refused_at_night',
  'skipped_at_night',
  'planned_for_morning',
  'sent_at_night',
  'sent_in_the_morning',
] as const;
export type FaultKind = (typeof faultKinds)[number];
export type FaultCounts = Record<FaultKind, number>;

export const noFaults = (): FaultCounts => Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as FaultCounts;

export function addFaults(counts: FaultCounts, more: FaultCounts): void {
  for (const kind of faultKinds) counts[kind] += more[kind];
}

/** Kinds that a seed has at all: half of them, so that some runs meet one kind often and undisturbed by others. */
export class Faults {
  readonly counts: FaultCounts = noFaults();
  readonly #random: SeededRandom;
  readonly #weights = new Map<FaultKind, number>();
  /** Off: nothing goes wrong any more. */
  on = true;

  constructor(random: SeededRandom) {
    this.#random = random;
    for (const kind of faultKinds) this.#weights.set(kind, random.chance(0.5) ? 0 : 0.25 + 2 * random.random());
  }

  /** Whether it goes wrong here; `often` is how often in 1 where the kind has its usual weight. Does not count. */
  strikes(kind: FaultKind, often: number): boolean {
    const chance = this.on ? (this.#weights.get(kind) ?? 0) * often : 0;
    return chance > 0 && this.#random.chance(chance);
  }

  count(kind: FaultKind): void {
    this.counts[kind]++;
  }
}
