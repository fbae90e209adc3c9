import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SkipReason } from '../../../../shared/contracts/codes.ts';
import type { MessageContent } from '../../../../shared/domain/content/content.ts';
import { renderRow } from '../../../../shared/domain/content/render.ts';
import {
  closedEarlyMax,
  openBatchesMax,
  TooManySubjects,
} from '../../../../shared/domain/dispatches/prepare/batch-writer.ts';
import { findCut } from '../../../../shared/domain/dispatches/prepare/cut.ts';
import { parseLines, parseRows } from '../../../../shared/domain/dispatches/prepare/lines.ts';
import { lookUpNumber } from '../../../../shared/domain/dispatches/prepare/number-index.ts';
import { waveSizes } from '../../../../shared/domain/dispatches/prepare/waves.ts';
import type { RecipientRow, RejectedRow } from '../../../../shared/domain/recipients/recipient-list.ts';
import { boundFor, chunked, type PreparedList, prepareList } from '../../../support/prepare-list.ts';

const columns = ['phoneNumber', 'name', 'memo'];
const prices = { sms: 1, lms: 3, mms: 8 };
const texts = [
  "{{ name | default: '고객' }}님, 주문하신 상품이 오늘 출발합니다.",
  '{{ name }}{{ memo }}',
  "{{ memo | upcase | truncate: 30 | default: '-' }} {{ name | default: memo }}!",
  '안녕 {{ memo | replace: "a", "\n" }} {{ phoneNumber }}',
  '고정된 문자',
];

const cell = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('김철수', '이영희', 'Kim', '', '뷁뷁', '12,000원') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '따"옴\\표',
      'a\r\nb',
      '😀',
      'é',
      '한'.normalize('NFD'),
      ' ',
      '\t',
      '\0',
      '{{ memo }}',
      '\u2028',
    ),
  },
  { weight: 2, arbitrary: fc.integer({ min: 30, max: 60 }).map((n) => '가'.repeat(n)) },
  { weight: 1, arbitrary: fc.integer({ min: 900, max: 1_010 }).map((n) => '나'.repeat(n)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 10 }) },
);
const number = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 99_999_999 }).map((n) => `8210${String(n).padStart(8, '0')}`) },
  { weight: 1, arbitrary: fc.constantFrom('14155550100', '447700900123', '8613800000000') },
);
const kind = fc.constantFrom('row', 'row', 'row', 'row', 'row', 'row', 'rejected', 'rejectedNumber');
const list = (maxLength: number) =>
  fc.array(fc.tuple(kind, number, cell, cell), { maxLength }).map((entries) => {
    const rows: RecipientRow[] = [];
    const rejected: RejectedRow[] = [];
    entries.forEach(([what, digits, name, memo], i) => {
      if (what === 'row') rows.push([i + 2, digits, name, memo]);
      else if (what === 'rejected') rejected.push([i + 2, 'invalid_number', 'phoneNumber', `bad "${digits}`]);
      else rejected.push([i + 2, 'duplicate_number', 'phoneNumber', `010${digits.slice(-8)}`]);
    });
    return { rows, rejected };
  });

const slice = (bytes: Buffer, { offset, length }: { offset: number; length: number }) =>
  bytes.subarray(offset, offset + length);
const reader = (bytes: Uint8Array) => {
  let reads = 0;
  const read = async (offset: number, length: number) => {
    reads++;
    return bytes.subarray(offset, offset + length);
  };
  return { read, reads: () => reads };
};

/** What must hold of any prepared list, whatever was in it. */
async function check(
  given: { rows: RecipientRow[]; rejected: RejectedRow[] },
  said: Partial<MessageContent>,
  waves: number,
  result: PreparedList,
): Promise<void> {
  const content = boundFor(said, columns);
  const { totals, manifest, prepared } = result;

  // Every batch is homogeneous, small, in file order, and reads back exactly its rows.
  const seen: number[] = [];
  const costs = new Map<number, number>();
  let offset = 0;
  const waveOfRow = new Map<number, number>();
  for (const batch of [...prepared].sort((a, b) => a.offset - b.offset)) {
    expect(batch.offset).toBe(offset);
    offset += batch.length;
  }
  expect(offset).toBe(result.rowsBytes.length);
  for (const [n, batch] of prepared.entries()) {
    const rows = parseRows(slice(result.rowsBytes, batch));
    expect(batch.n).toBe(n);
    expect(rows.length).toBe(batch.rows);
    expect(rows.length).toBeLessThanOrEqual(500);
    expect(rows[0]?.[0]).toBe(batch.firstRow);
    expect(rows.at(-1)?.[0]).toBe(batch.lastRow);
    expect(batch.priceCredits).toBe(prices[batch.type]);
    const subjects = new Set<string | null>();
    for (const row of rows) {
      expect(given.rows).toContainEqual(row);
      const rendered = renderRow(content, row);
      expect(rendered).toMatchObject({ skip: null, type: batch.type });
      if (rendered.skip === null) subjects.add(rendered.subject);
      seen.push(row[0]);
      costs.set(row[0], batch.priceCredits);
      waveOfRow.set(row[0], batch.wave);
    }
    expect(subjects.size).toBe(1);
  }
  const inOrder = [...seen].sort((a, b) => a - b);

  // The sendable rows are exactly those that render, each in one batch; all others are excluded with their reason.
  const expected = given.rows.map((row) => {
    const rendered = renderRow(content, row);
    return { row, rendered, reason: row[1].startsWith('82') ? rendered.skip : ('foreign_number' as SkipReason) };
  });
  expect(inOrder).toEqual(expected.filter(({ reason }) => reason === null).map(({ row }) => row[0]));
  const left = manifest.excludedBlocks.flatMap((block) => {
    const rows = parseLines(slice(result.excludedBytes, block));
    expect(rows.length).toBe(block.rows);
    expect(rows.length).toBeLessThanOrEqual(500);
    return rows;
  });
  expect(left).toEqual([
    ...given.rejected.map(([row, code, column, value]) => [
      row,
      /^01\d{9}$/.test(value) ? `82${value.slice(1)}` : value,
      code,
      column,
    ]),
    ...expected
      .filter(({ reason }) => reason !== null)
      .map(({ row: [row, digits, ...cells], reason }) => [row, digits, reason, ...cells]),
  ]);

  // The quote adds up.
  const total = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  const count = (values: Readonly<Partial<Record<string, number>>>) =>
    Object.values(values).reduce<number>((sum, n) => sum + (n ?? 0), 0);
  expect(totals.recipients).toBe(given.rows.length + given.rejected.length);
  expect(totals.sendable).toBe(seen.length);
  expect(totals.sendable + count(totals.excluded)).toBe(totals.recipients);
  expect(count(totals.byType)).toBe(totals.sendable);
  expect(totals.credits).toBe(total);
  expect(totals.cp949Only).toBe(
    expected.filter(({ reason, rendered }) => reason === null && rendered.skip === null && rendered.cp949Only).length,
  );

  // The running cost is exact wherever it is noted, often enough, and ends with everything.
  let before = 0;
  for (const { row, rows, credits } of manifest.runningCost) {
    expect(inOrder[rows - 1]).toBe(row);
    expect(inOrder.slice(0, rows).reduce((sum, each) => sum + costs.get(each)!, 0)).toBe(credits);
    expect(rows - before).toBeLessThanOrEqual(500);
    before = rows;
  }
  expect(before).toBe(totals.sendable);

  // Waves take consecutive rows, as even as can be.
  expect(result.waveRows).toEqual(waveSizes(totals.sendable, waves));
  expect(inOrder.map((row) => waveOfRow.get(row))).toEqual(
    result.waveRows.flatMap((rows, i) => Array<number>(rows).fill(i + 1)),
  );

  // The index finds every number where it lies, with two reads, and no other.
  const places = new Map<string, string[]>();
  const note = (digits: string, place: string) => places.set(digits, [...(places.get(digits) ?? []), place].sort());
  for (const batch of prepared) {
    const rows = parseRows(slice(result.rowsBytes, batch));
    for (const [at, [, digits]] of rows.entries()) note(digits, `b${batch.n}r${at}`);
  }
  let block = 0;
  for (const each of manifest.excludedBlocks) {
    for (const [at, row] of parseLines(slice(result.excludedBytes, each)).entries()) {
      const [, digits] = row as [number, string];
      if (/^[1-9]\d+$/.test(digits)) note(digits, `x${block}r${at}`);
    }
    block++;
  }
  for (const [digits, where] of [...places, ['821099999999999', []] as const, ['1', []] as const]) {
    const { read, reads } = reader(result.indexBytes);
    const found = await lookUpNumber(read, digits);
    expect(found.map((place) => `${place.kind}${place.block}r${place.row}`).sort()).toEqual(where);
    expect(reads()).toBeLessThanOrEqual(2);
  }

  // A cut takes as many rows as the credits buy, in order, and knows the batches it goes through.
  for (const affordableCredits of [0, 1, Math.floor(total / 2), Math.max(total - 1, 0), total, total + 1]) {
    const cut = await findCut({
      batches: prepared,
      runningCost: manifest.runningCost,
      affordableCredits,
      rowsOf: async (batch) => parseRows(slice(result.rowsBytes, batch)),
    });
    let [rows, credits] = [0, 0];
    while (rows < inOrder.length && credits + costs.get(inOrder[rows]!)! <= affordableCredits)
      credits += costs.get(inOrder[rows++]!)!;
    expect(cut).toMatchObject({ row: inOrder[rows - 1] ?? 0, rows, credits });
    const straddling = prepared
      .map((batch) => ({
        n: batch.n,
        rows: parseRows(slice(result.rowsBytes, batch)).filter(([row]) => row <= cut.row).length,
        of: batch.rows,
      }))
      .filter((batch) => batch.rows > 0 && batch.rows < batch.of)
      .map(({ n, rows: within }) => ({ n, rows: within }));
    expect([...cut.straddling].sort((a, b) => a.n - b.n)).toEqual(straddling);
  }
}

describe('preparing a list', () => {
  it('keeps every promise for any rows, texts, waves and chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        list(60),
        fc.constantFrom(...texts),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(1, 7, 64, 5_000),
        fc.constantFrom(500, 1, 3, 10),
        async (given, text, waves, chunkBytes, batchRows) => {
          const result = await prepareList({ text }, { columns, ...given, chunkBytes }, { waves, batchRows });
          await check(given, { text }, waves, result);
          for (const { rows } of result.prepared) expect(rows).toBeLessThanOrEqual(batchRows);
          const fewest = Object.values(result.totals.byType).reduce(
            (sum, rows) => sum + Math.ceil(rows / batchRows),
            0,
          );
          if (waves === 1) expect(result.batches).toBe(fewest);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps every promise where subjects differ by row, however many there are', async () => {
    const subjects = [
      '{{ name }}',
      '[{{ name | default: memo | truncate: 6 }}] {{ "x" }}',
      '##name##',
      '공지',
      '{{ "공지" | append: "\n" }}',
      `{{ name }}${'가'.repeat(17)}`,
    ];
    await fc.assert(
      fc.asyncProperty(
        list(60),
        fc.constantFrom(...subjects),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(500, 1, 3),
        async (given, subject, waves, batchRows) => {
          const said = { subject, text: subject.includes('##') ? '##memo##.' : '{{ memo }}.' };
          const result = await prepareList(said, { columns, ...given }, { waves, batchRows });
          await check(given, said, waves, result);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps them with more subjects than batches are open at once', async () => {
    const random = fc.integer({ min: 0, max: 149 });
    const rowsOf = (numbers: readonly number[]): RecipientRow[] =>
      numbers.map((n, i) => [
        i + 2,
        `8210${String(i).padStart(8, '0')}`,
        `제목 ${Math.min(n, 149 - n)}`,
        'x'.repeat(n % 7),
      ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(random, { minLength: 600, maxLength: 900 }),
        fc.constantFrom('{{ name }}', '{{ name }} {{ memo }}'),
        fc.constantFrom(500, 5),
        async (numbers, subject, batchRows) => {
          const rows = rowsOf(numbers);
          const said = { subject, text: '{{ memo | default: "-" }}' };
          const result = await prepareList(said, { columns, rows }, { batchRows });
          await check({ rows, rejected: [] }, said, 1, result);
        },
      ),
      { numRuns: 4 },
    );
  });

  it('fills batches of few subjects, and of a sorted list, however many those are', async () => {
    const prepared = (subjectOf: (i: number) => string) =>
      prepareList(
        { subject: '{{ name }}', text: '내용' },
        {
          columns,
          rows: Array.from({ length: 4_000 }, (_, i) => [i + 2, `8210${String(i).padStart(8, '0')}`, subjectOf(i), '']),
          chunkBytes: 65_536,
        },
        { batchRows: 20 },
      );
    expect((await prepared((i) => `s${(i * 7) % openBatchesMax}`)).batches).toBe(
      openBatchesMax * Math.ceil(4_000 / openBatchesMax / 20),
    );
    expect((await prepared((i) => `s${Math.floor(i / 20)}`)).batches).toBe(200);
    expect((await prepared((i) => `s${i % 2_000}`)).batches).toBe(4_000);
  });

  it('gives up where hardly any two rows share a subject', async () => {
    const rows = Array.from(
      { length: closedEarlyMax + openBatchesMax + 1 },
      (_, i): RecipientRow => [i + 2, `8210${String(i).padStart(8, '0')}`, `s${i}`, ''],
    );
    const said = { subject: '{{ name }}', text: '내용' };
    await expect(prepareList(said, { columns, rows, chunkBytes: 65_536 })).rejects.toThrow(TooManySubjects);
    const fewer = await prepareList(said, { columns, rows: rows.slice(1), chunkBytes: 65_536 });
    expect(fewer.batches).toBe(rows.length - 1);
  });

  it('keeps them for lists of thousands, where batches, blocks and waves fill up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...texts.slice(0, 3)),
        fc.constantFrom(1, 3),
        fc.integer({ min: 0, max: 1_000 }),
        async (text, waves, seed) => {
          const [sample = { rows: [], rejected: [] }] = fc.sample(
            fc.array(fc.tuple(kind, number, cell, cell), { minLength: 300, maxLength: 300 }).map((entries) => {
              const rows: RecipientRow[] = [];
              const rejected: RejectedRow[] = [];
              for (let i = 0; i < 3_600; i++) {
                const [what, digits, name, memo] = entries[(i * 7) % entries.length]!;
                if (what.startsWith('rejected'))
                  rejected.push([i + 2, 'duplicate_number', 'phoneNumber', `010${digits.slice(-8)}`]);
                else rows.push([i + 2, digits, name, memo]);
              }
              return { rows, rejected };
            }),
            { numRuns: 1, seed },
          );
          const result = await prepareList({ text }, { columns, ...sample, chunkBytes: 65_536 }, { waves });
          if (waves === 1) expect(result.prepared.some((batch) => batch.rows === 500)).toBe(true);
          expect(result.manifest.excludedBlocks.some((block) => block.rows === 500)).toBe(true);
          const { totals, manifest, prepared } = result;
          expect(totals.recipients).toBe(3_600);
          expect(prepared.reduce((sum, batch) => sum + batch.rows, 0)).toBe(totals.sendable);
          expect(manifest.runningCost.at(-1)).toMatchObject({ rows: totals.sendable, credits: totals.credits });
          expect(result.waveRows).toEqual(waveSizes(totals.sendable, waves));
          for (const batch of prepared) {
            const rows = parseRows(slice(result.rowsBytes, batch));
            expect(rows.map(([row]) => row)).toEqual([...new Set(rows.map(([row]) => row))].sort((a, b) => a - b));
            const { read } = reader(result.indexBytes);
            const [, digits] = rows[0]!;
            expect(await lookUpNumber(read, digits)).toContainEqual({ kind: 'b', block: batch.n, row: 0 });
          }
          expect(result.progress.at(-1)).toBe(3_600);
        },
      ),
      { numRuns: 6 },
    );
  });

  it('asks the rules in order: the country, the number, the text', async () => {
    const asked: number[] = [];
    const result = await prepareList(
      {},
      {
        columns,
        rows: [
          [2, '14155550100', '', ''],
          [3, '821000000001', '', ''],
          [4, '821000000002', '', ''],
          [5, '821000000003', 'Kim', ''],
        ],
      },
      {
        exclude: (number) => {
          asked.push(number);
          return number === 821000000001 ? 'opted_out' : null;
        },
        isConsentUnknown: () => true,
      },
    );
    expect(asked).toEqual([821000000001, 821000000002, 821000000003]);
    expect(result.totals.excluded).toEqual({ foreign_number: 1, opted_out: 1, missing_variable: 1 });
    // Only of those who get something
    expect(result.totals.consentUnknown).toBe(1);
  });

  it('prepares an empty list', async () => {
    const result = await prepareList({}, { columns, rows: [] }, { waves: 3 });
    expect(result).toMatchObject({ batches: 0, waveRows: [0, 0, 0], prepared: [] });
    expect(result.totals).toEqual({
      recipients: 0,
      sendable: 0,
      excluded: {},
      byType: {},
      credits: 0,
      cp949Only: 0,
      consentUnknown: 0,
    });
    expect(await lookUpNumber(reader(result.indexBytes).read, '821012345678')).toEqual([]);
  });

  it('counts a subject for every row', async () => {
    const rows: RecipientRow[] = [
      [2, '821000000001', '가'.repeat(20), 'x'],
      [3, '821000000002', '가'.repeat(21), 'x'],
      [4, '821000000003', 'a\nb', 'x'],
    ];
    const result = await prepareList({ text: '본문', subject: '{{ name }}' }, { columns, rows });
    expect(result.totals).toMatchObject({ byType: { lms: 1 }, excluded: { too_long: 1, unsendable_character: 1 } });
    const fixed = await prepareList({ text: '본문', subject: 'S{{ name | append: "\n" }}' }, { columns, rows });
    expect(fixed.totals.excluded).toEqual({ unsendable_character: 3 });
    const broken = await prepareList({ text: '본문', subject: 'S{{ "a" | append: "\n" }}' }, { columns, rows });
    expect(broken.totals.excluded).toEqual({ unsendable_character: 3 });
  });

  it.each([
    ['[2,"821000000001","a","b"'],
    ['[2,"8210x","a","b"]'],
    ['{"row":2}'],
    ['[2,"821000000001",5]'],
    ['[2,"821000000001","a","b","c"]'],
    ['[3,"821000000001","a","b"]\n[2,"821000000002","a","b"]'],
    ['[2,"821000000001","a\xf0'],
  ])('stops at a list that is broken: %s', async (lines) => {
    const bytes = Buffer.concat([Buffer.from(`${JSON.stringify({ columns })}\n`), Buffer.from(lines, 'latin1')]);
    const openRows = () => chunked(bytes, 10);
    await expect(prepareList({}, { columns, rows: [] }, { openRows })).rejects.toThrow(/recipient list/);
  });

  it('stops at a list with other columns', async () => {
    const openRows = () => chunked(Buffer.from('{"columns":["phoneNumber"]}\n'), 10);
    await expect(prepareList({}, { columns, rows: [] }, { openRows })).rejects.toThrow(/header/);
  });
});
