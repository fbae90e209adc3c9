import type { OwnerId } from '../../contracts/ids.ts';
import type { Permission, PermissionChange, PermissionEntry, PermissionSource } from './permission.ts';
import type { Changes } from './standing-then.ts';
import type { PermissionReason } from './why-not.ts';

/** The most numbers of one `readMany`. */
export const permissionsReadMax = 1_000;

export interface OptOutQuery {
  readonly fromMs: number;
  /** Not included. */
  readonly untilMs: number;
  /** The `next` of the page before. */
  readonly after: string | null;
  readonly limit: number;
}

export interface OptOut {
  readonly digits: string;
  readonly optedOutAtMs: number;
  readonly source: PermissionSource;
}

/** Who tells us of a change names it, so that it is known again until a time. The same name of another number is another. */
export interface Telling {
  readonly id: string;
  readonly knownUntilMs: number;
}

export interface PermissionStore {
  /** What is known of these numbers (E.164 digits), up to 1,000; consistent. Who is absent is unknown. */
  readMany(owner: OwnerId, digits: readonly string[]): Promise<ReadonlyMap<string, Permission>>;
  /** Everybody who must not get advertising, in order of number; each is read consistently. */
  suppressed(owner: OwnerId): AsyncIterable<{ readonly digits: string; readonly reason: PermissionReason }>;
  /** Everybody who consented to advertising and has not opted out, in order of number; each is read consistently. */
  consented(owner: OwnerId): AsyncIterable<string>;
  /** Those of them who consented to it at night, too; the same way. */
  nightConsented(owner: OwnerId): AsyncIterable<string>;
  /** Effective for every send that reads from now on. Answers how things stand; what was so already writes nothing. */
  change(owner: OwnerId, digits: string, change: PermissionChange, atMs: number): Promise<Permission>;
  /**
   * A change that the same telling brings about only once, however often and late it comes: its mark is written in the
   * change's own transaction, so that neither is there without the other.
   */
  changeOnce(
    owner: OwnerId,
    digits: string,
    change: PermissionChange,
    atMs: number,
    once: Telling,
  ): Promise<'changed' | 'repeated'>;
  /** Every change of a number, oldest first. */
  history(owner: OwnerId, digits: string): Promise<readonly PermissionEntry[]>;
  /** Its latest changes up to and including a time, `limit` at most. Consistent. */
  changesUntil(owner: OwnerId, digits: string, untilMs: number, limit: number): Promise<Changes>;
  /** Who is opted out since a time between two, newest first; a moment late at most. */
  listOptOuts(
    owner: OwnerId,
    query: OptOutQuery,
  ): Promise<{ readonly items: readonly OptOut[]; readonly next: string | null }>;
}

/** What is done with permissions of people who are deleted. */
export interface PermissionEraser {
  /** Takes away what a deleted person allowed and refused, as it was read, but for an opt-out. False: it was changed since. */
  erase(owner: OwnerId, said: Permission, atMs: number): Promise<boolean>;
  /**
   * Forgets what a deleted person said up to and including a time and how that came about, but the opt-out that stands, and
   * marks of tellings that need not be known any more. How things stand was taken away with the person. Answers whether
   * there was anything to forget, or is to come.
   */
  forget(owner: OwnerId, digits: string, untilMs: number, nowMs: number): Promise<boolean>;
}
