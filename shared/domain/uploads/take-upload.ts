import type { OwnerId, UploadId } from '../../contracts/ids.ts';
import { isRefused, type UploadStore } from './ports.ts';
import type { Upload } from './upload.ts';

/**
 * A file is held and copied within one request, which ends after half a minute whatever happens; an hour is beyond any
 * doubt. What is held without a copy by then is nobody's.
 */
export const takingMs = 3_600_000;

export interface TakeUploadPorts {
  readonly uploads: Pick<UploadStore, 'find' | 'change'>;
  readonly ids: { ulid(): string };
}

/** What takes a file for good, and how. */
export interface Taking<R extends string> {
  readonly owner: OwnerId;
  readonly id: UploadId;
  readonly holder: string;
  readonly refusalOf: (upload: Upload | null, nowMs: number) => R | null;
  /** Copies the very bytes that were checked to where they stay. False: they are gone, or others by now. */
  readonly copy: (upload: Upload) => Promise<boolean>;
  /** How long after that the sweeper looks; null: never. */
  readonly lookMs: number | null;
}

const triesMax = 20;

/**
 * Takes the file of an upload to where it stays. The upload is held before its bytes are copied: no copy is there that an
 * upload, and so the sweeper, does not know of, wherever this ends. Every step has an attempt of its own: whoever read the
 * upload before, to hold it, to say that it is copied or gone, or to let it go, has lost, and looks again.
 */
export async function takeUpload<R extends string>(
  { uploads, ids }: TakeUploadPorts,
  { owner, id, holder, refusalOf, copy, lookMs }: Taking<R>,
  nowMs: number,
): Promise<Upload | R | 'not_found' | 'expired'> {
  const looks = lookMs === null ? null : nowMs + lookMs;
  let isHeld = false;
  for (let tries = 0; tries < triesMax; tries++) {
    let upload = await uploads.find(owner, id);
    const why = refusalOf(upload, nowMs);
    if (upload === null || why !== null) return why ?? 'not_found';
    if (!isHeld) {
      const awaitsCopy = upload.attachedAtMs === null || upload.awaitsCopy;
      const held = await uploads.change(upload, 'hold', {
        attempt: ids.ulid(),
        heldBy: [...new Set([...upload.heldBy, holder])],
        attachedAtMs: nowMs,
        awaitsCopy,
        checkAtMs: awaitsCopy ? nowMs + takingMs : looks,
      });
      if (isRefused(held)) continue;
      isHeld = true;
      upload = held;
    }
    if (!upload.awaitsCopy) return upload;
    if (!(await copy(upload))) {
      // Not before others who are taking it have ended as well: one of them may be copying what it read
      const gone = { status: 'expired', expiresAtMs: nowMs, checkAtMs: nowMs + takingMs } as const;
      if (isRefused(await uploads.change(upload, 'letGo', gone))) continue;
      return 'expired';
    }
    const kept = await uploads.change(upload, 'keep', { attempt: ids.ulid(), awaitsCopy: false, checkAtMs: looks });
    if (!isRefused(kept)) return kept;
  }
  throw new Error(`${id} was changed by others all the time`);
}
