import type { DispatchId, OwnerId } from '../../../shared/contracts/ids.ts';
import { cancelDispatch } from '../../../shared/domain/dispatches/cancel-dispatch.ts';
import { createDispatch } from '../../../shared/domain/dispatches/create-dispatch.ts';
import { rescheduleDispatch } from '../../../shared/domain/dispatches/reschedule-dispatch.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import { startDispatch } from '../../../shared/domain/dispatches/start-dispatch.ts';
import { type Caller, recordOf } from './caller.ts';
import { isOf, rowsOf, type Wish } from './requests.ts';
import { nightlyTime } from './rules.ts';
import type { World } from './world.ts';

/** People who send: they ask, confirm, change their mind, and ask again when they hear nothing. */
export class Customers {
  readonly #world: World;
  readonly #caller: Caller;

  constructor(world: World, caller: Caller) {
    this.#world = world;
    this.#caller = caller;
  }

  ask(wish: Wish): void {
    const { owner, request, recipients, tag, way, uploadId } = wish;
    const { faults } = this.#world;
    const remember = () => recordOf(owner, tag);
    if (way === 'upload') this.#upload(wish);
    this.#caller.call('ask', async (ports) => {
      if (way === 'messages') {
        const sent = await sendMessages(ports, owner, request, recipients, remember);
        this.#world.note(`${tag} ${sent.kind}`);
        if (sent.kind === 'night_window') this.#refusedAtNight(wish);
        if (sent.kind === 'sent' && sent.dispatch.cut) faults.count('partial_send');
        return;
      }
      const given = way === 'upload' ? { uploadId } : { list: recipients };
      const created = await createDispatch(ports, owner, request, given, remember);
      this.#world.note(`${tag} ${created.kind}`);
      if (created.kind === 'night_window') this.#refusedAtNight(wish);
      if (request.confirm === 'auto') return;
      // When the first answer was lost, the second call hears it
      const first = [...this.#world.dispatches.all.values()].find((dispatch) => isOf(dispatch, wish));
      const id = created.kind === 'created' ? created.dispatch.id : first?.id;
      if (id) this.#confirmLater(id, owner);
    });
  }

  cancel(id: DispatchId): void {
    this.#world.unwanted.add(id);
    this.#caller.call('cancel', async (ports) => {
      const dispatch = await ports.dispatches.read(id);
      if (!dispatch) return;
      const outcome = await cancelDispatch(ports, dispatch, 'requested');
      this.#world.note(`${id} cancel ${outcome.kind}`);
      if (outcome.kind !== 'canceled') return;
      this.#world.faults.count(dispatch.state === 'scheduled' ? 'cancel_of_waiting' : 'cancel');
      this.#world.onCanceled(outcome.dispatch);
    });
  }

  reschedule(id: DispatchId): void {
    const { random, clock, advertises, rules, dispatches, faults } = this.#world;
    const owner = dispatches.all.get(id)?.owner;
    const atMs =
      advertises && owner && random.chance(0.5)
        ? nightlyTime(random, rules, owner, clock.now())
        : clock.now() + 5_000 + random.below(900_000);
    const schedule = random.chance(0.15) ? null : { atMs };
    this.#caller.call('reschedule', async (ports) => {
      const dispatch = await ports.dispatches.read(id);
      if (!dispatch) return;
      const outcome = await rescheduleDispatch(ports, dispatch, schedule);
      this.#world.note(`${id} reschedule ${outcome.kind}`);
      if (outcome.kind === 'rescheduled') faults.count('reschedule');
      if (outcome.kind === 'night_window') faults.count('refused_at_night');
    });
  }

  /** Only advertisements of those who do not want them to wait. */
  #refusedAtNight({ owner, tag, isAdvert }: Wish): void {
    this.#world.faults.count('refused_at_night');
    const mayBe = isAdvert && this.#world.rules.get(owner)!.policy === 'fail';
    if (!mayBe) this.#world.breaks(`${tag} was refused because of a night that does not concern it`);
  }

  #upload({ uploadId, recipients }: Wish): void {
    const { dispatches, files, random, agenda, faults } = this.#world;
    const ready = () =>
      dispatches.uploads.set(uploadId, { status: 'ready', list: files.keepList(uploadId, rowsOf(recipients)) });
    if (!faults.strikes('late_upload', 0.5)) {
      ready();
      return;
    }
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
      agenda.in(inMs + random.below(500), () => this.#confirm(id, owner, `${id}-send-${n}`, 0));
    }
  }

  #confirm(id: DispatchId, owner: OwnerId, key: string, waits: number): void {
    this.#caller.call('send', async (ports) => {
      const dispatch = await ports.dispatches.read(id);
      if (!dispatch) throw new Error(`${id} has vanished`);
      if (dispatch.state === 'preparing' && waits < 5) {
        this.#world.agenda.in(10_000, () => this.#confirm(id, owner, key, waits + 1));
        return;
      }
      const started = await startDispatch(ports, dispatch, { maxCredits: null, remember: () => recordOf(owner, key) });
      this.#world.note(`${id} ${started.kind}`);
      if (started.kind === 'night_window') this.#world.faults.count('refused_at_night');
      if (started.kind === 'started' && started.dispatch.cut) this.#world.faults.count('partial_send');
    });
  }
}
