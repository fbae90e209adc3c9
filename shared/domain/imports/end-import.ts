import { isRefused } from '../dispatches/ports.ts';
import type { ImportStore } from './ports.ts';
import { lostAfterMs, type RowImport } from './row-import.ts';

export interface EndImportPorts {
  readonly imports: Pick<ImportStore, 'move' | 'letUploadGo'>;
  readonly time: { now(): number };
}

/** Ends an import, and lets its upload go; if a crash keeps it from that, the sweeper does. */
export async function endImport(
  ports: EndImportPorts,
  before: RowImport,
  how: Partial<RowImport> & { readonly state: 'completed' | 'failed' },
): Promise<void> {
  const nowMs = ports.time.now();
  const over = { ...before, ...how, leaseUntilMs: null, completedAtMs: nowMs, nextCheckAtMs: nowMs + lostAfterMs };
  const ended = await ports.imports.move(before, how.state === 'completed' ? 'complete' : 'fail', over);
  if (!isRefused<RowImport>(ended)) await letUploadGo(ports, ended);
}

export async function letUploadGo(ports: EndImportPorts, over: RowImport): Promise<void> {
  await ports.imports.letUploadGo(over);
  await ports.imports.move(over, 'check', { ...over, nextCheckAtMs: null });
}
