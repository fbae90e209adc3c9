import type { OwnerId } from '../../contracts/ids.ts';
import { NumberSet } from './number-set.ts';
import type { PermissionStore } from './ports.ts';
import type { ReadBetween } from './standing-then.ts';
import {
  type About,
  canExclude,
  isConsentUnknown,
  isNightConsented,
  type PermissionReason,
  type PermissionRules,
  type Standing,
  whyNot,
} from './why-not.ts';

/** What a prepare asks about each number (E.164 digits as a number); null: it need not ask. */
export interface ListPermissions {
  readonly exclude: ((number: number) => PermissionReason | null) | null;
  readonly isConsentUnknown: ((number: number) => boolean) | null;
  /** Null: the night makes no difference. */
  readonly isNightConsented: ((number: number) => boolean) | null;
}

/** For whom, what and by which rules is asked. */
export interface AskedAbout {
  readonly owner: OwnerId;
  readonly about: About;
  readonly rules: PermissionRules;
  /** Whether it makes a difference who consented to the night. */
  readonly night: boolean;
}

const asksNobody: ListPermissions = { exclude: null, isConsentUnknown: null, isNightConsented: null };

const standings = {
  optedOut: { optedOutAtMs: 0, marketing: null },
  denied: { optedOutAtMs: null, marketing: false },
  consented: { optedOutAtMs: null, marketing: true },
} as const satisfies Record<string, Standing>;

const aliveEvery = 1_000;

/**
 * Loads whom the owner's people said anything to, once for a whole list: eight bytes a number. Nothing is read where the
 * rule leaves nobody out. `alive` is told now and then that the work goes on.
 */
export async function listPermissions(
  store: Pick<PermissionStore, 'suppressed' | 'consented' | 'nightConsented'>,
  asked: AskedAbout,
  alive: () => Promise<void>,
): Promise<ListPermissions> {
  const { owner, about, rules, night } = asked;
  if (!canExclude(about, rules)) return asksNobody;
  const sets = { optedOut: new NumberSet(), denied: new NumberSet(), consented: new NumberSet() };
  const atNight = new NumberSet();
  let seen = 0;
  const add = (set: NumberSet, digits: string) => {
    set.add(Number(digits));
    return ++seen % aliveEvery === 0 ? alive() : undefined;
  };
  for await (const { digits, reason } of store.suppressed(owner)) {
    await add(reason === 'opted_out' ? sets.optedOut : sets.denied, digits);
  }
  if (about === 'advertising') for await (const digits of store.consented(owner)) await add(sets.consented, digits);
  if (night) for await (const digits of store.nightConsented(owner)) await add(atNight, digits);
  for (const set of [...Object.values(sets), atNight]) set.sort();
  // Who has nobody to leave out does not pay for looking, row by row
  const known = (Object.keys(sets) as (keyof typeof sets)[])
    .filter((name) => sets[name].size > 0)
    .map((name) => ({ set: sets[name], standing: standings[name] }));
  const standingOf = (number: number) => {
    for (const { set, standing } of known) if (set.has(number)) return standing;
    return null;
  };
  return { ...asking(asked, standingOf), isNightConsented: night ? (number) => atNight.has(number) : null };
}

/** The same for a list of few numbers (E.164 digits, up to 1,000): only they are read. */
export async function permissionsOf(
  store: Pick<PermissionStore, 'readMany'>,
  asked: AskedAbout,
  digits: readonly string[],
): Promise<ListPermissions> {
  if (!canExclude(asked.about, asked.rules)) return asksNobody;
  const known = await store.readMany(asked.owner, digits);
  const standingOf = (number: number) => known.get(String(number)) ?? null;
  const isNight = (number: number) => isNightConsented(standingOf(number));
  return { ...asking(asked, standingOf), isNightConsented: asked.night ? isNight : null };
}

/** What `read` brings, and between which times it did; `askedAt` null: nobody was asked. */
export async function readTimed(
  time: { now(): number },
  read: () => Promise<ListPermissions>,
): Promise<{ readonly permissions: ListPermissions; readonly askedAt: ReadBetween | null }> {
  const fromMs = time.now();
  const permissions = await read();
  return { permissions, askedAt: permissions.exclude === null ? null : { fromMs, untilMs: time.now() } };
}

function asking({ about, rules }: AskedAbout, standingOf: (number: number) => Standing | null) {
  return {
    exclude: (number: number) => whyNot(about, standingOf(number), rules),
    isConsentUnknown: about === 'advertising' ? (number: number) => isConsentUnknown(standingOf(number)) : null,
  };
}
