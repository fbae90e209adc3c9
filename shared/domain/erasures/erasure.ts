import type { OwnerId } from '../../contracts/ids.ts';
import { longWorkSeconds } from '../../contracts/limits.ts';
import type { Dispatch } from '../dispatches/dispatch.ts';
import { timeOfUlid } from './ulid-time.ts';

/** That a person was deleted, of whom there may be something left. */
export interface Erasure {
  /** E.164 digits. */
  readonly digits: string;
  readonly atMs: number;
  /** The last pass that found something of this person, or had to leave something; 0: none has. */
  readonly foundIn: number;
}

/** The work on all erasures of an owner; it is there exactly as long as one of them is. */
export interface ErasureJob {
  readonly owner: OwnerId;
  /** Changes of the worker alone; a deletion counts in `asked`. */
  readonly version: number;
  readonly asked: number;
  /** Counts the passes over all that there is of the owner, from 1; 0: none began. */
  readonly pass: number;
  /** When the last one began; 0: none has. */
  readonly passBeganAtMs: number;
  /** Where it goes on; null: it has ended. */
  readonly at: { readonly stage: number; readonly after: string | null } | null;
  readonly leaseUntilMs: number;
  /** When the next pass may begin. */
  readonly dueAtMs: number;
  /** When the sweeper has to look. */
  readonly nextCheckAtMs: number;
}

/**
 * A pass looks for people who were deleted at least so long before it: whatever was at work then has ended, or knows of
 * the deletion. It also gathers deletions that come one after the other.
 */
export const gatherMs = 15 * 60_000;
/** From the beginning of one pass to that of the next: it reads all that an owner has. */
export const betweenPassesMs = 6 * 3_600_000;
/** Longer than a worker can live, so that two never write at once. */
export const leaseMs = (longWorkSeconds + 60) * 1_000;

/**
 * Since when a dispatch's recipients are known: they may have been listed long before it was created, and those of its own
 * call were when its id was made. Whoever was deleted later than that is not among them any more.
 */
export function listedAtMs({ id, source, createdAtMs }: Pick<Dispatch, 'id' | 'source' | 'createdAtMs'>): number {
  const listedMs =
    'list' in source
      ? timeOfList(source.list.rowsKey)
      : timeOfUlid(('uploadId' in source ? source.uploadId : id).slice(4));
  return Math.min(createdAtMs, listedMs ?? createdAtMs);
}

/** When the rows in the object at this key were listed: with their upload, or when they were given; null: the key does not say. */
export function timeOfList(key: string): number | null {
  const [, upload] = /\/upl_([0-9A-Z]{26})\//.exec(key) ?? [];
  const [, given] = /([0-9A-Z]{26})\/[^/]+$/.exec(key) ?? [];
  const ulid = upload ?? given;
  return ulid === undefined ? null : timeOfUlid(ulid);
}
