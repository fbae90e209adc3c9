import { tenantOf } from '../../../shared/contracts/ids.ts';
import { sendBatchSeconds } from '../../../shared/contracts/limits.ts';
import type { CarrierBatch, SubmitOutcome } from '../../../shared/domain/carriers/carrier.ts';
import type { Batch } from '../../../shared/domain/dispatches/batch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { isRefused } from '../../../shared/domain/dispatches/ports.ts';
import { waveAtMs } from '../../../shared/domain/dispatches/waves.ts';
import type { Happening } from '../../support/fakes/watched.ts';
import type { Process } from './process.ts';
import { isOf, numberMark, type Wish } from './requests.ts';
import type { World } from './world.ts';

type Id = Dispatch['id'];

/** So long after the end of its period no campaign sends, however it was held up. */
const lateMs = 20 * 60_000;
/** Who was told to keep quiet has told everybody by then. */
const toldMs = 15_000;

/** What holds of every submit in its moment: once, as shown, allowed, in time, and at the carrier's pace. */
export class Submits {
  readonly #world: World;
  readonly #wishes: readonly Wish[];
  readonly #takings = new Map<string, string>();
  /** Numbers for whom nobody can tell any more which call was whose: a zombie called too late, or beside others. */
  readonly #blurred = new Set<string>();
  readonly #callers = new Map<string, Process[]>();
  /** Who last began to submit a batch, and what came of it. */
  readonly #last = new Map<string, { readonly process: Process; readonly outcome: SubmitOutcome | null }>();
  /** Batches and whole dispatches of which a customer was told that they will not be sent. */
  readonly #promisedNot = new Set<string>();
  /** The carrier asked for peace until then. */
  #peace: { readonly atMs: number; readonly untilMs: number; readonly process: Process } | null = null;
  #arrivals: { readonly atMs: number; readonly messages: number; readonly process: Process }[] = [];
  #seenTaken = 0;

  constructor(world: World, wishes: readonly Wish[]) {
    this.#world = world;
    this.#wishes = wishes;
  }

  look(process: Process, call: string, { args, answer }: Happening): void {
    if (call === 'batches.change') {
      const [id, , , after] = args as readonly [Id, string, Batch, Batch];
      const began = after.state === 'submitting' && !isRefused(answer as object);
      if (began) this.#last.set(`${id} ${after.n}`, { process, outcome: null });
    }
    if (call === 'carriers.submit') this.#submitted(process, args[0] as CarrierBatch, answer as SubmitOutcome);
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
    return this.#last.get(who)?.outcome?.kind === 'refused';
  }

  /** Whether somebody had reason to doubt what became of a batch. */
  mayBeUnclear(who: string): boolean {
    const last = this.#last.get(who);
    return last !== undefined && (last.outcome?.kind === 'unclear' || last.process.spoiled);
  }

  #breaks(holds: boolean, sentence: () => string): void {
    if (!holds) this.#world.breaks(sentence());
  }

  #submitted(process: Process, call: CarrierBatch, outcome: SubmitOutcome): void {
    const { dispatchId, batch: n } = process.bodies[0] as { dispatchId: Id; batch: number };
    const who = `${dispatchId} ${n}`;
    const { batches, dispatches } = this.#world;
    const batch = batches.history.findLast((one) => one.id === dispatchId && one.batch.n === n)?.batch;
    const dispatch = dispatches.all.get(dispatchId);
    if (!dispatch || !batch) {
      this.#world.breaks(`${who}: submitted, and it is not there`);
      return;
    }
    this.#last.set(who, { process, outcome });
    this.#once(process, who, call, batch);
    this.#lawful(process, who, call, dispatch, batch);
    this.#inTime(who, dispatch, batch);
    this.#quiet(process, outcome);
    this.#pace(process, call.messages.length, outcome);
  }

  /** Nobody gets a message twice. */
  #once(process: Process, who: string, call: CarrierBatch, { submittingAtMs }: Batch): void {
    const { carrier, clock } = this.#world;
    const foundUntilMs = submittingAtMs + (sendBatchSeconds + 60) * 1_000;
    for (const { to } of call.messages) {
      if (clock.now() > foundUntilMs) this.#blurred.add(to);
      this.#callers.set(to, [...(this.#callers.get(to) ?? []), process]);
    }
    const taken = carrier.taken.slice(this.#seenTaken);
    this.#seenTaken = carrier.taken.length;
    for (const { batch } of taken) {
      for (const { to, text } of batch.messages) {
        const [key, first] = [`${to} ${text}`, this.#takings.get(`${to} ${text}`)];
        this.#breaks(first === undefined, () => `${who}: a message was taken a second time, first for ${first}`);
        this.#takings.set(key, who);
      }
    }
  }

  /** It is what was shown, from whom it may be, and nobody was told that it will not come. */
  #lawful(process: Process, who: string, call: CarrierBatch, dispatch: Dispatch, batch: Batch): void {
    const wish = this.#wishes.find((one) => isOf(dispatch, one));
    const number = dispatch.message.advertisement?.optOutNumber ?? '';
    const asShown = call.messages.every(({ to, text }) => wish?.texts.get(to)?.replace(numberMark, number) === text);
    this.#breaks(asShown && call.from === dispatch.message.from, () => `${who}: another text than was shown`);
    const [{ tenants }, tenant] = [this.#world, tenantOf(dispatch.owner)];
    const knew = (sinceMs: number | null) => sinceMs !== null && sinceMs < process.startedAtMs;
    const suspendedMs = tenants.suspendedSinceMs(tenant);
    const mayGo = suspendedMs === null || suspendedMs >= batch.submittingAtMs;
    this.#breaks(mayGo, () => `${who}: submitted for a suspended tenant`);
    this.#breaks(
      !knew(tenants.disapprovedSinceMs(tenant, call.from)),
      () => `${who}: submitted from a number that is not approved`,
    );
    const promised = this.#promisedNot.has(who) || this.#promisedNot.has(dispatch.id);
    this.#breaks(!promised, () => `${who}: submitted after its cancel was answered`);
  }

  #inTime(who: string, dispatch: Dispatch, { wave }: Batch): void {
    const { clock, campaigns, peaceSinceMs } = this.#world;
    this.#breaks(waveAtMs(dispatch, wave) <= clock.now(), () => `${who}: submitted before its time`);
    const campaign = dispatch.purpose === 'send' && dispatch.campaignId && campaigns.all.get(dispatch.campaignId);
    if (!campaign) return;
    const { startAtMs, endAtMs } = campaign.period;
    this.#breaks(startAtMs <= clock.now(), () => `${who}: submitted before its period`);
    const isLate = clock.now() > Math.max(endAtMs, peaceSinceMs) + lateMs;
    this.#breaks(!isLate, () => `${who}: submitted long after its period`);
  }

  /** Nobody calls while the carrier wants peace, unless it began before it could know, or who was told never told. */
  #quiet(process: Process, outcome: SubmitOutcome): void {
    const nowMs = this.#world.clock.now();
    const { atMs, untilMs, process: told } = this.#peace ?? { atMs: 0, untilMs: 0, process };
    const knew = process.startedAtMs > atMs + toldMs && !told.spoiled;
    this.#breaks(
      nowMs >= untilMs || !knew,
      () => `${process.name} calls ${untilMs - nowMs} ms before the carrier wants it`,
    );
    const seconds =
      outcome.kind === 'account_error' ? 60 : outcome.kind === 'not_accepted' ? (outcome.retryAfterSeconds ?? 0) : 0;
    if (seconds > 0) this.#peace = { atMs: nowMs, untilMs: nowMs + seconds * 1_000, process };
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
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
