import { ownerOf } from '../../contracts/ids.ts';
import type { Alarms } from '../dispatches/ports.ts';
import { tollFreeNumberOf } from '../numbers/toll-free-number.ts';
import type { PermissionStore } from '../permissions/ports.ts';
import type { OptOutLines } from './ports.ts';

/** Somebody called an 080 number to get no more advertising, as the carrier's service tells it. */
export interface OptOutCall {
  /** The carrier's own name for this telling: the same when it tells it again. */
  readonly id: string;
  /** The number that was called, in any usual form. */
  readonly optOutNumber: string;
  /** E.164 digits of whoever called. */
  readonly digits: string;
  readonly calledAtMs: number;
}

export interface TakeCallPorts {
  readonly lines: OptOutLines;
  readonly permissions: Pick<PermissionStore, 'changeOnce'>;
  readonly alarms: Alarms;
}

/**
 * So long a telling is known again. A signature holds for five minutes to either side of its time, so that nobody who
 * caught one on the wire can use it for longer than ten; the rest is for a carrier that got no answer and tells it again.
 */
export const callKnownHours = 72;

export type CallOutcome =
  | 'recorded'
  /** It was told before. */
  | 'repeated'
  /** Nobody had the number when it was called. */
  | 'unknown_number';

/**
 * Opts the caller out of the live messages of whose number it was when it was called, whatever has become of the number
 * or the tenant since. Effective at once.
 */
export async function takeCall(ports: TakeCallPorts, call: OptOutCall, nowMs: number): Promise<CallOutcome> {
  const number = tollFreeNumberOf(call.optOutNumber);
  // The carrier's clock may be a moment ahead of ours
  const tenant = number && (await ports.lines.holderAt(number, Math.min(call.calledAtMs, nowMs)));
  if (!tenant) {
    ports.alarms.raise('lostOptOutCall', { callId: call.id });
    return 'unknown_number';
  }
  const once = { id: call.id, knownUntilMs: nowMs + callKnownHours * 3_600_000 };
  // It counts from the call. Told late, it wins over a return in between: only the person's next word undoes it
  const change = { source: 'call', optedOut: true, optOutAtMs: Math.min(call.calledAtMs, nowMs) } as const;
  const outcome = await ports.permissions.changeOnce(ownerOf(tenant, 'live'), call.digits, change, nowMs, once);
  return outcome === 'changed' ? 'recorded' : 'repeated';
}
