import { prefixes } from '../../contracts/environment.ts';
import type { DispatchId, MessagePlace } from '../../contracts/ids.ts';
import { rowsKeptDays } from '../../contracts/limits.ts';
import type { Dispatch } from '../dispatches/dispatch.ts';
import type { BatchStore, DispatchStore } from '../dispatches/ports.ts';
import { blankNumbers, placesIn } from '../dispatches/prepare/number-index.ts';
import { type BlankPorts, blankObject, overwrite } from './blank-object.ts';
import { type Erasure, listedAtMs } from './erasure.ts';
import { mayBlank } from './may-blank.ts';
import type { Pass } from './pass.ts';
import type { ErasedItems } from './ports.ts';
import { timeOfUlid } from './ulid-time.ts';

export interface EraseDispatchPorts extends BlankPorts {
  readonly dispatches: Pick<DispatchStore, 'read'>;
  readonly batches: Pick<BatchStore, 'read'>;
  readonly items: ErasedItems;
  readonly time: { now(): number };
}

/** The bucket counts an object's days from when it was written over. */
const objectsKeptMs = (rowsKeptDays + 20) * 86_400_000;

/** Takes one person out of the small dispatches that have them: each has an item by which it is found. */
export async function eraseFromSmall(ports: EraseDispatchPorts, pass: Pass, erasure: Erasure): Promise<void> {
  const { digits, atMs } = erasure;
  const places = await ports.items.placesOf(pass.owner, digits);
  for (const [id, found] of byDispatch(places)) {
    const dispatch = await ports.dispatches.read(id);
    // One that leads nowhere was written for a dispatch that then was not made
    if ((dispatch ? listedAtMs(dispatch) : (timeOfUlid(id.slice(4)) ?? 0)) > atMs) continue;
    await pass.found([Number(digits)]);
    const rows = found.map(({ place }) => place);
    if (dispatch && !(await mayBlank(ports.batches, dispatch, rows))) continue;
    await ports.items.blankRows(id, digits);
    // Last, so that after a crash they are found again
    const ats = found.map(({ at }) => at);
    await ports.items.forgetPlaces(pass.owner, digits, ats);
  }
}

type Found = { readonly at: string; readonly place: MessagePlace };

function byDispatch(places: readonly Found[]): ReadonlyMap<DispatchId, readonly Found[]> {
  const groups = new Map<DispatchId, Found[]>();
  for (const found of places) {
    const { dispatchId } = found.place;
    groups.set(dispatchId, [...(groups.get(dispatchId) ?? []), found]);
  }
  return groups;
}

/** Takes people out of large dispatches, whose index by number says whether they are there; yields where it goes on. */
export async function* eraseFromLarge(
  ports: EraseDispatchPorts,
  pass: Pass,
  after: string | null,
): AsyncGenerator<string> {
  for await (const { at, dispatchId } of ports.items.largeDispatches(pass.owner, after)) {
    const dispatch = await ports.dispatches.read(dispatchId);
    if (dispatch === null) await removeLost(ports, pass, at, dispatchId);
    else if (dispatch.owner === pass.owner) await eraseFrom(ports, pass, dispatch, at);
    yield at;
  }
}

/** What is left in objects of a dispatch that the table forgot, or that never was made. */
async function removeLost(ports: EraseDispatchPorts, pass: Pass, at: string, id: DispatchId): Promise<void> {
  // One that is being made right now is written after its rows
  if (Date.parse(at.split('#')[0]!) > pass.latestMs) return;
  const keys: string[] = [];
  for await (const key of ports.objects.keysUnder(`${prefixes.dispatches}${id}/`, null)) keys.push(key);
  await ports.objects.remove(keys);
  await ports.items.forgetLarge(pass.owner, at);
}

async function eraseFrom(ports: EraseDispatchPorts, pass: Pass, dispatch: Dispatch, at: string): Promise<void> {
  const { id, state, prepared } = dispatch;
  const isErased = pass.since(listedAtMs(dispatch));
  if (isErased === null) return;
  if (state === 'preparing') return pass.mayComeOut(listedAtMs(dispatch));
  const prefix = `${prefixes.dispatches}${id}/`;
  const winner = prepared && `${prefix}${prepared.attempt}/`;
  const others: string[] = [];
  for await (const key of ports.objects.keysUnder(prefix, null)) {
    if (isOfAttempt(key.slice(prefix.length)) && !(winner && key.startsWith(winner))) others.push(key);
  }
  // What an attempt wrote that another overtook is nobody's
  if (others.length > 0) await ports.objects.remove(others);
  if (winner && prepared.rowsIn === 'objects') await eraseFromAttempt(ports, pass, dispatch, at, winner, isErased);
}

/** Many people may have rows in one batch. What was over when it was read stays so. */
function readOnce({ read }: Pick<BatchStore, 'read'>): Pick<BatchStore, 'read'> {
  const known = new Map<number, ReturnType<BatchStore['read']>>();
  return {
    read(id, attempt, n) {
      const found = known.get(n) ?? read(id, attempt, n);
      known.set(n, found);
      return found;
    },
  };
}

const isOfAttempt = (path: string) => /^[0-7][0-9A-HJKMNP-TV-Z]{25}\//.test(path);

async function eraseFromAttempt(
  ports: EraseDispatchPorts,
  pass: Pass,
  dispatch: Dispatch,
  at: string,
  prefix: string,
  isErased: (number: number) => boolean,
): Promise<void> {
  const indexKey = `${prefix}by-number.idx`;
  const head = await ports.objects.head(indexKey);
  if (head === null) return;
  const index = Buffer.from(await ports.objects.whole(indexKey, head.eTag));
  const found = placesIn(index, isErased);
  await pass.found(found.keys());
  const gone = new Set<number>();
  const batches = readOnce(ports.batches);
  for (const [number, places] of found) if (await mayBlank(batches, dispatch, places)) gone.add(number);
  if (gone.size === 0) return;
  const isGone = (number: number) => gone.has(number);
  await ports.items.keepLarge(pass.owner, at, ports.time.now() + objectsKeptMs);
  await blankObject(ports, pass, `${prefix}rows.ndjson`, isGone);
  await blankObject(ports, pass, `${prefix}excluded.ndjson`, isGone);
  // Last, so that after a crash they are found again
  blankNumbers(index, isGone);
  await overwrite(ports, indexKey, 'application/octet-stream', head.eTag, [index]);
}
