import { isRefused } from '../../dispatches/ports.ts';
import { lostAfterMs, type PermissionImport } from './permission-import.ts';
import type { ImportStore } from './ports.ts';

export interface EndImportPorts {
  readonly imports: Pick<ImportStore, 'move' | 'letUploadGo'>;
  readonly time: { now(): number };
}

/** Ends an import, and lets its upload go; if a crash keeps it from that, the sweeper does. */
export async function endImport(
  ports: EndImportPorts,
  before: PermissionImport,
  how: Partial<PermissionImport> & { readonly state: 'completed' | 'failed' },
): Promise<void> {
  const nowMs = ports.time.now();
  const over = { ...before, ...how, leaseUntilMs: null, completedAtMs: nowMs, nextCheckAtMs: nowMs + lostAfterMs };
  const ended = await ports.imports.move(before, how.state === 'completed' ? 'complete' : 'fail', over);
  if (!isRefused<PermissionImport>(ended)) await letUploadGo(ports, ended);
}

export async function letUploadGo(ports: EndImportPorts, over: PermissionImport): Promise<void> {
  await ports.imports.letUploadGo(over);
  await ports.imports.move(over, 'check', { ...over, nextCheckAtMs: null });
}
