import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Benchmark, BenchRow } from './bench-row.ts';
import { columns, type Measured } from './prepare-work.ts';

const run = promisify(execFile);
const work = new URL('./prepare-work.ts', import.meta.url).pathname;
const rounds = 3;
const targetRatio = 8;
const peakMbMax = 300;

const texts = {
  variables: "{{ name | default: '고객' }}님, 주문하신 상품이 오늘 출발합니다. 결제금액 {{ amount }}원",
  filters: "{{ name | default: '고객' | truncate: 10 }}님, 결제금액 {{ amount | number_with_delimiter }}원입니다.",
};

/** Prepare of a million rows against liquidjs and iconv-lite in the same run, and its growth from 10,000 rows on. */
export const benchPrepare: Benchmark = async ({ quick, progress }) => {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bongsu-bench-'));
  try {
    const lists = new Map<number, string>();
    const sizes = quick ? [500, 5_000] : [10_000, 100_000, 1_000_000];
    for (const rows of sizes) lists.set(rows, await writeList(folder, rows));
    const largest = Math.max(...sizes);
    const rows: BenchRow[] = [];
    for (const [name, text] of Object.entries(texts)) {
      progress(name);
      rows.push(await against(name, lists.get(largest)!, largest, text));
    }
    progress('growth');
    rows.push(await growth(lists));
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
};

async function against(name: string, list: string, rows: number, text: string): Promise<BenchRow> {
  const measured: Record<'ours' | 'peer' | 'floor', Measured[]> = { ours: [], peer: [], floor: [] };
  for (let round = 0; round < rounds; round++) {
    for (const mode of ['ours', 'peer', 'floor'] as const) measured[mode].push(await measure(mode, list, rows, text));
  }
  const [ours, peer, floor] = [median(measured.ours), median(measured.peer), median(measured.floor)];
  const peakMb = Math.max(...measured.ours.map((one) => one.peakMb));
  const peerPeakMb = Math.max(...measured.peer.map((one) => one.peakMb));
  // The peer's reading and parsing is not counted against it: ours holds its own.
  const ratio = (peer - floor) / ours;
  return {
    row: `prepare ${rows.toLocaleString('en')} rows, ${name}`,
    ours,
    peer,
    floor,
    ratio,
    unit: 'CPU s',
    target: `≥ ${targetRatio}× less CPU, ≤ ${peakMbMax} MB`,
    ok: ratio >= targetRatio && peakMb <= peakMbMax,
    notes: `peak ${Math.round(peakMb)} MB (peer ${Math.round(peerPeakMb)} MB); the ratio leaves out what the peer spends on reading its rows (floor): with it ${(peer / ours).toFixed(1)}×`,
  };
}

async function growth(lists: ReadonlyMap<number, string>): Promise<BenchRow> {
  const perMessage: { readonly rows: number; readonly us: number; readonly peakMb: number }[] = [];
  for (const [rows, list] of lists) {
    const measured: Measured[] = [];
    for (let round = 0; round < rounds; round++) measured.push(await measure('ours', list, rows, texts.variables));
    const peakMb = Math.max(...measured.map((one) => one.peakMb));
    perMessage.push({ rows, us: (median(measured) / rows) * 1e6, peakMb });
  }
  const [last, middle] = perMessage.toReversed();
  return {
    row: `prepare growth, ${last!.rows.toLocaleString('en')} rows against ${middle!.rows.toLocaleString('en')}`,
    ours: last!.us,
    peer: null,
    floor: null,
    ratio: middle!.us / last!.us,
    unit: 'CPU µs a message',
    target: `no more a message (10 % noise), ≤ ${peakMbMax} MB`,
    ok: last!.us <= middle!.us * 1.1 && last!.peakMb <= peakMbMax,
    notes: perMessage
      .map(({ rows, us, peakMb }) => `${rows}: ${us.toFixed(2)} µs, ${Math.round(peakMb)} MB`)
      .join('; '),
  };
}

async function measure(mode: string, list: string, rows: number, text: string): Promise<Measured> {
  const { stdout } = await run(process.execPath, [work, mode, list, String(rows), text]);
  return JSON.parse(stdout) as Measured;
}

function median(measured: readonly Measured[]): number {
  const sorted = measured.map((one) => one.cpuSeconds).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

async function writeList(folder: string, rows: number): Promise<string> {
  const names = ['김철수', '이영희', '박지성', '최민호', '정수진', '강하늘', '윤서연', '임재범', '한지민', ''];
  const path = join(folder, `rows-${rows}.ndjson`);
  const file = await open(path, 'w');
  let text = `${JSON.stringify({ columns })}\n`;
  for (let i = 0; i < rows; i++) {
    const number = `8210${String((i * 7_919) % 100_000_000).padStart(8, '0')}`;
    text += `${JSON.stringify([i + 2, number, names[i % names.length], String(20_000 + (i % 50_000)), '2026-12-24'])}\n`;
    if (text.length < 1e6 && i < rows - 1) continue;
    await file.write(text);
    text = '';
  }
  await file.close();
  return path;
}
