import { sendBatchSeconds } from '../../../shared/contracts/limits.ts';
import type { CarrierBatch } from '../../../shared/domain/carriers/carrier.ts';
import type { Batch } from '../../../shared/domain/dispatches/batch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { isRefused } from '../../../shared/domain/dispatches/ports.ts';
import { type ResultPage, resultAt } from '../../../shared/domain/dispatches/result-page.ts';
import { waveAtMs } from '../../../shared/domain/dispatches/waves.ts';
import type { PermissionChange } from '../../../shared/domain/permissions/permission.ts';
import type { RecipientRow } from '../../../shared/domain/recipients/recipient-list.ts';
import type { Happening } from '../../support/fakes/watched.ts';
import { advertiser } from '../../support/fakes/world.ts';
import { isAtNight, nightOfTheLaw, touches, withItsDusk } from './korea.ts';
import type { Process } from './process.ts';
import { isOf, type Wish } from './requests.ts';
import { allowsTheNight, mayGetAdverts, type Standing } from './standings.ts';
import type { World } from './world.ts';

/** So long a call to the carrier may take: what it carries arrives in that time. */
const callMs = 20_000;
/** Nobody stands still for longer between looking and calling, but for those whom the simulation made to. */
const earlyMs = 60_000;

/** Who works on a batch, and since when: as moments, and on the clock. */
interface Work {
  readonly dispatch: Dispatch;
  readonly wish: Wish;
  readonly claimed: number;
  submitting: number;
  submittingMs: number;
  hasCalled: boolean;
  rows: readonly RecipientRow[];
}

/**
 * What the law and people want of every message that the carrier took: who refused gets none, by night only who allowed
 * it does, and every advertisement says what it must. And the other way about: nobody is left out without a reason.
 */
export class Law {
  readonly #world: World;
  readonly #wishes: readonly Wish[];
  readonly #works = new Map<Process, Work>();
  /** When each process began, when somebody began to make each dispatch, and the rows that a process read. */
  readonly #began = new Map<Process, number>();
  readonly #created = new Map<string, number>();
  readonly #rows = new Map<Process, readonly RecipientRow[]>();

  constructor(world: World, wishes: readonly Wish[]) {
    this.#world = world;
    this.#wishes = wishes;
  }

  look(process: Process, call: string, { args, answer }: Happening): void {
    if (!this.#began.has(process)) this.#began.set(process, this.#world.standings.moment);
    switch (call) {
      case 'permissions.change': {
        const [owner, digits, change] = args as readonly [Dispatch['owner'], string, PermissionChange];
        this.#world.standings.hear(owner, digits, change);
        return;
      }
      case 'dispatches.create':
      case 'dispatches.start': {
        const made = (call === 'dispatches.create' ? args[0] : args[1]) as Dispatch;
        if (!this.#created.has(made.id)) this.#created.set(made.id, this.#began.get(process) ?? 0);
        return;
      }
      case 'rows.rowsOf':
        this.#rows.set(process, answer as readonly RecipientRow[]);
        return;
      case 'batches.change':
        if (!isRefused(answer as object))
          this.#changed(process, args as readonly [Dispatch['id'], string, Batch, Batch]);
        return;
      case 'carriers.submit':
        this.#submitted(process, args[0] as CarrierBatch);
    }
  }

  #breaks(holds: boolean, sentence: () => string): void {
    if (!holds) this.#world.breaks(sentence());
  }

  #changed(process: Process, [id, , before, after]: readonly [Dispatch['id'], string, Batch, Batch]): void {
    const { standings, clock, faults } = this.#world;
    const work = this.#works.get(process);
    const dispatch = this.#world.dispatches.all.get(id);
    const wish = dispatch && this.#wishes.find((one) => isOf(dispatch, one));
    if (after.state === 'claimed' && dispatch && wish) {
      const rows = this.#rows.get(process) ?? [];
      const never = { submitting: Number.POSITIVE_INFINITY, submittingMs: 0, hasCalled: false };
      this.#works.set(process, { dispatch, wish, claimed: standings.goOn(), rows, ...never });
    }
    if (!work) return;
    if (after.state === 'submitting' && before.state !== 'submitting') {
      work.submitting = standings.goOn();
      work.submittingMs = clock.now();
    }
    const waits = after.state === 'planned' && !work.hasCalled && this.#closes(work, work.submittingMs, clock.now());
    if (waits) faults.count('planned_for_morning');
    if (after.page !== null && after.page !== before.page) this.#leftOut(process, work, before.page, after.page);
  }

  #submitted(process: Process, call: CarrierBatch): void {
    const work = this.#works.get(process);
    if (!work) {
      this.#world.breaks(`${process.name} submits what it did not claim`);
      return;
    }
    work.hasCalled = true;
    const { wish, dispatch } = work;
    const who = `${dispatch.id} for ${wish.tag}`;
    for (const { to, text } of call.messages) {
      this.#wanted(who, work, to.slice(1));
      if (wish.isAdvert) this.#saysItsParts(who, work, text);
      if (isNightly(wish)) this.#byDay(process, who, work, to.slice(1));
    }
    this.#countNights(work);
  }

  /** It is submitted after their word was kept, unless they took it back meanwhile. */
  #wanted(who: string, { wish, submitting }: Work, digits: string): void {
    const { standings, rules } = this.#world;
    const { owner, kind } = wish;
    const own = rules.get(owner)!;
    const ever = (was: (standing: Standing) => boolean) => standings.ever(owner, digits, submitting, was);
    if (kind === 'advertising')
      this.#breaks(
        ever((one) => mayGetAdverts(one, own)),
        () => `${who}: advertising for ${digits}, who does not want any`,
      );
    if (kind === 'informational' && own.informationalToOptedOut === 'exclude')
      this.#breaks(
        ever(({ optedOut }) => !optedOut),
        () => `${who}: sent to ${digits}, who opted out`,
      );
  }

  /** No advertisement can arrive at night, even if the call takes its time, unless they once allowed it meanwhile. */
  #byDay(process: Process, who: string, { wish, submitting, submittingMs }: Work, digits: string): void {
    const { clock, standings, rules } = this.#world;
    const nowMs = clock.now();
    if (process.zombie && nowMs - submittingMs > earlyMs) return;
    const untilMs = process.zombie
      ? nowMs
      : Math.max(nowMs, Math.min(nowMs + callMs, process.startedAtMs + sendBatchSeconds * 1_000));
    const nights = { 'night of the law': nightOfTheLaw, 'night of the tenant': rules.get(wish.owner)!.night };
    for (const [name, night] of Object.entries(nights)) {
      const allowed = !touches(night, nowMs, untilMs) || standings.ever(wish.owner, digits, submitting, allowsTheNight);
      this.#breaks(allowed, () => `${who}: an advertisement for ${digits} in the ${name}`);
    }
  }

  /** `(광고)` first, who advertises behind it, how to refuse for free last, by a number that was open. */
  #saysItsParts(who: string, { wish, claimed }: Work, text: string): void {
    const { optOutNumbers } = this.#world;
    const [, name, number] = partsOf.exec(text) ?? [];
    this.#breaks(name === advertiser, () => `${who}: an advertisement without its parts: ${text}`);
    const said = number?.replace(/\D/gu, '') ?? '';
    const asked = wish.request.message.advertisement?.optOutNumber ?? said;
    const isOwn = optOutNumbers.of(wish.owner).includes(said) && said === asked;
    this.#breaks(isOwn, () => `${who}: ${said} is not its 080 number`);
    this.#breaks(!optOutNumbers.isClosedSince(said, claimed), () => `${who}: sent with ${said}, which was closed`);
  }

  /** Whoever a worker leaves out is left out for a reason that there was while it looked. */
  #leftOut(process: Process, work: Work, before: ResultPage | null, page: ResultPage): void {
    const { standings, rules, optOutNumbers, faults, clock } = this.#world;
    const { wish, rows, dispatch } = work;
    const since = Math.min(work.submitting, standings.moment);
    for (let row = 0; row < rows.length; row++) {
      const { status, code } = resultAt(page, row);
      if (status !== 'skipped' || (before !== null && resultAt(before, row).status === 'skipped')) continue;
      const [, digits] = rows[row]!;
      const isNight = process.zombie || this.#closes(work, work.submittingMs, clock.now());
      const closed = () => optOutNumbers.of(wish.owner).some((one) => optOutNumbers.wasClosed(one, work.claimed));
      const reasons: Readonly<Record<string, () => boolean>> = {
        opted_out: () => this.#wasRefused('opted_out', wish, digits, since),
        consent_denied: () => this.#wasRefused('consent_denied', wish, digits, since),
        night_window: () =>
          rules.get(wish.owner)!.policy === 'fail' &&
          isNightly(wish) &&
          isNight &&
          standings.ever(wish.owner, digits, since, (one) => !allowsTheNight(one)),
        opt_out_number_not_open: () => wish.isAdvert && closed(),
      };
      const reason = reasons[code ?? ''];
      if (!reason) continue;
      this.#breaks(reason(), () => `${dispatch.id} for ${wish.tag}: ${digits} is left out as ${code} without a reason`);
      if (code === 'night_window') faults.count('skipped_at_night');
      else faults.count(code === 'opt_out_number_not_open' ? 'number_gone' : 'left_out_late');
    }
  }

  #wasRefused(code: 'opted_out' | 'consent_denied', { owner, kind }: Wish, digits: string, since: number): boolean {
    const [{ standings }, own] = [this.#world, this.#world.rules.get(owner)!];
    if (code === 'consent_denied') {
      const denied = (one: Standing) => !one.optedOut && !mayGetAdverts(one, own);
      return kind === 'advertising' && standings.ever(owner, digits, since, denied);
    }
    const asks = kind === 'advertising' || (kind === 'informational' && own.informationalToOptedOut === 'exclude');
    return asks && standings.ever(owner, digits, since, ({ optedOut }) => optedOut);
  }

  /** Whoever a quote leaves out was refused by then, and never because of the night. */
  async lookAtExcluded(dispatch: Dispatch, wish: Wish): Promise<void> {
    const { rows } = this.#world.files;
    const since = this.#created.get(dispatch.id) ?? 0;
    const { excludedBlocks } = await rows.manifest(dispatch);
    for (let block = 0; block < excludedBlocks.length; block++) {
      for (const [, digits, reason] of await rows.excluded(dispatch, block)) {
        const refused = reason === 'opted_out' || reason === 'consent_denied';
        const right = refused ? this.#wasRefused(reason, wish, digits, since) : reason !== 'night_window';
        this.#breaks(right, () => `${dispatch.id}: ${digits} is excluded as ${reason} without a reason`);
      }
    }
  }

  /** Whether all of them allowed the night from before a dispatch was made until today: it never waits for them. */
  haveAllowedTheNight({ id, owner }: Dispatch, rows: readonly RecipientRow[]): boolean {
    const since = this.#created.get(id) ?? 0;
    return rows.every(([, digits]) => !this.#world.standings.ever(owner, digits, since, (one) => !allowsTheNight(one)));
  }

  /** Whether its night, or the minute before it, touches a time; clocks differ by a moment. */
  #closes({ wish }: Work, fromMs: number, untilMs: number): boolean {
    const night = withItsDusk(this.#world.rules.get(wish.owner)!.night);
    return isNightly(wish) && touches(night, fromMs - 100, untilMs);
  }

  #countNights({ wish, dispatch }: Work): void {
    const { clock, faults, rules, batches } = this.#world;
    if (!isNightly(wish)) return;
    const { night, policy } = rules.get(wish.owner)!;
    if (isAtNight(night, clock.now())) faults.count('sent_at_night');
    const wave = batches.history.findLast(({ id }) => id === dispatch.id)?.batch.wave ?? 1;
    const dueMs = waveAtMs(dispatch, wave);
    const waited = isAtNight(night, dueMs) && !isAtNight(night, clock.now());
    if (policy === 'wait' && waited) faults.count('sent_in_the_morning');
  }
}

/** Whether the night matters: of advertisements that are no test. */
export const isNightly = ({ isAdvert, kind }: Wish): boolean => isAdvert && kind === 'advertising';

/** As carriers look at it: spaces and brackets before the name, and spaces, colons and hyphens in the last line. */
const partsOf = new RegExp(`^\\(광고\\)[\\s[]*(${advertiser})[^]*(?:무료수신거부|무료거부)[\\s:]*(080[\\d-]+)$`, 'u');
