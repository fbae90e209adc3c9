import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Benchmark, BenchRow } from './bench-row.ts';
import { dataFile, type FileKind } from './validate-data.ts';

interface Measured {
  readonly valid: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

const script = fileURLToPath(new URL('./validate-run.ts', import.meta.url));
const run = async (side: 'ours' | 'peer' | 'floor', kind: FileKind, path: string): Promise<Measured> => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, side, kind, path]);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
};

const peers: Record<FileKind, string> = {
  csv: 'csv-parse + libphonenumber-js + Set',
  'xlsx-shared': 'exceljs + libphonenumber-js + Set',
  'xlsx-inline': 'exceljs + libphonenumber-js + Set',
};
const peakMegabytesMax: Record<FileKind, number> = { csv: 200, 'xlsx-shared': 300, 'xlsx-inline': 300 };
const ratioMin = 8;

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const rounded = (n: number, digits = 2) => Number(n.toFixed(digits));

/** Validates files of 100,000 and 1,000,000 rows, ours and the peer by turns, each run in a fresh process. */
export const benchValidate: Benchmark = async ({ quick, progress }) => {
  const table: BenchRow[] = [];
  for (const rows of quick ? [5_000] : [100_000, 1_000_000]) {
    for (const kind of ['csv', 'xlsx-shared', 'xlsx-inline'] as const) {
      progress(`${kind}, ${rows.toLocaleString('en')} rows`);
      const path = await dataFile(kind, rows);
      const ours: Measured[] = [];
      const peer: Measured[] = [];
      const floor: Measured[] = [];
      for (let round = 0; round < 3; round++) {
        ours.push(await run('ours', kind, path));
        floor.push(await run('floor', kind, path));
        // The peer is slow and its median moves little: once per million rows is enough.
        if (round === 0 || rows < 1_000_000) peer.push(await run('peer', kind, path));
      }
      const ourSeconds = median(ours.map(({ cpuSeconds }) => cpuSeconds));
      const peerSeconds = median(peer.map(({ cpuSeconds }) => cpuSeconds));
      const peak = Math.max(...ours.map(({ peakMegabytes }) => peakMegabytes));
      const ratio = peerSeconds / ourSeconds;
      const isLarge = rows === 1_000_000;
      table.push({
        row: `validate ${kind} ${rows.toLocaleString('en')} rows`,
        ours: rounded(ourSeconds),
        peer: rounded(peerSeconds),
        floor: rounded(median(floor.map(({ cpuSeconds }) => cpuSeconds))),
        ratio: rounded(ratio, 1),
        unit: 'CPU seconds, process start included; floor: read and unpack only',
        target: isLarge ? `≥ ${ratioMin}× less CPU, ≤ ${peakMegabytesMax[kind]} MB peak` : null,
        ok: !isLarge || (ratio >= ratioMin && peak <= peakMegabytesMax[kind]),
        notes: `peak ${Math.round(peak)} MB against ${Math.round(peer[0]!.peakMegabytes)} MB; peer: ${peers[kind]}; good rows ${ours[0]!.valid} and ${peer[0]!.valid}`,
      });
    }
  }
  return table;
};
