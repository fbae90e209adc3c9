import type { OptOutNumberId, TenantId } from '../../contracts/ids.ts';
import type { Ids } from '../dispatches/ports.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import { businessDaysAfter, koreanDateOf } from '../times/business-days.ts';
import {
  mayMove,
  type OptOutNumber,
  type OptOutNumberMove,
  type OptOutShelf,
  openingBusinessDays,
  optOutNumbersMax,
} from './opt-out-number.ts';
import type { OptOutNumberStore, OptOutNumberWrite } from './ports.ts';

export interface OptOutNumberPorts {
  readonly optOutNumbers: OptOutNumberStore;
}

/** Others went on changing the tenant's numbers for as long as anybody should wait. */
type Busy = { readonly kind: 'busy' };

/** Each try reads the shelf anew; in a crowd one write wins each round. */
const triesMax = 20;

async function onShelf<T extends { readonly kind: string }>(
  { optOutNumbers }: OptOutNumberPorts,
  tenant: TenantId,
  change: (shelf: OptOutShelf) => Promise<T | { readonly kind: 'moved' }>,
): Promise<T | Busy> {
  for (let tries = 0; tries < triesMax; tries++) {
    const outcome = await change(await optOutNumbers.shelf(tenant));
    if (outcome.kind !== 'moved') return outcome as T;
  }
  return { kind: 'busy' };
}

/** A tenant asks for a number; whoever runs the service orders it from the carrier. */
export async function requestNumber(
  ports: OptOutNumberPorts & { readonly ids: Ids },
  tenant: TenantId,
  businessName: string,
  nowMs: number,
  remember: Remember<OptOutNumber>,
): Promise<
  { readonly kind: 'requested'; readonly number: OptOutNumber } | { readonly kind: 'too_many' } | Replayed | Busy
> {
  const requested: OptOutNumber = {
    id: `opt_${ports.ids.ulid()}`,
    businessName,
    state: 'requested',
    number: null,
    numberedAtMs: null,
    requestedAtMs: nowMs,
    expectedOpeningOn: null,
    openedAtMs: null,
    canceledAtMs: null,
  };
  const record = remember(requested);
  return onShelf(ports, tenant, async (shelf) => {
    if (shelf.numbers.length >= optOutNumbersMax) return { kind: 'too_many' } as const;
    const outcome = await ports.optOutNumbers.add(tenant, shelf, requested, record);
    if (outcome.kind === 'written') return { kind: 'requested', number: requested } as const;
    if (outcome.kind === 'replayed' || outcome.kind === 'moved') return outcome;
    throw new Error(`A request takes no number, and yet was refused: ${outcome.kind}`);
  });
}

export type MoveOutcome =
  | { readonly kind: 'changed'; readonly number: OptOutNumber; readonly before: OptOutNumber }
  | { readonly kind: 'absent' }
  /** As it is instead. */
  | { readonly kind: 'wrong_state'; readonly number: OptOutNumber }
  | { readonly kind: 'number_missing' }
  | Exclude<OptOutNumberWrite, { kind: 'written' | 'moved' }>
  | Busy;

/** The carrier has given a number and says when it opens. Without a day, four business days ahead. */
export const scheduleNumber = (
  ports: OptOutNumberPorts,
  tenant: TenantId,
  id: OptOutNumberId,
  given: { readonly number: string; readonly expectedOpeningOn: string | null },
  nowMs: number,
): Promise<MoveOutcome> =>
  move(ports, tenant, id, 'schedule', nowMs, (before) => ({
    ...numbered(before, given.number, nowMs),
    state: 'scheduled',
    expectedOpeningOn: given.expectedOpeningOn ?? businessDaysAfter(koreanDateOf(nowMs), openingBusinessDays),
  }));

/** The number answers calls. One that was only requested gets its number with this. */
export const openNumber = (
  ports: OptOutNumberPorts,
  tenant: TenantId,
  id: OptOutNumberId,
  number: string | null,
  nowMs: number,
): Promise<MoveOutcome> =>
  move(ports, tenant, id, 'open', nowMs, (before) => {
    const opened = number ?? before.number;
    return opened && { ...numbered(before, opened, nowMs), state: 'registered', openedAtMs: nowMs };
  });

/** The number is the tenant's no longer, from now on; it may become another's. */
export const cancelNumber = (
  ports: OptOutNumberPorts,
  tenant: TenantId,
  id: OptOutNumberId,
  nowMs: number,
): Promise<MoveOutcome> =>
  move(ports, tenant, id, 'cancel', nowMs, (before) => ({ ...before, state: 'canceled', canceledAtMs: nowMs }));

const numbered = (before: OptOutNumber, number: string, nowMs: number): OptOutNumber =>
  before.number === number ? before : { ...before, number, numberedAtMs: nowMs };

/** @param change what becomes of it; null: a number is missing */
async function move(
  ports: OptOutNumberPorts,
  tenant: TenantId,
  id: OptOutNumberId,
  asked: OptOutNumberMove,
  nowMs: number,
  change: (before: OptOutNumber) => OptOutNumber | null | '',
): Promise<MoveOutcome> {
  return onShelf<MoveOutcome>(ports, tenant, async (shelf) => {
    const onIt = shelf.numbers.find((one) => one.id === id);
    const before = onIt ?? (await ports.optOutNumbers.find(tenant, id));
    if (!before) return { kind: 'absent' };
    // Found beside a shelf that does not have it and not canceled: it came after the shelf was read
    if (!onIt && before.state !== 'canceled') return { kind: 'moved' };
    if (!mayMove(before, asked)) return { kind: 'wrong_state', number: before };
    const after = change(before);
    if (!after) return { kind: 'number_missing' };
    const outcome = await ports.optOutNumbers.change(tenant, shelf, before, after, nowMs);
    return outcome.kind === 'written' ? { kind: 'changed', number: after, before } : outcome;
  });
}
