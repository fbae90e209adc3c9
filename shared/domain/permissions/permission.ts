import { type Said, type SentMark, saidAfter } from './due.ts';

/** How a person's word reached us: a call of the tenant's own system, of the carrier's 080 service, or a file. */
export const permissionSources = ['api', 'call', 'import'] as const;
export type PermissionSource = (typeof permissionSources)[number];

/** What one person allowed or refused one owner. Nobody who never said anything has one. */
export interface Permission {
  /** E.164 digits. */
  readonly digits: string;
  /** Null: has not opted out, or has come back. */
  readonly optedOutAtMs: number | null;
  readonly optOutSource: PermissionSource | null;
  /** Consent to advertising; null: unknown. */
  readonly marketing: boolean | null;
  readonly marketingAtMs: number | null;
  /** Consent to advertising at night; null: unknown. */
  readonly night: boolean | null;
  readonly nightAtMs: number | null;
  /** How the consents were given: a text, or where proof of them lies. */
  readonly evidence: string | null;
  /** What this person said last, of which they have to be told what came of it. */
  readonly said: Said | null;
  /** When the standing consent was last confirmed by a notice. */
  readonly reconfirmed: SentMark | null;
  /** Rises by one with every change, from 1. */
  readonly version: number;
}

/** What is said anew; what is left out stays as it is. */
export interface PermissionChange {
  readonly source: PermissionSource;
  readonly optedOut?: boolean | undefined;
  readonly marketing?: boolean | null | undefined;
  readonly night?: boolean | null | undefined;
  /** When the consents of this change were given or refused, if not at the time of the change. */
  readonly consentAtMs?: number | undefined;
  readonly evidence?: string | null | undefined;
}

/** One change, for good: how things stood after it. */
export interface PermissionEntry {
  readonly id: string;
  readonly atMs: number;
  readonly source: PermissionSource;
  readonly after: Permission;
}

const nothingKnown = (digits: string): Permission => ({
  digits,
  optedOutAtMs: null,
  optOutSource: null,
  marketing: null,
  marketingAtMs: null,
  night: null,
  nightAtMs: null,
  evidence: null,
  said: null,
  reconfirmed: null,
  version: 0,
});

/**
 * How things stand after a change; the very `before` if it says nothing new, so that saying a thing twice leaves the
 * time at which it was said first. A consent given again at another, named time is news: it was confirmed.
 */
export function permissionAfter(
  before: Permission | null,
  digits: string,
  change: PermissionChange,
  atMs: number,
): Permission {
  const was = before ?? nothingKnown(digits);
  const after = {
    ...was,
    ...optOutAfter(was, change, atMs),
    ...marketingAfter(was, change, atMs),
    ...nightAfter(was, change, atMs),
    evidence: change.evidence === undefined ? was.evidence : change.evidence,
  };
  const names = Object.keys(after) as (keyof Permission)[];
  if (names.every((name) => after[name] === was[name])) return was;
  return { ...after, ...saidAfter(was, after, atMs), version: was.version + 1 };
}

function optOutAfter(was: Permission, { optedOut, source }: PermissionChange, atMs: number) {
  if (optedOut === undefined || optedOut === (was.optedOutAtMs !== null)) return {};
  return optedOut ? { optedOutAtMs: atMs, optOutSource: source } : { optedOutAtMs: null, optOutSource: null };
}

function marketingAfter(was: Permission, { marketing, consentAtMs }: PermissionChange, atMs: number) {
  const saidAtMs = saidAt(was.marketing, was.marketingAtMs, marketing, consentAtMs, atMs);
  return marketing === undefined ? {} : { marketing, marketingAtMs: saidAtMs };
}

function nightAfter(was: Permission, { night, consentAtMs }: PermissionChange, atMs: number) {
  const saidAtMs = saidAt(was.night, was.nightAtMs, night, consentAtMs, atMs);
  return night === undefined ? {} : { night, nightAtMs: saidAtMs };
}

function saidAt(
  was: boolean | null,
  wasAtMs: number | null,
  is: boolean | null | undefined,
  consentAtMs: number | undefined,
  atMs: number,
): number | null {
  if (is === null) return null;
  return consentAtMs ?? (is === was ? wasAtMs : atMs);
}
