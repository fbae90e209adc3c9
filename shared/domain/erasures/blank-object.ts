import { wholeLines } from '../dispatches/prepare/lines.ts';
import type { IsErased } from '../dispatches/rules/about-number.ts';
import { blankLines, type LineKind } from './blank-lines.ts';
import { blankedReport } from './blank-report.ts';
import type { Pass } from './pass.ts';
import type { ErasedObjects } from './ports.ts';

export interface BlankPorts {
  readonly objects: ErasedObjects;
}

const lineKinds: Readonly<Record<string, LineKind>> = {
  'rows.ndjson': 'rows',
  'excluded.ndjson': 'excluded',
  'rejected.ndjson': 'rejected',
};
const isReport = (key: string) => key.endsWith('/errors.csv');
const lineKindOf = (key: string) => lineKinds[key.slice(key.lastIndexOf('/') + 1)];

/** Blanks people in an object of rows, if it has any of them; objects of other names have none. */
export async function blankObject(ports: BlankPorts, pass: Pass, key: string, isErased: IsErased): Promise<void> {
  const head = lineKindOf(key) || isReport(key) ? await ports.objects.head(key) : null;
  if (head === null) return;
  const hit = new Set<number>();
  const noting = (number: number) => {
    if (!isErased(number)) return false;
    hit.add(number);
    return true;
  };
  for await (const _ of blanked(ports, key, head.eTag, noting));
  if (hit.size === 0) return;
  await pass.found(hit);
  const isHit = (number: number) => hit.has(number);
  const type = isReport(key) ? 'text/csv; charset=utf-8' : 'application/x-ndjson';
  await overwrite(ports, key, type, head.eTag, blanked(ports, key, head.eTag, isHit));
}

function blanked({ objects }: BlankPorts, key: string, eTag: string, isErased: IsErased): AsyncIterable<Uint8Array> {
  const bytes = objects.stream(key, eTag);
  const kind = lineKindOf(key);
  return kind ? linesOf(bytes, kind, isErased) : blankedReport(bytes, isErased);
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>, kind: LineKind, isErased: IsErased) {
  for await (const lines of wholeLines(bytes)) {
    blankLines(lines, kind, isErased);
    yield lines;
  }
}

/** Refused, by throwing, if the object is no longer the one that was read. */
export async function overwrite(
  { objects }: BlankPorts,
  key: string,
  type: string,
  eTag: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const sink = objects.open(key, type, eTag);
  try {
    for await (const piece of pieces) await sink.write(piece);
    await sink.close();
  } finally {
    await sink.abandon();
  }
}
