import type { FailureCode } from '../../../shared/contracts/codes.ts';
import {
  type Carrier,
  type CarrierBatch,
  CarrierUnavailable,
  type MessageReport,
  type SoughtCall,
  type SubmitOutcome,
} from '../../../shared/domain/carriers/carrier.ts';
import type { CarrierAccount } from '../../../shared/domain/carriers/carrier-account.ts';
import type { CarrierAccounts, Time } from '../../../shared/domain/dispatches/ports.ts';

/** What a call meets. `taken_…` is accepted by the carrier although the caller never learns it. */
export type CallFate =
  | 'accept'
  | 'refuse'
  | 'taken_then_timeout'
  | 'taken_then_dropped'
  | 'dropped_before'
  | 'account_error'
  | 'throttled'
  | 'unavailable'
  | 'connection_refused';

/** What is said of a message, in order, each so long after its acceptance. None: never reported. */
export type MessageFate = readonly { readonly afterMs: number; readonly status: 'delivered' | 'failed' }[];

export interface TakenCall {
  readonly carrierId: string;
  readonly atMs: number;
  readonly batch: CarrierBatch;
}

/** A carrier that does as told and remembers every call it took. */
export interface FakeCarrier extends Carrier {
  readonly taken: readonly TakenCall[];
  /** All submits that reached it or not. */
  readonly submits: readonly CarrierBatch[];
  /** Decides on each call; asked once a call. */
  fateOfCall: (batch: CarrierBatch) => CallFate;
  fateOfMessage: (to: string) => MessageFate;
  retryAfterSeconds: number | null;
  /** What our account with it takes in any second; null: no limit. */
  messagesPerSecond: number | null;
  /** Whether it answers no questions at the moment. */
  silent: boolean;
}

export const delivered: MessageFate = [{ afterMs: 1_000, status: 'delivered' }];
export const failed: MessageFate = [{ afterMs: 1_000, status: 'failed' }];
export const failureOfReports: FailureCode = 'power_off';

export function createFakeCarrier(time: Time): FakeCarrier {
  const taken: TakenCall[] = [];
  const submits: CarrierBatch[] = [];
  const take = (batch: CarrierBatch): string => {
    const carrierId = `call-${taken.length + 1}`;
    taken.push({ carrierId, atMs: time.now(), batch });
    return carrierId;
  };

  const carrier: FakeCarrier = {
    name: 'fake',
    taken,
    submits,
    fateOfCall: () => 'accept',
    fateOfMessage: () => delivered,
    retryAfterSeconds: null,
    messagesPerSecond: null,
    silent: false,

    async submit(batch): Promise<SubmitOutcome> {
      submits.push(batch);
      const fate = carrier.fateOfCall(batch);
      switch (fate) {
        case 'accept':
          return { kind: 'accepted', carrierId: take(batch) };
        case 'refuse':
          return { kind: 'refused', code: 'content', carrierCode: '-301' };
        case 'taken_then_timeout':
          take(batch);
          return { kind: 'unclear', reason: 'timeout' };
        case 'taken_then_dropped':
          take(batch);
          return { kind: 'unclear', reason: 'connection_lost' };
        case 'dropped_before':
          return { kind: 'unclear', reason: 'connection_lost' };
        case 'account_error':
          return { kind: 'account_error', carrierCode: '-201' };
        case 'throttled':
        case 'unavailable':
          return { kind: 'not_accepted', reason: fate, retryAfterSeconds: carrier.retryAfterSeconds };
        case 'connection_refused':
          return { kind: 'not_accepted', reason: 'connection_refused', retryAfterSeconds: null };
      }
    },

    async reports({ carrierId }, receivers) {
      if (carrier.silent) throw new CarrierUnavailable('silent');
      const call = taken.find((one) => one.carrierId === carrierId);
      const known = new Set(call?.batch.messages.map(({ to }) => to));
      return receivers.filter((to) => known.has(to)).flatMap((to) => reportsOf(to, call?.atMs ?? 0));
    },

    async findCalls(batch, fromMs, untilMs) {
      if (carrier.silent) throw new CarrierUnavailable('silent');
      return taken
        .filter((call) => call.atMs >= fromMs && call.atMs <= untilMs && isLike(call.batch, batch))
        .map(({ carrierId, atMs }) => ({ carrierId, acceptedAtMs: atMs }));
    },
  };

  function reportsOf(to: string, acceptedAtMs: number): MessageReport[] {
    const said = carrier.fateOfMessage(to).filter(({ afterMs }) => acceptedAtMs + afterMs <= time.now());
    if (said.length === 0) return [{ to, status: 'pending' }];
    return said.map(({ status, afterMs }) => {
      const atMs = acceptedAtMs + afterMs;
      return status === 'delivered' ? { to, status, atMs } : { to, status, code: failureOfReports, atMs };
    });
  }
  return carrier;
}

function isLike(a: SoughtCall, b: SoughtCall): boolean {
  const receivers = ({ messages }: SoughtCall) => messages.map(({ to }) => to).sort();
  return a.type === b.type && a.from === b.from && receivers(a).join() === receivers(b).join();
}

/** Which call belongs to which batch, and what the accounts may take. */
export function createFakeCarrierAccounts(): CarrierAccounts & { readonly taken: ReadonlyMap<string, string> } {
  const taken = new Map<string, string>();
  const accounts = new Map<string, CarrierAccount>();
  const accountOf = (carrier: string): CarrierAccount =>
    accounts.get(carrier) ?? { version: 0, pausedUntilMs: 0, permits: [] };
  return {
    taken,
    read: async (carrier) => accountOf(carrier),
    async pause(carrier, untilMs) {
      const account = accountOf(carrier);
      if (account.pausedUntilMs >= untilMs) return;
      accounts.set(carrier, { ...account, version: account.version + 1, pausedUntilMs: untilMs });
    },
    async admit(carrier, seen, permit, nowMs) {
      const account = accountOf(carrier);
      if (account.version !== seen.version) return { refused: account };
      const permits = [...account.permits.filter(({ untilMs }) => untilMs > nowMs), permit];
      accounts.set(carrier, { ...account, version: account.version + 1, permits });
      return 'admitted';
    },
    async release(carrier, { id }, untilMs) {
      const account = accountOf(carrier);
      const permits = account.permits.flatMap((one) =>
        one.id !== id ? [one] : untilMs === null ? [] : [{ ...one, untilMs }],
      );
      accounts.set(carrier, { ...account, permits });
    },
    async take(carrier, carrierId, dispatchId, batch) {
      const key = `${carrier}|${carrierId}`;
      const by = `${dispatchId}|${batch}`;
      if ((taken.get(key) ?? by) !== by) return false;
      taken.set(key, by);
      return true;
    },
    hasTaken: async (carrier, carrierId, dispatchId, batch) =>
      taken.get(`${carrier}|${carrierId}`) === `${dispatchId}|${batch}`,
  };
}
