import { describe, expect, test } from 'vitest';
import type { UsageReport } from '../../infra/local/control/usage.ts';
import { dispatchOfItem, itemOfDispatch } from '../../shared/adapters/dynamo/dispatch-item.ts';
import { foldBatches } from '../../shared/domain/dispatches/totals.ts';
import type { BenchRow } from './bench-row.ts';
import { csvOf, digitsOf } from './clouds/recipients.ts';
import { sideBySide } from './clouds/side-by-side.ts';
import { useBetween } from './clouds/use.ts';
import { plannedBatches, preparedDispatch } from './dispatch-sample.ts';
import { median, shownNumber } from './figures.ts';
import { growthRow, pointOf } from './growth-row.ts';
import { merged, readLastResult } from './last-result.ts';
import { costOf } from './list-prices.ts';
import { lastResultFile, markdownOf, readmeTable } from './readme-table.ts';
import { detailsOf, tableOf } from './table.ts';

const row = (over: Partial<BenchRow> = {}): BenchRow => ({
  row: 'work',
  ours: 12_345.6,
  peer: 1_000,
  floor: null,
  ratio: 12.3456,
  unit: 'messages/s',
  target: '≥ 10×',
  ok: true,
  notes: 'as it was',
  ...over,
});

describe('the table', () => {
  test('says plainly what missed its target, and nothing of a row without one', () => {
    const text = tableOf([row(), row({ row: 'slow', ok: false }), row({ row: 'seen', target: null, ok: true })]);
    expect(text).toMatch(/^work .*12,346 .*12.3× .*ok$/m);
    expect(text).toMatch(/^slow .*MISSED$/m);
    expect(text).toMatch(/^seen .*–$/m);
    expect(text).not.toMatch(/^seen .*(ok|MISSED)$/m);
    expect(text.match(/as it was/g)).toHaveLength(3);
  });

  test('shows details only of rows that have some, a column for each name', () => {
    expect(detailsOf([row()])).toBe('');
    const lines = detailsOf([row({ details: { a: 1 } }), row(), row({ row: 'other', details: { b: 'two' } })]).split(
      '\n',
    );
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/a\s+b/);
    expect(lines[2]).toMatch(/^other.*two/);
  });

  test('numbers keep three digits that matter', () => {
    expect([0, 0.00012345, 0.5, 12.345, 999.6, 1_234_567].map(shownNumber)).toEqual([
      '0',
      '0.000123',
      '0.5',
      '12.3',
      '1,000',
      '1,234,567',
    ]);
    expect(median([9, 1, 5])).toBe(5);
    expect(() => median([])).toThrow();
  });
});

describe('the last result', () => {
  const here = { machine: 'here', node: 'v24', date: '2026-02-01' };
  const kept = {
    ...here,
    date: '2026-01-01',
    rows: ['a', 'b'].map((benchmark) => ({ benchmark, date: '2026-01-01', ...row() })),
  };

  test('a run of some benchmarks replaces all their rows and leaves the others with their dates', () => {
    const { rows, date } = merged(kept, new Map([['b', [row({ row: 'new' }), row({ row: 'newer' })]]]), here);
    expect(date).toBe('2026-02-01');
    expect(rows.map(({ benchmark, row, date }) => [benchmark, row, date])).toEqual([
      ['a', 'work', '2026-01-01'],
      ['b', 'new', '2026-02-01'],
      ['b', 'newer', '2026-02-01'],
    ]);
  });

  test.each([{ machine: 'elsewhere' }, { node: 'v26' }])('figures of %o do not stand beside those of here', (over) => {
    expect(merged(kept, new Map([['b', [row()]]]), { ...here, ...over }).rows).toHaveLength(1);
  });
});

describe('what a run asked of AWS', () => {
  const report = (over: Partial<UsageReport>): UsageReport => ({
    since: '',
    requests: {},
    dynamodb: { readUnits: 0, writeUnits: 0, byOperation: {} },
    functions: {},
    ...over,
  });
  const run = (invocations: number, durationMs: number) => ({
    invocations,
    durationMs,
    errors: 0,
    timeouts: 0,
    coldStarts: 0,
  });

  test('is the difference of two reports, by service, without what was there before', () => {
    const before = report({ requests: { 'sqs:SendMessage': 5, 's3:GetObject': 7 }, functions: { Sweep: run(3, 30) } });
    const after = report({
      requests: { 'sqs:SendMessage': 6, 's3:GetObject': 7, 'sqs:ReceiveMessage': 2, 'dynamodb:PutItem': 1 },
      dynamodb: { readUnits: 4, writeUnits: 9, byOperation: {} },
      functions: { Sweep: run(4, 50), Other: run(1, 10) },
    });
    const use = useBetween(before, after);
    expect(use.requests).toEqual({ sqs: 3, dynamodb: 1 });
    expect(use).toMatchObject({ writeUnits: 9, readUnits: 4, sweeps: 1 });
    expect(use.functions.Sweep).toEqual({ invocations: 1, durationMs: 20 });
  });

  test('costs its list price: a million of each', () => {
    const million = (over: Partial<UsageReport>) => costOf(useBetween(report({}), report(over)), true);
    expect(million({ dynamodb: { readUnits: 1e6, writeUnits: 1e6, byOperation: {} } }).total).toBeCloseTo(
      0.6778 + 0.1356,
    );
    expect(million({ requests: { 'sqs:ReceiveMessage': 1e6 } }).sqs).toBeCloseTo(0.4);
    const sends = { requests: { 'sqs:SendMessageBatch': 1e6 } };
    expect(million(sends).sqs).toBeCloseTo(0.5);
    expect(costOf(useBetween(report({}), report(sends)), false).sqs).toBeCloseTo(0.4);
    expect(million({ requests: { 's3:PutObject': 1e6, 's3:GetObject': 1e6 } }).s3).toBeCloseTo(4.5 + 0.35);
    expect(million({ functions: { 'Bongsu-FunctionsSendBatchFunction12': run(1e6, 2e6) } }).lambda).toBeCloseTo(
      0.2 + 2_000 * 0.5 * 0.0000133334,
      3,
    );
  });
});

describe('growth', () => {
  test('is fine while a message of the largest size costs no more than one of the size before, but for noise', () => {
    const rowOf = (last: number) => growthRow('work', 'µs', [pointOf(10, 99), pointOf(100, 1), pointOf(1_000, last)]);
    expect(rowOf(11)).toMatchObject({ ours: 11_000, ok: true, row: 'work: 1,000 against 100' });
    expect(rowOf(12)).toMatchObject({ ok: false });
    expect(rowOf(5).ratio).toBeCloseTo(2);
  });

  test('is not fine when memory grows past its limit at any size', () => {
    const points = [{ ...pointOf(10, 1), peakMegabytes: 201 }, pointOf(100, 1)];
    expect(growthRow('work', 'µs', points).ok).toBe(false);
    expect(() => growthRow('work', 'µs', [pointOf(10, 1)])).toThrow('two sizes');
  });
});

describe('a dispatch as prepare leaves it', () => {
  const waveRows = [1_001, 1_000, 1];
  const batches = plannedBatches(waveRows);

  test('has every row in one batch, and no batch in two waves or over its size', () => {
    expect(batches.map(({ n, rows, wave }) => [n, rows, wave])).toEqual([
      [0, 500, 1],
      [1, 500, 1],
      [2, 1, 1],
      [3, 500, 2],
      [4, 500, 2],
      [5, 1, 3],
    ]);
    expect(batches.slice(1).map(({ firstRow, offset }) => [firstRow, offset])).toEqual(
      batches.slice(0, -1).map(({ lastRow, offset, length }) => [lastRow + 1, offset + length]),
    );
  });

  test('is one that the table can hold, whose batches cost what its quote says', () => {
    const given = { waveRows, batches: batches.length, nowMs: 1_800_000_000_000 };
    const dispatch = preparedDispatch(`dsp_${'0'.repeat(26)}`, `ten_${'0'.repeat(26)}`, given);
    expect(dispatchOfItem(itemOfDispatch(dispatch))).toEqual(dispatch);
    const { totals } = dispatch.prepared!;
    expect(foldBatches(totals, batches, null)).toMatchObject({ planned: 2_002, credits: { held: totals.credits } });
  });
});

test('work side by side is all done, once, and never more of it at a time than allowed', async () => {
  const done: number[] = [];
  let [now, most] = [0, 0];
  await sideBySide([1, 2, 3, 4, 5, 6, 7], 3, async (one) => {
    most = Math.max(most, ++now);
    await Promise.resolve();
    done.push(one);
    now--;
  });
  expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
  await expect(sideBySide([1], 2, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('recipients are all different, and a file of them has a header', () => {
  const lines = csvOf(50_000).trimEnd().split('\r\n');
  expect(new Set(lines).size).toBe(50_001);
  expect(lines[1]).toMatch(/^010\d{8},/);
  expect(digitsOf(999_999)).toMatch(/^8210\d{8}$/);
});

test('the README shows the last result, row for row', () => {
  const result = readLastResult(lastResultFile);
  expect(result).not.toBeNull();
  expect(readmeTable()).toBe(result && markdownOf(result));
});
