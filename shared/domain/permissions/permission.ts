import type { ImportId, UploadId } from '../../contracts/ids.ts';
import { type Said, type SentMark, saidAfter } from './due.ts';

/** How a person's word reached us: a call of the tenant's own system, of the carrier's 080 service, or a file. */
export const permissionSources = ['api', 'call', 'import'] as const;
export type PermissionSource = (typeof permissionSources)[number];

/** Of the text that says how consents were given. */
export const evidenceCharactersMax = 500;

/** What one person allowed or refused one owner. Nobody who never said anything has one. */
export interface Permission {
  /** E.164 digits. */
  readonly digits: string;
  /** Null: has not opted out, or has come back. */
  readonly optedOutAtMs: number | null;
  readonly optOutSource: PermissionSource | null;
  /** When the last opt-out was taken back; null: never, or opted out anew. */
  readonly cameBackAtMs: number | null;
  /** Consent to advertising; null: unknown. */
  readonly marketing: boolean | null;
  readonly marketingAtMs: number | null;
  /** Consent to advertising at night; null: unknown. */
  readonly night: boolean | null;
  readonly nightAtMs: number | null;
  /** When the latest word about consents was said, be it that they are unknown; null: none ever was. */
  readonly consentsAtMs: number | null;
  /** How the consents were given: a text, or where proof of them lies. */
  readonly evidence: string | null;
  /** A file that proves them. */
  readonly evidenceUploadId: UploadId | null;
  /** The import that made the latest change, if one did. */
  readonly importId: ImportId | null;
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
  /** Likewise of the opt-out. */
  readonly optOutAtMs?: number | undefined;
  readonly evidence?: string | null | undefined;
  readonly evidenceUploadId?: UploadId | null | undefined;
  /**
   * All this was said by then at latest, though it comes only now: what is known to have been said later stays as it
   * is. A fact without a time of its own is of this time.
   */
  readonly asOfMs?: number | undefined;
  readonly importId?: ImportId | undefined;
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
  cameBackAtMs: null,
  marketing: null,
  marketingAtMs: null,
  night: null,
  nightAtMs: null,
  consentsAtMs: null,
  evidence: null,
  evidenceUploadId: null,
  importId: null,
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
  const after = { ...was, ...optOutAfter(was, change, atMs), ...consentsAfter(was, change, atMs) };
  const names = Object.keys(after) as (keyof Permission)[];
  if (names.every((name) => after[name] === was[name])) return was;
  return { ...after, ...saidAfter(was, after, atMs), importId: change.importId ?? null, version: was.version + 1 };
}

function optOutAfter(was: Permission, change: PermissionChange, atMs: number) {
  const { optedOut, source, optOutAtMs, asOfMs } = change;
  if (optedOut === undefined || optedOut === (was.optedOutAtMs !== null)) return {};
  if (!optedOut) return { optedOutAtMs: null, optOutSource: null, cameBackAtMs: atMs };
  if (isLater(was.cameBackAtMs, asOfMs)) return {};
  return { optedOutAtMs: optOutAtMs ?? asOfMs ?? atMs, optOutSource: source, cameBackAtMs: null };
}

/** Both consents and their evidence are one word: where a part of it was said later than the change, all of it stays. */
function consentsAfter(was: Permission, change: PermissionChange, atMs: number) {
  const { asOfMs, consentAtMs, evidence = was.evidence, evidenceUploadId = was.evidenceUploadId } = change;
  if (isLater(was.consentsAtMs, asOfMs)) return {};
  const saidMs = asOfMs ?? atMs;
  const after = {
    ...marketingAfter(was, change, saidMs),
    ...nightAfter(was, change, saidMs),
    evidence,
    evidenceUploadId,
  };
  const names = Object.keys(after) as (keyof typeof after)[];
  return names.every((name) => after[name] === was[name]) ? {} : { ...after, consentsAtMs: consentAtMs ?? saidMs };
}

const isLater = (knownMs: number | null, asOfMs: number | undefined): boolean =>
  knownMs !== null && asOfMs !== undefined && knownMs > asOfMs;

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

/**
 * What stays of a deleted person: that they opted out, since when, and how that reached us. Null: nothing. Nobody is told
 * anything about it any more.
 */
export function permissionErased({ digits, optedOutAtMs, optOutSource, version }: Permission): Permission | null {
  if (optedOutAtMs === null) return null;
  return { ...nothingKnown(digits), optedOutAtMs, optOutSource, version: version + 1 };
}

/**
 * Whether an entry stays when its person is deleted: it says nothing but the opt-out that stands, or how things stand now,
 * which somebody said in the very moment after the deletion.
 */
export function isLeftOf(now: Permission, after: Permission): boolean {
  const same = (one: Permission | null, other: Permission) => JSON.stringify(one) === JSON.stringify(other);
  if (same(now, after)) return true;
  const isStanding = now.optedOutAtMs !== null && after.optedOutAtMs === now.optedOutAtMs;
  return isStanding && same(permissionErased(after), { ...after, version: after.version + 1 });
}
