import type { Context } from 'aws-lambda';
import { createSweep } from '../../../functions/sweep-door.ts';
import { timeoutSeconds } from '../../../infra/constructs/function-sizes.ts';
import { campaignIdShape, dispatchIdShape } from '../../../shared/contracts/ids.ts';
import { sweepMinutes } from '../../../shared/contracts/limits.ts';
import { campaignMessage, waveMessage } from '../../../shared/contracts/queue-messages.ts';
import type { Campaign } from '../../../shared/domain/campaigns/campaign.ts';
import { sweepCampaign } from '../../../shared/domain/campaigns/sweep-campaign.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { sweepDispatch } from '../../../shared/domain/dispatches/sweep-dispatch.ts';
import type { Happening } from '../../support/fakes/watched.ts';
import type { Begin } from './deliveries.ts';
import type { World } from './world.ts';

const minuteMs = sweepMinutes * 60_000;
/** Ten times as many as the longest life needs. */
const runsAtMost = 5_000;

/** What happens by the clock: the sweeper every minute, and schedules at their time or not. */
export class Clockwork {
  readonly #world: World;
  readonly #begin: Begin;
  readonly #planned = new Set<number>();
  #runs = 0;

  constructor(world: World, begin: Begin) {
    this.#world = world;
    this.#begin = begin;
  }

  /** Hears of everything that makes something happen later. */
  hear(call: string, { args }: Happening): void {
    if (call === 'schedules.create') this.#expect(args[1] as number);
    for (const { nextCheckAtMs } of args.filter(isLookedAfter)) this.#wake(nextCheckAtMs);
  }

  /** There is something to look after at that time. Minutes without anything to do are left out. */
  #wake(checkAtMs: number | null): void {
    if (checkAtMs === null) return;
    const nowMs = this.#world.clock.now();
    const atMs = Math.max(Math.ceil(checkAtMs / minuteMs), Math.floor(nowMs / minuteMs) + 1) * minuteMs;
    if (this.#planned.has(atMs)) return;
    this.#planned.add(atMs);
    this.#world.agenda.at(atMs, () => this.#sweep(atMs));
  }

  #sweep(atMs: number): void {
    this.#planned.delete(atMs);
    const { dispatches, campaigns, clock, random, faults } = this.#world;
    const due = [...dispatches.all.values(), ...campaigns.all.values()].filter(
      ({ nextCheckAtMs }) => nextCheckAtMs !== null && nextCheckAtMs <= clock.now(),
    );
    // What is due stays due if this run fails to look after it
    for (const { nextCheckAtMs } of due) this.#wake(nextCheckAtMs);
    if (due.length === 0) return;
    if (this.#runs > runsAtMost) this.#world.breaks('it never comes to rest: something is looked after for ever');
    const limitMs = timeoutSeconds.sweep * 1_000;
    const { ports, name } = this.#begin(`sweep${this.#runs++}`, limitMs, []);
    const sweep = createSweep({
      // An index lags behind
      due: async () => due.filter(() => !faults.on || random.chance(0.9)).map(({ id }) => id),
      lookAfter: (id) =>
        id.startsWith('cmp_')
          ? sweepCampaign(ports, campaignIdShape.parse(id))
          : sweepDispatch(ports, dispatchIdShape.parse(id)),
    });
    const endsAtMs = clock.now() + limitMs;
    const context = { getRemainingTimeInMillis: () => endsAtMs - clock.now() } satisfies Partial<Context>;
    sweep({}, context).catch((error: Error) => this.#world.note(`${name} ${error.message}`));
  }

  /** A schedule was made: it will fire, perhaps late, perhaps twice, perhaps never. */
  #expect(atMs: number): void {
    const { schedules, queues, agenda, random, faults } = this.#world;
    agenda.at(Math.ceil(atMs / 1_000) * 1_000, () => {
      for (const body of schedules.fire()) {
        const wave = waveMessage.safeParse(body);
        const put = () =>
          void (wave.success ? queues.wave(wave.data, 0) : queues.campaign(campaignMessage.parse(body), 0));
        if (faults.strikes('schedule_never', 0.15)) faults.count('schedule_never');
        else if (faults.strikes('schedule_late', 0.2)) {
          faults.count('schedule_late');
          agenda.in(random.below(300_000), put);
        } else put();
        if (faults.strikes('schedule_twice', 0.2)) {
          faults.count('schedule_twice');
          agenda.in(random.below(90_000), put);
        }
      }
    });
  }
}

const isLookedAfter = (value: unknown): value is Dispatch | Campaign =>
  typeof value === 'object' && value !== null && 'nextCheckAtMs' in value;
