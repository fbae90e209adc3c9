import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CsvReader } from '../../../shared/domain/uploads/csv/csv-reader.ts';
import { FileRefused } from '../../../shared/domain/uploads/file-problem.ts';
import { validateCsv } from './validation-harness.ts';

function readAll(bytes: Buffer, cuts: number[]): string[][] {
  const rows: string[][] = [];
  const reader = new CsvReader((row) => {
    rows.push(Array.from({ length: row.cells }, (_, column) => row.text(column)));
  });
  let from = 0;
  for (const cut of [...cuts.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    reader.push(Buffer.from(bytes.subarray(from, cut)));
    from = cut;
  }
  reader.end();
  return rows;
}

const cell = fc.oneof(
  fc.constantFrom('', ' ', 'a', '김', '"', '""', ',', '\n', '\r', '\r\n', '😀', '010-2222-3333'),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\0', '')),
);
const quoted = (text: string, always: boolean) =>
  always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

test('reads what csv-parse reads, wherever the chunks are cut', () => {
  const table = fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(
      table,
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.array(fc.nat(), { maxLength: 12 }),
      (rows, end, last, cuts) => {
        const text =
          rows.map((row) => row.map(([value, always]) => quoted(value, always)).join(',')).join(end) +
          (last ? end : '');
        const bytes = Buffer.from(text);
        const expected = parse(bytes, {
          relax_column_count: true,
          skip_empty_lines: false,
          bom: true,
          record_delimiter: [end],
        }) as string[][];
        expect(readAll(bytes, cuts)).toEqual(expected);
      },
    ),
    { numRuns: 1500 },
  );
});

test('any bytes are read or refused, never anything else, and cuts change nothing', () => {
  const soup = fc
    .array(fc.constantFrom('"', ',', '\n', '\r', 'a', '김', '""', '\ufeff'), { maxLength: 40 })
    .map((parts) => Buffer.from(parts.join('')));
  const answer = (bytes: Buffer, cuts: number[]) => {
    try {
      return readAll(bytes, cuts);
    } catch (error) {
      if (error instanceof FileRefused) return error.problem;
      throw error;
    }
  };
  fc.assert(
    fc.property(
      fc.oneof(
        soup,
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      ),
      fc.array(fc.nat(), { maxLength: 10 }),
      (bytes, cuts) => {
        const pieces = answer(bytes, cuts);
        const whole = answer(bytes, []);
        if (Array.isArray(whole)) expect(pieces).toEqual(whole);
        else expect(Array.isArray(pieces)).toBe(false);
      },
    ),
    { numRuns: 3000 },
  );
});

test('rows always add up', async () => {
  const line = fc.constantFrom(
    '01020000001,a',
    '01020000002,b',
    '010,c',
    ',d',
    '',
    '01020000003',
    '01020000001,x,y',
    '+14155552671,"q"',
    ',',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (body) => {
      const { outcome, rows, rejected } = await validateCsv(`phoneNumber,name\n${body.join('\n')}`, { chunkBytes: 13 });
      if (outcome.kind !== 'ready') {
        expect(body.every((text) => text === '' || text === ',')).toBe(true);
        return;
      }
      const { counts, index } = outcome;
      expect(counts.valid + counts.invalid + counts.duplicates).toBe(counts.rows);
      expect(rows).toHaveLength(counts.valid);
      expect(rejected).toHaveLength(counts.invalid + counts.duplicates);
      expect(index.blocks.reduce((sum, block) => sum + block.rows, 0)).toBe(counts.valid);
      expect(new Set(rows.map((row) => (row as string[])[1])).size).toBe(rows.length);
    }),
  );
});
