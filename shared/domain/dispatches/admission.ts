import type { SubmitOutcome } from '../carriers/carrier.ts';
import {
  type CarrierAccount,
  hasRoom,
  type Permit,
  permitDeadlineMs,
  permitEndMs,
} from '../carriers/carrier-account.ts';
import { type Dispatch, laneOf } from './dispatch.ts';
import type { CarrierAccounts, Ids, Randomness, Time } from './ports.ts';
import { waveTotalsOf } from './waves.ts';

/** Room in a carrier's account: asked for directly before a batch is claimed, given back when it is known when it ends. */

export interface AdmissionPorts {
  readonly accounts: Pick<CarrierAccounts, 'admit' | 'release'>;
  readonly time: Time;
  readonly ids: Ids;
}

/** Whoever loses so many races has many beside it: it waits like everybody who finds the account full. */
const racesMax = 5;

/** Asks for room for so many messages, beginning with the account as it was read. Null: there is none now. */
export async function askForRoom(
  ports: AdmissionPorts,
  carrier: string,
  read: CarrierAccount,
  asked: Pick<Permit, 'holder' | 'messages'>,
  limit: number,
): Promise<Permit | null> {
  let account = read;
  for (let races = 0; races < racesMax; races++) {
    const nowMs = ports.time.now();
    if (!hasRoom(account, asked, limit, nowMs)) return null;
    const permit = { ...asked, id: ports.ids.ulid(), untilMs: permitDeadlineMs(nowMs) };
    const outcome = await ports.accounts.admit(carrier, account, permit, nowMs);
    if (outcome === 'admitted') return permit;
    account = outcome.refused;
  }
  return null;
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

const longestWaitSeconds = 600;

/**
 * How long a batch that found no room waits. All batches of a wave come back spread over a third of the time that what is
 * planned of it needs at the least: often enough to leave the account no gaps, and not so often that workers do nothing
 * but turn them away; a small dispatch comes as often as a large one, and so gets its share. Those of many small ones
 * spread out by waiting longer each time, by about a third of what they have waited so far.
 */
export function roomWaitSeconds(
  dispatch: Dispatch,
  wave: number,
  waits: number,
  limit: number,
  { random }: Randomness,
): number {
  const [planned = 0] = waveTotalsOf(dispatch)[wave - 1] ?? [];
  const spreadSeconds = Math.max(planned / limit / 3, 2 * 1.2 ** waits);
  return 1 + Math.floor(random() * Math.min(spreadSeconds, longestWaitSeconds));
}
