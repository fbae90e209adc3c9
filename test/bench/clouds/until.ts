import { setTimeout as sleep } from 'node:timers/promises';
import type { DispatchId } from '../../../shared/contracts/ids.ts';
import type { HeldService } from './held-service.ts';

const pollMs = 10;
const patienceSeconds = 120;

/** Waits until (at least) so many waves of a dispatch are released. */
export const released = ({ releases }: HeldService, id: DispatchId, waves: number): Promise<void> =>
  until(async () => (await releases.all(id)).length >= waves, `${waves} waves of ${id}`);

/** Looks again and again, at most for two minutes. */
export async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const givenUpAt = performance.now() + patienceSeconds * 1_000;
  while (!(await isSo())) {
    if (performance.now() > givenUpAt) throw new Error(`Waited ${patienceSeconds} s for ${what}`);
    await sleep(pollMs);
  }
}
