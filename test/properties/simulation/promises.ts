import { tenantOf } from '../../../shared/contracts/ids.ts';
import { sendBatchSeconds } from '../../../shared/contracts/limits.ts';
import type { Campaign, CampaignState } from '../../../shared/domain/campaigns/campaign.ts';
import type { CarrierBatch, SubmitOutcome } from '../../../shared/domain/carriers/carrier.ts';
import { emptyBalance, sumOf } from '../../../shared/domain/credits/ledger.ts';
import type { Batch } from '../../../shared/domain/dispatches/batch.ts';
import type { Dispatch, DispatchState } from '../../../shared/domain/dispatches/dispatch.ts';
import { isRefused, type StartOutcome } from '../../../shared/domain/dispatches/ports.ts';
import { failedOf, skippedOf } from '../../../shared/domain/dispatches/totals.ts';
import { waveAtMs, waveTotalsOf } from '../../../shared/domain/dispatches/waves.ts';
import type { Happening } from '../../support/fakes/watched.ts';
import type { Process } from './process.ts';
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

/** The promises that hold at every moment, looked at whenever something was written or submitted. */
export class Promises {
  readonly #world: World;
  readonly #wishes: readonly Wish[];
  readonly #states = new Map<Id, DispatchState>();
  readonly #campaignStates = new Map<string, Pick<Campaign, 'state' | 'dispatchId'>>();
  readonly #firstWaves = new Map<Id, number>();
  readonly #takings = new Map<string, string>();
  /** Numbers for whom nobody can tell any more which call was whose: a zombie called too late, or beside others. */
  readonly #blurred = new Set<string>();
  readonly #callers = new Map<string, Process[]>();
  /** Who last began to submit a batch, and what came of it. */
  readonly #submits = new Map<string, { readonly process: Process; readonly outcome: SubmitOutcome | null }>();
  /** The carrier asked for peace until then. */
  #peace: { readonly atMs: number; readonly untilMs: number; readonly process: Process } | null = null;
  readonly #entries = new Map<string, { seen: number; sum: typeof emptyBalance }>();
  /** Batches and whole dispatches of which a customer was told that they will not be sent. */
  readonly #promisedNot = new Set<string>();
  #seenTaken = 0;
  #arrivals: { readonly atMs: number; readonly messages: number; readonly process: Process }[] = [];

  constructor(world: World, wishes: readonly Wish[]) {
    this.#world = world;
    this.#wishes = wishes;
  }

  /** Looks at what a call changed, in the moment in which it did. */
  look(process: Process, call: string, { args, answer }: Happening): void {
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
      case 'batches.change': {
        const [id, , , after] = args as readonly [Id, string, Batch, Batch];
        const began = after.state === 'submitting' && !isRefused(answer as object);
        if (began) this.#submits.set(`${id} ${after.n}`, { process, outcome: null });
        break;
      }
      case 'dispatches.start':
        if ((answer as StartOutcome).kind === 'started') this.#planned(args[1] as Dispatch);
        this.#dispatch((args[1] as Dispatch).id);
        break;
      case 'carriers.submit':
        this.#submit(process, args[0] as CarrierBatch, answer as SubmitOutcome);
    }
  }

  /** A customer was told what a cancel came to: what had not begun by then never will. */
  async canceled(dispatch: Dispatch): Promise<void> {
    const { id } = dispatch;
    if (!dispatch.prepared || dispatch.startedAtMs === null) {
      this.#promisedNot.add(id);
      return;
    }
    for (const { n, state } of await this.#world.batches.all(id, dispatch.prepared.attempt)) {
      if (state === 'planned' || state === 'canceled') this.#promisedNot.add(`${id} ${n}`);
    }
  }

  /** Whether what is told of a number can be held against what was taken for it. */
  isClear(to: string): boolean {
    const shared = this.#wishes.filter(({ texts }) => texts.has(to)).length > 1;
    const callers = this.#callers.get(to) ?? [];
    return !this.#blurred.has(to) && !(shared && callers.some(({ zombie }) => zombie));
  }

  /** Whether the carrier refused a batch. */
  wasRefused(who: string): boolean {
    return this.#submits.get(who)?.outcome?.kind === 'refused';
  }

  /** Whether somebody had reason to doubt what became of a batch. */
  mayBeUnclear(who: string): boolean {
    const last = this.#submits.get(who);
    return last !== undefined && (last.outcome?.kind === 'unclear' || last.process.spoiled);
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

  /** No second sees more messages than the account may send, except from those who hold their room for too long. */
  #pace(process: Process, messages: number, outcome: SubmitOutcome): void {
    const { carrier, clock } = this.#world;
    if (carrier.messagesPerSecond === null) return;
    if (outcome.kind === 'not_accepted' && outcome.reason === 'connection_refused') return;
    const nowMs = clock.now();
    this.#arrivals = this.#arrivals.filter(({ atMs }) => atMs > nowMs - 1_000);
    this.#arrivals.push({ atMs: nowMs, messages, process });
    const within = sum(this.#arrivals.map((one) => one.messages));
    const paced = within <= carrier.messagesPerSecond || this.#arrivals.some((one) => one.process.zombie);
    this.#breaks(paced, () => `${within} messages in a second, of which ${carrier.messagesPerSecond} are allowed`);
  }

  /** Nobody calls while the carrier wants peace, unless it began before it could know, or who was told never told. */
  #quiet(process: Process, outcome: SubmitOutcome): void {
    const nowMs = this.#world.clock.now();
    const { atMs, untilMs, process: told } = this.#peace ?? { atMs: 0, untilMs: 0, process };
    const knew = process.startedAtMs > atMs + 15_000 && !told.spoiled;
    this.#breaks(
      nowMs >= untilMs || !knew,
      () => `${process.name} calls ${untilMs - nowMs} ms before the carrier wants it`,
    );
    const seconds =
      outcome.kind === 'account_error' ? 60 : outcome.kind === 'not_accepted' ? (outcome.retryAfterSeconds ?? 0) : 0;
    if (seconds > 0) this.#peace = { atMs: nowMs, untilMs: nowMs + seconds * 1_000, process };
  }

  #submit(process: Process, call: CarrierBatch, outcome: SubmitOutcome): void {
    const { carrier, dispatches, tenants, clock } = this.#world;
    const { dispatchId, batch: n } = process.bodies[0] as { dispatchId: Id; batch: number };
    const who = `${dispatchId} ${n}`;
    const batch = this.#world.batches.history.findLast((one) => one.id === dispatchId && one.batch.n === n)?.batch;
    const foundUntilMs = (batch?.submittingAtMs ?? 0) + (sendBatchSeconds + 60) * 1_000;
    const taken = carrier.taken.slice(this.#seenTaken);
    this.#seenTaken = carrier.taken.length;
    for (const { to } of call.messages) {
      if (clock.now() > foundUntilMs) this.#blurred.add(to);
      this.#callers.set(to, [...(this.#callers.get(to) ?? []), process]);
    }
    for (const { batch } of taken) {
      for (const { to, text } of batch.messages) {
        const [key, first] = [`${to} ${text}`, this.#takings.get(`${to} ${text}`)];
        this.#breaks(first === undefined, () => `${who}: a message was taken a second time, first for ${first}`);
        this.#takings.set(key, who);
      }
    }
    const dispatch = dispatches.all.get(dispatchId);
    if (!dispatch) {
      this.#world.breaks(`${who}: submitted for no dispatch (${outcome.kind})`);
      return;
    }
    const wish = this.#wishes.find((one) => isOf(dispatch, one));
    const asShown = call.messages.every(({ to, text }) => wish?.texts.get(to) === text);
    this.#breaks(asShown && call.from === dispatch.message.from, () => `${who}: another text than was shown`);
    const tenant = tenants.get(tenantOf(dispatch.owner));
    const longBefore = (sinceMs: number | null | undefined) =>
      typeof sinceMs === 'number' && sinceMs < process.startedAtMs;
    this.#breaks(!longBefore(tenant?.suspendedSinceMs), () => `${who}: submitted for a suspended tenant`);
    this.#breaks(!longBefore(tenant?.senderLostSinceMs), () => `${who}: submitted from a number that is not approved`);
    this.#breaks(
      !this.#promisedNot.has(who) && !this.#promisedNot.has(dispatchId),
      () => `${who}: submitted after its cancel was answered`,
    );
    const campaign =
      dispatch.purpose === 'send' && dispatch.campaignId && this.#world.campaigns.all.get(dispatch.campaignId);
    if (campaign) this.#breaks(campaign.period.startAtMs <= clock.now(), () => `${who}: submitted before its period`);
    if (campaign) {
      const muchLater = clock.now() > Math.max(campaign.period.endAtMs, this.#world.peaceSinceMs) + 20 * 60_000;
      this.#breaks(!muchLater, () => `${who}: submitted long after its period`);
    }
    this.#submits.set(who, { process, outcome });
    this.#quiet(process, outcome);
    this.#pace(process, call.messages.length, outcome);
    this.#breaks(waveAtMs(dispatch, batch?.wave ?? 1) <= clock.now(), () => `${who}: submitted before its time`);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
