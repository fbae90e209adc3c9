import type { SubmitOutcome } from '../carriers/carrier.ts';
import {
  type CarrierAccount,
  hasRoom,
  type Permit,
  permitDeadlineMs,
  permitEndMs,
} from '../carriers/carrier-account.ts';
import { type Dispatch, laneOf } from './dispatch.ts';
import type { CarrierAccounts, Ids, Patience, Randomness, Time } from './ports.ts';

/** Room in a carrier's account: asked for directly before a batch is claimed, given back when it is known when it ends. */

export interface AdmissionPorts {
  readonly accounts: Pick<CarrierAccounts, 'read' | 'admit' | 'release'>;
  readonly patience: Patience;
  readonly time: Time;
  readonly ids: Ids;
  readonly randomness: Randomness;
}

/**
 * How often somebody looks for room, and how long apart: two or three seconds in all. Room becomes free every few
 * hundred milliseconds, which is finer than queues can delay a record; with somebody at the door none of it is left idle.
 */
const looksMax = 10;
const [lookAgainMs, spreadMs] = [100, 300];

/** Asks for room for so many messages, beginning with the account as it was read. Null: there was none for a while. */
export async function askForRoom(
  ports: AdmissionPorts,
  carrier: string,
  read: CarrierAccount,
  asked: Pick<Permit, 'holder' | 'messages'>,
  limit: number,
): Promise<Permit | null> {
  let account = read;
  for (let looks = 1; ; looks++) {
    const nowMs = ports.time.now();
    if (account.pausedUntilMs > nowMs) return null;
    if (hasRoom(account, asked, limit, nowMs)) {
      const permit = { ...asked, id: ports.ids.ulid(), untilMs: permitDeadlineMs(nowMs) };
      const outcome = await ports.accounts.admit(carrier, account, permit, nowMs);
      if (outcome === 'admitted') return permit;
      account = outcome.refused; // somebody else was admitted meanwhile
    } else if (looks < looksMax) {
      await ports.patience.wait(lookAgainMs + ports.randomness.random() * spreadMs);
      account = await ports.accounts.read(carrier);
    }
    if (looks === looksMax) return null;
  }
}

/** An answer of the carrier, and when it came. */
export interface Answer {
  readonly outcome: SubmitOutcome;
  readonly atMs: number;
}

/** Gives room back: at once if nothing reached the carrier, else a second after its answer. */
export async function leaveRoom(
  ports: AdmissionPorts,
  carrier: string,
  permit: Permit,
  answer: Answer | null,
): Promise<void> {
  // What nobody answered may still be on its way: the permit counts until its deadline
  if (answer?.outcome.kind === 'unclear') return;
  const arrived =
    answer !== null && !(answer.outcome.kind === 'not_accepted' && answer.outcome.reason === 'connection_refused');
  await ports.accounts.release(carrier, permit, arrived ? permitEndMs(answer.atMs) : null);
}

/** Whose room it is: a tenant's authentication messages do not stand behind its own bulk. */
export const holderOf = (dispatch: Dispatch): string => `${laneOf(dispatch)}:${dispatch.owner}`;

const longestWaitSeconds = 60;

/** How long a batch that found no room stands back for others: longer each time, by a part of what it has waited so far. */
export const roomWaitSeconds = (waits: number, { random }: Randomness): number =>
  1 + Math.floor(random() * Math.min(longestWaitSeconds, 2 * 1.2 ** waits));
