import type { PhoneCheckId, TenantId } from '../../contracts/ids.ts';
import type { Ids } from '../dispatches/ports.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import { isSameName, type Person } from '../identity/person.ts';
import {
  closedBecause,
  codeHoldsMs,
  confirmedHoldsMs,
  type PhoneCheck,
  startsADay,
  startsWindowMs,
  triesLeft,
} from './phone-check.ts';
import type { IdentityProvider, PhoneCheckStore, PhoneChecks } from './ports.ts';

export interface PhoneCheckPorts {
  readonly phoneChecks: PhoneCheckStore;
  readonly identityProvider: IdentityProvider;
}

/** Others went on changing the same thing for as long as anybody should wait. */
type Busy = { readonly kind: 'busy' };

/** In a crowd one write wins each round, and a check is written at most once for each try and once more. */
const roundsMax = 20;

export type StartOutcome =
  | { readonly kind: 'started'; readonly check: PhoneCheck }
  | { readonly kind: 'too_many'; readonly retryAfterSeconds: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unavailable' }
  | Busy
  | Replayed;

/**
 * Has a code sent to somebody's phone. That one was sent counts before it is sent, so that no crowd of calls sends more
 * than a tenant may; a provider that fails is not asked again, and nothing is remembered of the call.
 */
export async function startPhoneCheck(
  ports: PhoneCheckPorts & { readonly ids: Ids },
  tenant: TenantId,
  person: Person,
  nowMs: number,
  remember: Remember<PhoneCheck>,
): Promise<StartOutcome> {
  const counted = await countStart(ports.phoneChecks, tenant, nowMs);
  if (counted !== 'counted') return counted;
  const challenge = await ports.identityProvider.challenge(person);
  if (challenge.kind !== 'challenged') return challenge;
  const check: PhoneCheck = {
    id: `chk_${ports.ids.ulid()}`,
    tenant,
    ...person,
    state: 'open',
    challengeId: challenge.challengeId,
    tries: 0,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + codeHoldsMs,
    confirmedAtMs: null,
    version: 1,
  };
  const outcome = await ports.phoneChecks.create(check, remember(check));
  return outcome.kind === 'created' ? { kind: 'started', check } : outcome;
}

async function countStart(
  phoneChecks: PhoneCheckStore,
  tenant: TenantId,
  nowMs: number,
): Promise<'counted' | Extract<StartOutcome, { kind: 'too_many' | 'busy' }>> {
  for (let rounds = 0; rounds < roundsMax; rounds++) {
    const before = await phoneChecks.starts(tenant);
    const recent = before.atMs.filter((atMs) => atMs > nowMs - startsWindowMs);
    if (recent.length >= startsADay) {
      const freeAtMs = Math.min(...recent) + startsWindowMs;
      return { kind: 'too_many', retryAfterSeconds: Math.max(1, Math.ceil((freeAtMs - nowMs) / 1_000)) };
    }
    if ((await phoneChecks.noteStarts(tenant, before, [...recent, nowMs])) === 'written') return 'counted';
  }
  return { kind: 'busy' };
}

export type ConfirmCheckOutcome =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'closed'; readonly because: NonNullable<ReturnType<typeof closedBecause>> }
  | { readonly kind: 'wrong_code'; readonly triesLeft: number }
  | { readonly kind: 'unavailable' }
  | Busy;

/**
 * Takes a code. A try is written down before the provider is asked, so that of any number of codes given at once no more
 * than five are ever judged; one whose answer is lost stays counted.
 */
export async function confirmPhoneCheck(
  { phoneChecks, identityProvider }: PhoneCheckPorts,
  tenant: TenantId,
  id: PhoneCheckId,
  code: string,
  nowMs: number,
): Promise<ConfirmCheckOutcome> {
  const tried = await change(phoneChecks, tenant, id, (check) =>
    closedBecause(check, nowMs) === null ? { ...check, tries: check.tries + 1 } : null,
  );
  if (tried.kind === 'left') return { kind: 'closed', because: closedBecause(tried.check, nowMs) ?? 'expired' };
  if (tried.kind !== 'changed') return tried;

  const judged = await identityProvider.confirm(tried.check.challengeId, code);
  if (judged.kind === 'unavailable') return judged;
  if (judged.kind === 'wrong_code') return { kind: 'wrong_code', triesLeft: triesLeft(tried.check) };
  const state = judged.kind === 'expired' ? 'expired' : isTheirs(tried.check, judged.person) ? 'confirmed' : 'refused';
  const confirmedAtMs = state === 'confirmed' ? nowMs : null;
  const ended = await change(phoneChecks, tenant, id, (check) =>
    check.state === 'open' ? { ...check, state, confirmedAtMs } : null,
  );
  if (ended.kind !== 'changed' && ended.kind !== 'left') return ended;
  // Left as it is: another code, given at the same moment, ended it before
  if (ended.check.state === 'confirmed') return { kind: 'confirmed' };
  return { kind: 'closed', because: ended.check.state === 'open' ? 'expired' : ended.check.state };
}

const isTheirs = (check: Person, { name, number }: Person): boolean =>
  number === check.number && isSameName(name, check.name);

/** Writes what `to` makes of the check as it is now, null: leaves it, round after round until nobody got in between. */
async function change(
  phoneChecks: PhoneCheckStore,
  tenant: TenantId,
  id: PhoneCheckId,
  to: (check: PhoneCheck) => PhoneCheck | null,
): Promise<
  | { readonly kind: 'changed'; readonly check: PhoneCheck }
  | { readonly kind: 'left'; readonly check: PhoneCheck }
  | { readonly kind: 'absent' }
  | Busy
> {
  for (let rounds = 0; rounds < roundsMax; rounds++) {
    const before = await phoneChecks.find(tenant, id);
    if (before === null) return { kind: 'absent' };
    const after = to(before);
    if (after === null) return { kind: 'left', check: before };
    const check = await phoneChecks.change(before, after);
    if (check !== 'moved') return { kind: 'changed', check };
  }
  return { kind: 'busy' };
}

/** What the checks in a store have proven. */
export const openPhoneChecks = (store: Pick<PhoneCheckStore, 'find'>): PhoneChecks => ({
  async confirmedNumber(tenant, checkId, nowMs) {
    const check = await store.find(tenant, checkId);
    if (check?.state !== 'confirmed' || check.confirmedAtMs === null) return null;
    return nowMs < check.confirmedAtMs + confirmedHoldsMs ? { name: check.name, number: check.number } : null;
  },
});
