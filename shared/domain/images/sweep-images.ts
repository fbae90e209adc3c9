import type { ImageSetId } from '../../contracts/ids.ts';
import type { ImageRemovals } from './image-removal.ts';

export interface SweepImagesPorts {
  readonly removals: Pick<ImageRemovals, 'find' | 'begin' | 'forget'>;
  readonly files: { remove(keys: readonly string[]): Promise<void> };
  readonly time: { now(): number };
}

/**
 * Removes the copies of one set whose time has come. It is begun before an object goes, so that nothing takes over a set
 * that is half gone, and forgotten after the last one went, so that a crash leaves nothing behind. Twice is harmless.
 */
export async function sweepImages({ removals, files, time }: SweepImagesPorts, id: ImageSetId): Promise<void> {
  const removal = await removals.find(id);
  if (removal === null || removal.atMs > time.now()) return;
  if (!(await removals.begin(removal))) return;
  await files.remove(removal.keys);
  await removals.forget(id);
}
