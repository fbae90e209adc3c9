import type { DispatchId } from '../../contracts/ids.ts';
import type { Permission } from './permission.ts';

/**
 * What the law wants people to be told about their consents: within 14 days what came of what they said (Network Act,
 * Art. 50⑦), and every two years that their consent stands (Art. 50⑧). All of it follows from how things stand.
 */
export const noticeKinds = ['reconfirmation', 'result_notice'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** What somebody said: about advertising, about advertising at night, or to the opt-out number. */
export const facts = [
  'consented',
  'refused',
  'withdrew',
  'night_consented',
  'night_refused',
  'night_withdrew',
  'opted_out',
  'returned',
] as const;
export type Fact = (typeof facts)[number];

/** With which dispatch somebody was told, and when that was to go. */
export interface SentMark {
  readonly dispatchId: DispatchId;
  readonly atMs: number;
}

/** What was said last, and whether what came of it was told. */
export interface Said {
  readonly fact: Fact;
  readonly saidAtMs: number;
  readonly told: SentMark | null;
}

/** Something that one person has to be told. */
export interface Due {
  readonly kind: NoticeKind;
  /** E.164 digits. */
  readonly digits: string;
  readonly fact: Fact;
  readonly saidAtMs: number;
  readonly dueAtMs: number;
}

const dayMs = 86_400_000;
export const resultNoticeDays = 14;
/** Notices are sent so long before they are due at most: a consent need not be confirmed twice within its two years. */
export const sentAheadDays = 30;
export const latestDueMs = (nowMs: number): number => nowMs + sentAheadDays * dayMs;

/** What a person has to be told of this kind; null: nothing, or it was told. */
export function dueOf(kind: NoticeKind, permission: Permission): Due | null {
  const { digits, said } = permission;
  if (kind === 'reconfirmation') {
    const { marketingAtMs, reconfirmed } = permission;
    if (marketingAtMs === null || !standsConsented(permission)) return null;
    const dueAtMs = twoYearsAfter(Math.max(marketingAtMs, reconfirmed?.atMs ?? 0));
    return { kind, digits, fact: 'consented', saidAtMs: marketingAtMs, dueAtMs };
  }
  if (said === null || said.told !== null) return null;
  const { fact, saidAtMs } = said;
  return { kind, digits, fact, saidAtMs, dueAtMs: saidAtMs + resultNoticeDays * dayMs };
}

/** The last telling of this kind, whatever was said since. */
export const lastToldOf = (kind: NoticeKind, { said, reconfirmed }: Permission): SentMark | null =>
  kind === 'reconfirmation' ? reconfirmed : (said?.told ?? null);

/** What is due again if that telling reached nobody. */
export const untold = (kind: NoticeKind, permission: Permission): Permission =>
  kind === 'reconfirmation'
    ? { ...permission, reconfirmed: null }
    : { ...permission, said: permission.said && { ...permission.said, told: null } };

/** How things stand once that was told. What was said meanwhile is another thing, and still to be told. */
export function permissionTold(permission: Permission, told: Due, mark: SentMark): Permission {
  const { said, reconfirmed, version } = permission;
  if (told.kind === 'reconfirmation') {
    // Also of somebody who opted out meanwhile: the consent is the same when they come back
    const isSame = permission.marketing === true && permission.marketingAtMs === told.saidAtMs;
    if (!isSame || isOlder(mark, reconfirmed)) return permission;
    return { ...permission, reconfirmed: mark, version: version + 1 };
  }
  const isSame = said !== null && said.fact === told.fact && said.saidAtMs === told.saidAtMs;
  if (!isSame || isOlder(mark, said.told)) return permission;
  return { ...permission, said: { ...said, told: mark }, version: version + 1 };
}

/** Or the same: whoever comes late with it must not undo a later one. Ids sort by time. */
const isOlder = ({ dispatchId }: SentMark, than: SentMark | null): boolean =>
  than !== null && dispatchId <= than.dispatchId;

export const standsConsented = ({ optedOutAtMs, marketing }: Pick<Permission, 'optedOutAtMs' | 'marketing'>): boolean =>
  optedOutAtMs === null && marketing === true;

type Spoken = Omit<Permission, 'said' | 'reconfirmed'>;

/** What was said last and when it was confirmed, after a change from `was` to `is`. */
export function saidAfter(was: Permission, is: Spoken, atMs: number): Pick<Permission, 'said' | 'reconfirmed'> {
  const word = wordOf(was, is, atMs);
  return {
    said: word ? { ...word, told: null } : isUnsaid(was.said, is) ? null : was.said,
    reconfirmed: is.marketing === true ? was.reconfirmed : null,
  };
}

/** One notice says all of it: what weighs most gives it its name. */
function wordOf(was: Permission, is: Spoken, atMs: number): Omit<Said, 'told'> | null {
  if (is.optedOutAtMs !== null && was.optedOutAtMs === null) return { fact: 'opted_out', saidAtMs: is.optedOutAtMs };
  if (is.marketingAtMs !== null && isNews(was.marketing, was.marketingAtMs, is.marketing, is.marketingAtMs)) {
    return { fact: factOf(was.marketing, is.marketing), saidAtMs: is.marketingAtMs };
  }
  if (was.optedOutAtMs !== null && is.optedOutAtMs === null) return { fact: 'returned', saidAtMs: atMs };
  if (is.nightAtMs !== null && isNews(was.night, was.nightAtMs, is.night, is.nightAtMs)) {
    return { fact: `night_${factOf(was.night, is.night)}`, saidAtMs: is.nightAtMs };
  }
  return null;
}

const isNews = (was: boolean | null, wasAtMs: number | null, is: boolean | null, isAtMs: number): boolean =>
  is !== was || isAtMs !== wasAtMs;

function factOf(was: boolean | null, is: boolean | null) {
  if (is === true) return 'consented';
  return was === true ? 'withdrew' : 'refused';
}

/** A consent that became unknown was never given: its record was a mistake, and nobody waits to be told of it. */
const isUnsaid = (said: Said | null, is: Spoken): boolean => {
  if (said === null || said.fact === 'opted_out' || said.fact === 'returned') return false;
  return (said.fact.startsWith('night_') ? is.night : is.marketing) === null;
};

const seoulMs = 9 * 3_600_000; // no daylight saving since 1988

/** The same time of day in Seoul two calendar years later; of 29 February, on the 28th: months end earlier then. */
export function twoYearsAfter(atMs: number): number {
  const there = new Date(atMs + seoulMs);
  const month = there.getUTCMonth();
  there.setUTCFullYear(there.getUTCFullYear() + 2);
  if (there.getUTCMonth() !== month) there.setUTCDate(0);
  return there.getTime() - seoulMs;
}

/** YYYY-MM-DD in Seoul. */
export const seoulDate = (atMs: number): string => new Date(atMs + seoulMs).toISOString().slice(0, 10);
