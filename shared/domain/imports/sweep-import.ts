import type { ImportId } from '../../contracts/ids.ts';
import type { Time } from '../dispatches/ports.ts';
import { letUploadGo } from './end-import.ts';
import type { ImportQueue, ImportStore } from './ports.ts';
import { isOver, lostAfterMs } from './row-import.ts';

export interface SweepImportPorts {
  readonly imports: Pick<ImportStore, 'read' | 'move' | 'letUploadGo'>;
  readonly importQueue: ImportQueue;
  readonly time: Time;
}

/**
 * Looks after one import whose `nextCheckAt` has passed: its step died, or the record that asks for it got lost, or
 * what ended it did not come to let its upload go. A record too many is harmless.
 */
export async function sweepImport(ports: SweepImportPorts, id: ImportId): Promise<void> {
  const found = await ports.imports.read(id);
  const nowMs = ports.time.now();
  if (found === null || found.nextCheckAtMs === null || found.nextCheckAtMs > nowMs) return;
  if (isOver(found)) return letUploadGo(ports, found);
  await ports.importQueue.step({ importId: id }, 0);
  // Refused: a step began meanwhile, and says itself when to look
  await ports.imports.move(found, 'check', { ...found, nextCheckAtMs: nowMs + lostAfterMs });
}
