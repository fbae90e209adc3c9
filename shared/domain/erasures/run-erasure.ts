import type { OwnerId } from '../../contracts/ids.ts';
import type { EraseMessage } from '../../contracts/queue-messages.ts';
import type { Log, Time } from '../dispatches/ports.ts';
import type { ImportStore } from '../imports/ports.ts';
import { listedAtMs } from '../imports/row-import.ts';
import { changeAll } from '../imports/row-work.ts';
import type { PermissionEraser, PermissionStore } from '../permissions/ports.ts';
import { type EraseDispatchPorts, eraseFromLarge, eraseFromSmall } from './erase-dispatches.ts';
import { type EraseListPorts, eraseFromLists, eraseFromUploads } from './erase-lists.ts';
import { betweenPassesMs, type Erasure, type ErasureJob, gatherMs, leaseMs } from './erasure.ts';
import { Pass } from './pass.ts';
import type { EraseQueue, ErasureStore } from './ports.ts';

export interface RunErasurePorts extends EraseDispatchPorts, EraseListPorts {
  readonly erasures: ErasureStore;
  readonly permissions: Pick<PermissionStore, 'readMany'> & PermissionEraser;
  readonly imports: Pick<ImportStore, 'read'>;
  readonly eraseQueue: EraseQueue;
  readonly time: Time;
  readonly log: Log;
}

/** A step lasts so long at most, then the next one takes over: well below what its function is given. */
export const stepMs = 240_000;
/** A record that starts a step may get lost; the sweeper sees to it then. */
export const lostAfterMs = 60_000;

type Stage = (ports: RunErasurePorts, pass: Pass, after: string | null) => AsyncGenerator<string>;
const stages: readonly Stage[] = [eraseByNumber, eraseFromLarge, eraseFromUploads, eraseFromLists, eraseFromTold];

/**
 * A step of a pass over all that there is of an owner, in which whoever was deleted is blanked or removed. It holds a lease
 * that outlives its worker, so no two write at once, and notes where it stands. An erasure ends with the first pass that
 * finds nothing of its person and begins after the one that did: so what a worker that died had done is looked at again,
 * and whoever still had old rows in memory has ended. What throws leaves the lease to run out.
 */
export async function runErasure(ports: RunErasurePorts, { owner }: EraseMessage): Promise<void> {
  const found = await ports.erasures.job(owner);
  const nowMs = ports.time.now();
  if (found === null || found.leaseUntilMs > nowMs) return;
  if (found.at === null && found.dueAtMs > nowMs) return;
  const lease = { leaseUntilMs: nowMs + leaseMs, nextCheckAtMs: nowMs + leaseMs };
  const begins = { at: { stage: 0, after: null }, pass: found.pass + 1, passBeganAtMs: nowMs };
  const held = await ports.erasures.change(found, { ...found, ...lease, ...(found.at === null ? begins : {}) });
  if (held === null) return;
  const people = await peopleOf(ports, held);
  if (people.length > 0) {
    const pass = new Pass(ports.erasures, owner, held.pass, people);
    const stoppedAt = await work(ports, pass, held, nowMs + stepMs);
    if (stoppedAt !== null) return goOn(ports, held, stoppedAt);
  }
  return endPass(ports, held);
}

async function peopleOf({ erasures }: RunErasurePorts, { owner, passBeganAtMs }: ErasureJob) {
  const people: Erasure[] = [];
  for await (const erasure of erasures.everybody(owner)) {
    if (erasure.atMs <= passBeganAtMs - gatherMs) people.push(erasure);
  }
  return people;
}

/** Null: nothing is left to look at. */
async function work(
  ports: RunErasurePorts,
  pass: Pass,
  { at }: ErasureJob,
  untilMs: number,
): Promise<ErasureJob['at']> {
  const from = at ?? { stage: 0, after: null };
  for (const [stage, erase] of stages.entries()) {
    if (stage < from.stage) continue;
    for await (const after of erase(ports, pass, stage === from.stage ? from.after : null)) {
      if (ports.time.now() >= untilMs) return { stage, after };
    }
  }
  return null;
}

async function goOn(ports: RunErasurePorts, held: ErasureJob, at: ErasureJob['at']): Promise<void> {
  const nextCheckAtMs = ports.time.now() + lostAfterMs;
  const moved = await ports.erasures.change(held, { ...held, at, leaseUntilMs: 0, nextCheckAtMs });
  if (moved) await ports.eraseQueue.erase({ owner: held.owner }, 0);
}

async function endPass(ports: RunErasurePorts, held: ErasureJob): Promise<void> {
  const { owner, pass, passBeganAtMs } = held;
  const nowMs = ports.time.now();
  const dueAtMs = Math.max(nowMs + gatherMs, passBeganAtMs + betweenPassesMs);
  const ended = { ...held, at: null, leaseUntilMs: 0, dueAtMs, nextCheckAtMs: dueAtMs };
  const over = (await peopleOf(ports, held)).filter(({ foundIn }) => foundIn !== pass);
  await changeAll(over, (erasure) => ports.erasures.finish(owner, erasure));
  const resting = await ports.erasures.change(held, ended);
  ports.log.info('a pass over what deleted people left has ended', { owner, pass });
  // Another deletion since then keeps the job
  if (resting && !(await hasAny(ports, owner))) await ports.erasures.end(resting);
}

async function hasAny({ erasures }: RunErasurePorts, owner: OwnerId): Promise<boolean> {
  for await (const _ of erasures.everybody(owner)) return true;
  return false;
}

async function* eraseByNumber(ports: RunErasurePorts, pass: Pass, after: string | null): AsyncGenerator<string> {
  for (const erasure of pass.erasures) {
    if (after !== null && erasure.digits <= after) continue;
    await erasePermission(ports, pass, erasure);
    await eraseFromSmall(ports, pass, erasure);
    yield erasure.digits;
  }
}

/** What was said is gone since the deletion; what an import that was at work brought back since goes, too. */
async function erasePermission(ports: RunErasurePorts, pass: Pass, { digits, atMs }: Erasure): Promise<void> {
  const { owner } = pass;
  const nowMs = ports.time.now();
  const said = (await ports.permissions.readMany(owner, [digits])).get(digits);
  const by = said?.importId ? await ports.imports.read(said.importId) : null;
  const isOld = said !== undefined && by !== null && listedAtMs(by) <= atMs;
  if (isOld) {
    await pass.found([Number(digits)]);
    await ports.permissions.erase(owner, said, nowMs);
  }
  const untilMs = isOld ? nowMs : atMs;
  if (await ports.permissions.forget(owner, digits, untilMs, nowMs)) await pass.found([Number(digits)]);
}

async function* eraseFromTold(ports: RunErasurePorts, pass: Pass, after: string | null): AsyncGenerator<string> {
  for await (const { at, digits, madeAtMs } of ports.items.toldNotices(pass.owner, after)) {
    if (pass.since(madeAtMs)?.(Number(digits))) {
      await pass.found([Number(digits)]);
      await ports.items.forgetTold(pass.owner, at);
    }
    yield at;
  }
}
