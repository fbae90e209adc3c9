import { emptyBalance, sumOf } from '../../../shared/domain/credits/ledger.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { failedOf, skippedOf } from '../../../shared/domain/dispatches/totals.ts';
import { owner, type World } from './world.ts';

/** The promises that hold at every moment; a sentence for each that is broken. */
export function brokenPromises(world: World): readonly string[] {
  const broken: string[] = [];
  const check = (holds: boolean, sentence: string) => {
    if (!holds) broken.push(sentence);
  };
  for (const dispatch of world.dispatches.all.values()) {
    check(sumOfParts(dispatch) === dispatch.totals.recipients, `${dispatch.id}: the parts are not the whole`);
    const hold = world.credits.holdOf(dispatch.id);
    const { held, captured, released, refunded } = dispatch.totals.credits;
    const quantity = hold?.quantity ?? 0;
    check(held + captured + released === quantity, `${dispatch.id}: totals say another hold than ${quantity}`);
    check((hold?.captured ?? 0) === captured, `${dispatch.id}: captured ${captured}, the hold says ${hold?.captured}`);
    check((hold?.released ?? 0) === released, `${dispatch.id}: released ${released}, the hold says ${hold?.released}`);
    check((hold?.refunded ?? 0) === refunded, `${dispatch.id}: refunded ${refunded}, the hold says ${hold?.refunded}`);
    check(refunded <= captured, `${dispatch.id}: refunded more than captured`);
    if (dispatch.settledAtMs !== null) check(held === 0, `${dispatch.id}: settled with ${held} held`);
  }
  const { available, held, spent, granted } = world.credits.balanceOf(owner);
  check(Math.min(available, held, spent) >= 0, 'a part of the balance is negative');
  check(available + held + spent === granted, 'the balance does not add up');
  const ledger = sumOf(emptyBalance, world.credits.ledgerOf(owner));
  check(ledger.available === available && ledger.held === held && ledger.spent === spent, 'the ledger says otherwise');
  check(!world.raised.includes('negativeCapture'), 'totals went backwards');
  for (const [who, times] of arrivals(world)) check(times === 1, `${who} was taken ${times} times`);
  return broken;
}

const sumOfParts = ({ totals }: Dispatch): number =>
  totals.planned +
  skippedOf(totals) +
  totals.canceled +
  totals.submitted +
  totals.delivered +
  failedOf(totals) +
  totals.unknown;

/** How often the carrier took each text to each number. Tests give every dispatch a text of its own. */
export function arrivals(world: World): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { batch } of world.carrier.taken) {
    for (const { to, text } of batch.messages) times.set(`${to} ${text}`, (times.get(`${to} ${text}`) ?? 0) + 1);
  }
  return times;
}

/** Dispatches that have not come to their end. */
export const unfinished = (world: World): readonly string[] =>
  [...world.dispatches.all.values()]
    .filter(({ state, settledAtMs }) => !['completed', 'canceled', 'failed'].includes(state) || settledAtMs === null)
    .map(({ id, state }) => `${id} is ${state}`);
