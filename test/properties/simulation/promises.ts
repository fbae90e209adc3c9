import type { Campaign, CampaignState } from '../../../shared/domain/campaigns/campaign.ts';
import { emptyBalance, sumOf } from '../../../shared/domain/credits/ledger.ts';
import type { Dispatch, DispatchState } from '../../../shared/domain/dispatches/dispatch.ts';
import { isRefused, type StartOutcome } from '../../../shared/domain/dispatches/ports.ts';
import { failedOf, skippedOf } from '../../../shared/domain/dispatches/totals.ts';
import { waveTotalsOf } from '../../../shared/domain/dispatches/waves.ts';
import type { Happening } from '../../support/fakes/watched.ts';
import { isOf, type Wish } from './requests.ts';
import type { World } from './world.ts';

type Id = Dispatch['id'];

/** States that may follow, whoever writes. */
const follows: Readonly<Record<DispatchState, readonly DispatchState[]>> = {
  preparing: ['ready', 'canceled', 'failed'],
  ready: ['scheduled', 'sending', 'canceled', 'failed'],
  scheduled: ['sending', 'canceling'],
  sending: ['completed', 'canceling'],
  canceling: ['canceled'],
  completed: [],
  canceled: [],
  failed: [],
};

const campaignFollows: Readonly<Record<CampaignState, readonly CampaignState[]>> = {
  draft: ['standby'],
  standby: ['draft', 'started'],
  started: [],
};

/** What holds of dispatches, credits and campaigns at every moment, looked at whenever something was written. */
export class Promises {
  readonly #world: World;
  readonly #wishes: readonly Wish[];
  readonly #states = new Map<Id, DispatchState>();
  readonly #campaignStates = new Map<string, Pick<Campaign, 'state' | 'dispatchId'>>();
  readonly #firstWaves = new Map<Id, number>();
  readonly #entries = new Map<string, { seen: number; sum: typeof emptyBalance }>();

  constructor(world: World, wishes: readonly Wish[]) {
    this.#world = world;
    this.#wishes = wishes;
  }

  /** Looks at what a call changed, in the moment in which it did. */
  look(call: string, { args, answer }: Happening): void {
    if (call.startsWith('campaigns.')) this.#campaigns();
    switch (call) {
      case 'dispatches.move':
        if (args[1] === 'reschedule' && !isRefused(answer as object)) this.#planned(answer as Dispatch);
        this.#dispatch((args[0] as Dispatch).id);
        break;
      case 'dispatches.create':
      case 'dispatches.fold':
        this.#dispatch((args[0] as Dispatch).id);
        break;
      case 'dispatches.start':
        if ((answer as StartOutcome).kind === 'started') this.#planned(args[1] as Dispatch);
        this.#dispatch((args[1] as Dispatch).id);
    }
  }

  #breaks(holds: boolean, sentence: () => string): void {
    if (!holds) this.#world.breaks(sentence());
  }

  #dispatch(id: Id): void {
    const dispatch = this.#world.dispatches.all.get(id);
    if (!dispatch) return;
    const { totals, state, settledAtMs } = dispatch;
    const parts = [
      totals.planned,
      skippedOf(totals),
      totals.canceled,
      totals.submitted,
      totals.delivered,
      failedOf(totals),
      totals.unknown,
    ];
    this.#breaks(
      sum(parts) === totals.recipients,
      () => `${id}: the parts ${parts} are not the whole ${totals.recipients}`,
    );
    this.#breaks(!totals.skippedBy.duplicate_content, () => `${id}: somebody was held back though nothing repeats`);
    if (dispatch.prepared) {
      const inWaves = sum(waveTotalsOf(dispatch).flat());
      this.#breaks(inWaves === dispatch.prepared.totals.sendable, () => `${id}: its waves have ${inWaves} recipients`);
    }
    const first = this.#firstWaves.get(id) ?? null;
    this.#breaks(dispatch.firstWaveAtMs === first, () => `${id}: its first wave moved by itself`);
    this.#money(dispatch);
    const before = this.#states.get(id);
    if (before === undefined) {
      const wish = this.#wishes.find((one) => isOf(dispatch, one));
      const twins = [...this.#world.dispatches.all.values()].filter((one) => wish && isOf(one, wish));
      this.#breaks(twins.length === 1, () => `${wish?.tag} became ${twins.length} dispatches`);
    } else
      this.#breaks(before === state || follows[before].includes(state), () => `${id} went from ${before} to ${state}`);
    this.#states.set(id, state);
    if (settledAtMs !== null)
      this.#breaks(totals.credits.held === 0 && totals.open === 0, () => `${id}: settled with something open`);
    this.#breaks(!this.#world.raised.includes('negativeCapture'), () => `${id}: totals went backwards`);
  }

  /** A campaign starts once, from standby only, and makes the dispatch that it named then. */
  #campaigns(): void {
    for (const { id, state, dispatchId } of this.#world.campaigns.all.values()) {
      const before = this.#campaignStates.get(id);
      if (before?.state === state && before.dispatchId === dispatchId) continue;
      const mayMove = before === undefined || before.state === state || campaignFollows[before.state].includes(state);
      this.#breaks(mayMove, () => `${id} went from ${before?.state} to ${state}`);
      this.#breaks(!before?.dispatchId, () => `${id} has a second dispatch ${dispatchId}`);
      this.#campaignStates.set(id, { state, dispatchId });
    }
  }

  /** Times that a customer was told: they change by rescheduling only. */
  #planned({ id, firstWaveAtMs }: Dispatch): void {
    if (firstWaveAtMs !== null) this.#firstWaves.set(id, firstWaveAtMs);
  }

  #money({ id, owner, totals }: Dispatch): void {
    const { credits } = this.#world;
    const hold = credits.holdOf(id) ?? { quantity: 0, captured: 0, released: 0, refunded: 0 };
    const { held, captured, released, refunded } = totals.credits;
    const agrees = hold.captured === captured && hold.released === released && hold.refunded === refunded;
    this.#breaks(
      agrees && held + captured + released === hold.quantity,
      () => `${id}: ${JSON.stringify(totals.credits)} is not the hold ${JSON.stringify(hold)}`,
    );
    this.#breaks(
      refunded <= captured && Math.min(held, captured, released, refunded) >= 0,
      () => `${id}: impossible credits`,
    );
    const balance = credits.balanceOf(owner);
    const { available, spent, granted } = balance;
    this.#breaks(
      Math.min(available, balance.held, spent) >= 0,
      () => `${owner}: a negative balance ${JSON.stringify(balance)}`,
    );
    this.#breaks(available + balance.held + spent === granted, () => `${owner}: the balance does not add up`);
    const ledger = credits.ledgerOf(owner);
    const seen = this.#entries.get(owner) ?? { seen: 0, sum: emptyBalance };
    seen.sum = sumOf(seen.sum, ledger.slice(seen.seen));
    seen.seen = ledger.length;
    this.#entries.set(owner, seen);
    this.#breaks(
      JSON.stringify(seen.sum) === JSON.stringify(balance),
      () => `${owner}: the ledger's sum is another balance`,
    );
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
