import type { KeyId, Mode, TenantId } from '../../contracts/ids.ts';
import type { Ids } from '../dispatches/ports.ts';
import type { IdempotencyRecord, Remember, Replayed } from '../idempotency/idempotency.ts';
import { type ApiKey, type NewKey, newKey, type StoredKey } from './api-key.ts';
import type { Settings } from './tenant.ts';

/** A tenant's keys and settings as one thing: every change of either is made to the version it was decided upon. */
export interface KeyRing {
  readonly tenantId: TenantId;
  readonly version: number;
  readonly rules: Rules;
  /** In order of id, which is that of creation. */
  readonly keys: readonly StoredKey[];
}

/** `moved`: somebody else changed the ring since it was read; nothing was written. */
export type RingWrite = { readonly kind: 'written' } | { readonly kind: 'moved' };

export interface KeyRingStore {
  /** Read consistently. */
  load(tenant: TenantId): Promise<KeyRing>;
  add(ring: KeyRing, key: StoredKey, record: IdempotencyRecord): Promise<RingWrite | Replayed>;
  /** The key stops working with this write. */
  remove(ring: KeyRing, key: StoredKey): Promise<RingWrite>;
  /** A new rate limit holds for every key that it is for, from its next request on. */
  setRules(ring: KeyRing, rules: Rules): Promise<RingWrite>;
}

/** Fits, with the settings, into one transaction of 100 items. */
export const keysMax = 50;

export interface KeyPorts {
  readonly keyRings: KeyRingStore;
  readonly ids: Ids;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** Who manages keys: a test key sees and changes test keys only, or it would be worth as much as a live one. */
export interface KeyHolder {
  readonly tenantId: TenantId;
  readonly mode: Mode;
  readonly keyId: KeyId;
}

const triesMax = 8;
export type Busy = { readonly kind: 'busy' };

/** Decides upon the ring as it is and writes; begins again when somebody else was faster. */
async function changeRing<T extends { readonly kind: string }>(
  { keyRings }: Pick<KeyPorts, 'keyRings'>,
  tenant: TenantId,
  change: (ring: KeyRing) => Promise<T | { readonly kind: 'moved' }>,
): Promise<T | Busy> {
  for (let tries = 0; tries < triesMax; tries++) {
    const outcome = await change(await keyRings.load(tenant));
    if (outcome.kind !== 'moved') return outcome as T;
  }
  return { kind: 'busy' };
}

const visibleTo = (holder: KeyHolder) => (key: ApiKey) => holder.mode === 'live' || key.mode === 'test';

/** The keys a holder may know of, oldest first. */
export async function listKeys(
  { keyRings }: Pick<KeyPorts, 'keyRings'>,
  holder: KeyHolder,
): Promise<readonly ApiKey[]> {
  const { keys } = await keyRings.load(holder.tenantId);
  return keys.filter(visibleTo(holder));
}

export type CreateKeyOutcome =
  | { readonly kind: 'created'; readonly key: NewKey }
  | { readonly kind: 'live_key_required' }
  | { readonly kind: 'too_many_keys' }
  | Busy
  | Replayed;

/** Another key beside those there are. Rotating is creating the new one, moving over to it, and revoking the old one. */
export async function createKey(
  ports: KeyPorts,
  holder: KeyHolder,
  mode: Mode,
  nowMs: number,
  remember: Remember<StoredKey>,
): Promise<CreateKeyOutcome> {
  if (holder.mode === 'test' && mode === 'live') return { kind: 'live_key_required' };
  const facts = { id: `key_${ports.ids.ulid()}`, tenantId: holder.tenantId, mode, createdAtMs: nowMs } as const;
  const key = newKey(facts, ports.randomBytes);
  const record = remember(key.stored);
  return changeRing<CreateKeyOutcome>(ports, holder.tenantId, async (ring) => {
    if (ring.keys.length >= keysMax) return { kind: 'too_many_keys' };
    const written = await ports.keyRings.add(ring, key.stored, record);
    return written.kind === 'written' ? { kind: 'created', key } : written;
  });
}

export type RevokeKeyOutcome =
  | { readonly kind: 'revoked' }
  | { readonly kind: 'not_found' }
  /** A key cannot revoke itself, so somebody who holds a working key always remains. */
  | { readonly kind: 'own_key' }
  /** The key that asks was itself revoked in the meantime. */
  | { readonly kind: 'holder_revoked' }
  | Busy;

/**
 * Revokes a key, effective at once. Live keys are revoked by other live keys only, so a tenant never loses its last
 * one; two keys that revoke each other at the same time do not both succeed.
 */
export async function revokeKey(
  ports: Pick<KeyPorts, 'keyRings'>,
  holder: KeyHolder,
  id: KeyId,
): Promise<RevokeKeyOutcome> {
  if (id === holder.keyId) return { kind: 'own_key' };
  return changeRing<RevokeKeyOutcome>(ports, holder.tenantId, async (ring) => {
    if (!ring.keys.some((key) => key.id === holder.keyId)) return { kind: 'holder_revoked' };
    const key = ring.keys.filter(visibleTo(holder)).find((each) => each.id === id);
    if (!key) return { kind: 'not_found' };
    const written = await ports.keyRings.remove(ring, key);
    return written.kind === 'written' ? { kind: 'revoked' } : written;
  });
}

/** An account's settings, and which of them its test keys have made their own: those hold for test keys only. */
export interface Rules {
  readonly settings: Settings;
  readonly ofTests: Partial<Settings>;
}

/** The settings of a mode: tests run under the account's, but for those that a test key has changed. */
export const settingsOf = ({ settings, ofTests }: Rules, mode: Mode): Settings =>
  mode === 'live' ? settings : { ...settings, ...ofTests };

export type ChangeSettingsOutcome = { readonly kind: 'changed'; readonly settings: Settings } | Busy;

type Partly<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** What is given of the settings; `undefined` leaves a rule as it is, a zone that is not named keeps its night. */
export interface SettingsChange extends Partly<Omit<Settings, 'rateLimit' | 'night'>> {
  readonly rateLimit?: Partly<Settings['rateLimit']> | undefined;
  readonly night?: Partly<Settings['night']> | undefined;
}

/** Changes what is given and leaves the rest. Nothing that a test key changes reaches the live side. */
export async function changeSettings(
  ports: Pick<KeyPorts, 'keyRings'>,
  { tenantId, mode }: Pick<KeyHolder, 'tenantId' | 'mode'>,
  { rateLimit = {}, night = {}, ...change }: SettingsChange,
): Promise<ChangeSettingsOutcome> {
  return changeRing<ChangeSettingsOutcome>(ports, tenantId, async (ring) => {
    const before = settingsOf(ring.rules, mode);
    const changed: Partial<Settings> = {
      ...given(change),
      ...(Object.keys(given(rateLimit)).length > 0 && { rateLimit: { ...before.rateLimit, ...given(rateLimit) } }),
      ...((night.policy !== undefined || Object.keys(night.windows ?? {}).length > 0) && {
        night: { ...before.night, ...given(night), windows: { ...before.night.windows, ...night.windows } },
      }),
    };
    const { settings, ofTests } = ring.rules;
    const rules: Rules =
      mode === 'live'
        ? { settings: { ...settings, ...changed }, ofTests }
        : { settings, ofTests: { ...ofTests, ...changed } };
    const written = await ports.keyRings.setRules(ring, rules);
    return written.kind === 'written' ? { kind: 'changed', settings: settingsOf(rules, mode) } : written;
  });
}

/** Without what is undefined. */
const given = <T extends object>(change: T): { readonly [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]: Exclude<T[K], undefined>;
  };
