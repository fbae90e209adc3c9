import type { DispatchId, MessagePlace, OwnerId } from '../../contracts/ids.ts';
import type { EraseMessage } from '../../contracts/queue-messages.ts';
import type { FileSink } from '../uploads/ports.ts';
import type { Upload } from '../uploads/upload.ts';
import type { Erasure, ErasureJob } from './erasure.ts';

/** What erasing asks of the world. A use case names only the ports it uses. */

export interface Erasures {
  /** When those of these numbers (E.164 digits, up to 1,000) were deleted of whom something may be left. Consistent. */
  among(owner: OwnerId, digits: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** All of them, in order of number. Consistent. */
  everybody(owner: OwnerId): AsyncIterable<Erasure>;
}

export interface ErasureStore extends Erasures {
  /** Consistent. */
  job(owner: OwnerId): Promise<ErasureJob | null>;
  /** Writes `after`, one version on, if the worker's part is still at `before`'s version; else null. */
  change(before: ErasureJob, after: ErasureJob): Promise<ErasureJob | null>;
  /** Takes the job away, unless it was changed or another deletion came since it was read. */
  end(job: ErasureJob): Promise<boolean>;
  /** Notes in which pass something of this person was found; does nothing if they were deleted once more. */
  noteFound(owner: OwnerId, erasure: Erasure, pass: number): Promise<void>;
  /** Forgets the erasure and the mark that the number was deleted, unless either is of a later deletion. */
  finish(owner: OwnerId, erasure: Erasure): Promise<void>;
}

export interface EraseQueue {
  /** At most 900 seconds. */
  erase(message: EraseMessage, delaySeconds: number): Promise<void>;
}

/** What is kept of numbers in items. */
export interface ErasedItems {
  /** Where a number stands in small dispatches. */
  placesOf(owner: OwnerId, digits: string): Promise<readonly { readonly at: string; readonly place: MessagePlace }[]>;
  forgetPlaces(owner: OwnerId, digits: string, ats: readonly string[]): Promise<void>;
  /** Blanks the number's rows in the items of a small dispatch, whichever attempt wrote them. */
  blankRows(id: DispatchId, digits: string): Promise<void>;
  /** Large dispatches of an owner in order of time, behind `after`. */
  largeDispatches(
    owner: OwnerId,
    after: string | null,
  ): AsyncIterable<{ readonly at: string; readonly dispatchId: DispatchId }>;
  /** Keeps a large dispatch among them until a time at least: its objects live longer once they are written over. */
  keepLarge(owner: OwnerId, at: string, untilMs: number): Promise<void>;
  forgetLarge(owner: OwnerId, at: string): Promise<void>;
  /** What people were told about their consents, with when its dispatch was made, in order, behind `after`. */
  toldNotices(
    owner: OwnerId,
    after: string | null,
  ): AsyncIterable<{ readonly at: string; readonly digits: string; readonly madeAtMs: number }>;
  forgetTold(owner: OwnerId, at: string): Promise<void>;
  /** The values of rows that an upload shows as examples of what is wrong with it. */
  writeErrors(upload: Upload, errors: NonNullable<Upload['counts']>['errors']): Promise<void>;
}

/** Objects that hold rows. Reads throw when the object is gone; writing over one is refused if it has changed. */
export interface ErasedObjects {
  /** Keys under a prefix, in order, behind `after`. */
  keysUnder(prefix: string, after: string | null): AsyncIterable<string>;
  head(key: string): Promise<{ readonly eTag: string } | null>;
  stream(key: string, eTag: string): AsyncIterable<Uint8Array>;
  whole(key: string, eTag: string): Promise<Uint8Array>;
  open(key: string, contentType: string, ifMatch: string): FileSink;
  remove(keys: readonly string[]): Promise<void>;
  /** Removes an object if it is still the one with this ETag; nothing otherwise. */
  removeVersion(key: string, eTag: string): Promise<void>;
}
