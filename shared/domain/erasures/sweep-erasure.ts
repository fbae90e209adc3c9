import type { OwnerId } from '../../contracts/ids.ts';
import type { Time } from '../dispatches/ports.ts';
import type { EraseQueue, ErasureStore } from './ports.ts';
import { lostAfterMs } from './run-erasure.ts';

export interface SweepErasurePorts {
  readonly erasures: Pick<ErasureStore, 'job' | 'change'>;
  readonly eraseQueue: EraseQueue;
  readonly time: Time;
}

/** Asks for the next pass when it is due, and for the next step of one that stalled. A record too many is harmless. */
export async function sweepErasure(ports: SweepErasurePorts, owner: OwnerId): Promise<void> {
  const job = await ports.erasures.job(owner);
  const nowMs = ports.time.now();
  if (job === null || job.nextCheckAtMs > nowMs) return;
  // Before the record, whose step writes, too. Refused: a step began meanwhile, and says itself when to look
  const noted = await ports.erasures.change(job, { ...job, nextCheckAtMs: nowMs + lostAfterMs });
  if (noted) await ports.eraseQueue.erase({ owner }, 0);
}
