import type { DispatchId, OwnerId } from '../../../shared/contracts/ids.ts';
import { type CancelOutcome, cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import { createDispatch } from '../../../shared/domain/dispatches/create-dispatch.ts';
import { rescheduleDispatch } from '../../../shared/domain/dispatches/reschedule-dispatch.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import { startDispatch } from '../../../shared/domain/dispatches/start-dispatch.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import type { PipelinePorts } from '../../support/fakes/world.ts';
import type { Begin } from './deliveries.ts';
import { isOurs } from './process.ts';
import { isOf, rowsOf, type Wish, wishOf } from './requests.ts';
import type { World } from './world.ts';

const callLimitMs = 29_000;

/** People who use the service: they ask, confirm, change their mind, and ask again when they hear nothing. */
export class Customers {
  readonly wishes: Wish[] = [];
  /** Cancels that were answered, with how everything stood in that moment. */
  readonly onCanceled: ((id: DispatchId, outcome: CancelOutcome & { kind: 'canceled' }) => void)[] = [];
  readonly #world: World;
  readonly #begin: Begin;
  #calls = 0;

  constructor(world: World, begin: Begin) {
    this.#world = world;
    this.#begin = begin;
  }

  /** Plans all that is asked for from now on. */
  plan(): void {
    const { random, agenda } = this.#world;
    const wishes = 1 + random.below(4);
    // Some write to the very same people twice
    const step = random.chance(0.8) ? 20 : 0;
    for (let n = 0; n < wishes; n++) {
      agenda.in(random.below(120_000), () => {
        const wish = wishOf(this.#world, n, n * step);
        this.wishes.push(wish);
        this.#ask(wish, 0);
      });
    }
  }

  /** Makes a call to the API; it is made again, under the same key, when no answer came. */
  #call(
    name: string,
    work: (ports: PipelinePorts) => Promise<unknown>,
    again: ((tries: number) => void) | null = null,
    tries = 0,
  ): void {
    const process = this.#begin(`${name}${this.#calls++}`, callLimitMs, []);
    work(process.ports).catch((error: unknown) => {
      if (!isOurs(error) && !process.dead) {
        this.#world.breaks(`${process.name} failed: ${String(error)}`);
        return;
      }
      if (again === null || tries >= 3) return;
      this.#world.faults.count('repeated_request');
      this.#world.agenda.in(1_000 + this.#world.random.below(20_000), () => again(tries + 1));
    });
  }

  #ask(wish: Wish, tries: number): void {
    const { owner, request, recipients, tag } = wish;
    const world = this.#world;
    const remember = () => recordOf(owner, tag);
    if (wish.way === 'upload') this.#upload(wish);
    this.#call(
      'ask',
      async (ports) => {
        if (wish.way === 'messages') {
          const sent = await sendMessages(ports, owner, request, recipients, remember);
          world.note(`${tag} ${sent.kind}`);
          if (sent.kind === 'sent' && sent.dispatch.cut) world.faults.count('partial_send');
          return;
        }
        const given = wish.way === 'upload' ? { uploadId: wish.uploadId } : { list: recipients };
        const created = await createDispatch(ports, owner, request, given, remember);
        world.note(`${tag} ${created.kind}`);
        if (request.confirm === 'auto') return;
        if (created.kind === 'created') this.#confirmLater(created.dispatch.id, owner);
        // The answer of the first call, which nobody heard
        const first = [...world.dispatches.all.values()].find((dispatch) => isOf(dispatch, wish));
        if (created.kind === 'replayed' && first) this.#confirmLater(first.id, owner);
      },
      (next) => this.#ask(wish, next),
      tries,
    );
  }

  #upload({ uploadId, recipients }: Wish): void {
    const { dispatches, files, random, agenda, faults } = this.#world;
    if (dispatches.uploads.has(uploadId)) return;
    const ready = () =>
      dispatches.uploads.set(uploadId, { status: 'ready', list: files.keepList(uploadId, rowsOf(recipients)) });
    if (!faults.strikes('late_upload', 0.5)) return void ready();
    faults.count('late_upload');
    dispatches.uploads.set(uploadId, { status: 'validating', list: null });
    const rejected = random.chance(0.1);
    agenda.in(random.below(60_000), () => {
      if (rejected) dispatches.uploads.set(uploadId, { status: 'rejected', list: null });
      else ready();
    });
  }

  #confirmLater(id: DispatchId, owner: OwnerId): void {
    const { random, agenda, faults } = this.#world;
    if (random.chance(0.1)) return; // nobody ever confirms it
    const inMs = random.below(90_000);
    const twice = faults.strikes('double_send', 0.4);
    if (twice) faults.count('double_send');
    for (let n = twice ? 2 : 1; n > 0; n--) {
      const key = `${id}-send-${n}`;
      agenda.in(inMs + random.below(500), () => this.#confirm(id, owner, key, 0));
    }
  }

  #confirm(id: DispatchId, owner: OwnerId, key: string, tries: number): void {
    this.#call(
      'send',
      async (ports) => {
        const dispatch = await ports.dispatches.read(id);
        if (!dispatch) throw new Error(`${id} has vanished`);
        if (dispatch.state === 'preparing' && tries < 3) {
          this.#world.agenda.in(10_000, () => this.#confirm(id, owner, key, tries + 1));
          return;
        }
        const options = { maxCredits: null, remember: () => recordOf(owner, key) };
        const started = await startDispatch(ports, dispatch, options);
        this.#world.note(`${id} ${started.kind}`);
        if (started.kind === 'started' && started.dispatch.cut) this.#world.faults.count('partial_send');
      },
      (next) => this.#confirm(id, owner, key, next),
      tries,
    );
  }

  cancel(id: DispatchId): void {
    this.#call('cancel', async (ports) => {
      const dispatch = await ports.dispatches.read(id);
      if (!dispatch) return;
      this.#world.faults.count('cancel');
      const outcome = await cancelDispatch(ports, dispatch, 'requested');
      this.#world.note(`${id} cancel ${outcome.kind}`);
      if (outcome.kind !== 'canceled') return;
      if (dispatch.state === 'scheduled') this.#world.faults.count('cancel_of_waiting');
      for (const hear of this.onCanceled) hear(id, outcome);
    });
  }

  reschedule(id: DispatchId): void {
    const { random, clock } = this.#world;
    const schedule = random.chance(0.15) ? null : { atMs: clock.now() + 5_000 + random.below(900_000) };
    this.#call('reschedule', async (ports) => {
      const dispatch = await ports.dispatches.read(id);
      if (!dispatch) return;
      const outcome = await rescheduleDispatch(ports, dispatch, schedule);
      this.#world.note(`${id} reschedule ${outcome.kind}`);
      if (outcome.kind === 'rescheduled') this.#world.faults.count('reschedule');
    });
  }
}

const recordOf = (scope: OwnerId, key: string): IdempotencyRecord => ({
  scope,
  key,
  requestHash: key,
  status: 202,
  bodyGzip: new Uint8Array(),
  expiresAtMs: Number.MAX_SAFE_INTEGER,
});
