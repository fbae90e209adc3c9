import type { ImageSetId } from '../../contracts/ids.ts';

/** That the copies of a set are to be removed: because nothing took them over, or because nothing has them any more. */
export interface ImageRemoval {
  readonly id: ImageSetId;
  readonly keys: readonly string[];
  /** Not before: whoever looked the set up by then may still be reading it. */
  readonly atMs: number;
}

export interface ImageRemovals {
  /** Has the sweeper remove these objects then, unless something takes the set over before. */
  plan(removal: ImageRemoval): Promise<void>;
  /** Consistent; null if the set is not to be removed, or has gone. */
  find(id: ImageSetId): Promise<ImageRemoval | null>;
  /** From now on nothing can take the set over. False: something has, or it is another removal by now. */
  begin(removal: ImageRemoval): Promise<boolean>;
  /** The objects are gone. */
  forget(id: ImageSetId): Promise<void>;
}

/**
 * A template is looked up and its images are copied within one request, which ends after half a minute whatever happens;
 * an hour is beyond any doubt.
 */
export const imagesLeftMs = 3_600_000;
