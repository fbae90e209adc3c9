import { describe, expect, test } from 'vitest';
import { MemorySink } from '../../../shared/domain/dispatches/prepare/byte-sink.ts';
import { listLines, parseLines } from '../../../shared/domain/dispatches/prepare/lines.ts';
import {
  blankNumbers,
  lookUpNumber,
  NumberIndexBuilder,
  packPlace,
  placesIn,
} from '../../../shared/domain/dispatches/prepare/number-index.ts';
import { blankLines } from '../../../shared/domain/erasures/blank-lines.ts';
import { blankedReport } from '../../../shared/domain/erasures/blank-report.ts';
import { Pass } from '../../../shared/domain/erasures/pass.ts';
import { ErrorReport } from '../../../shared/domain/uploads/error-report.ts';

const erased = 821023456789;
const isErased = (number: number) => number === erased;

describe('lines that are blanked', () => {
  test('keep their length, their row and everybody else', () => {
    const rows = [
      [2, '821023456789', '김철수', '"quoted" \\ 821023456789'],
      [3, '8210234567899', 'has them inside'],
      [4, '821099998888', '821023456789'],
      [5, '821023456789'],
    ] as const;
    const lines = listLines(['phoneNumber', 'name'], rows);
    const before = Buffer.from(lines);
    blankLines(lines, 'rows', isErased);
    expect(lines.length).toBe(before.length);
    expect(parseLines(lines)).toEqual([{ columns: ['phoneNumber', 'name'] }, [2, ''], rows[1], rows[2], [5, '']]);
    const ends = (buffer: Buffer) => [...buffer.keys()].filter((at) => buffer[at] === 0x0a);
    expect(ends(lines)).toEqual(ends(before));
    const once = Buffer.from(lines);
    blankLines(lines, 'rows', isErased);
    expect(lines.equals(once)).toBe(true);
  });

  test('of those left out keep the reason, whatever follows it', () => {
    const all = [
      [2, '821023456789', 'opted_out', 'a', '"b",'],
      [3, '821023456789', 'duplicate_number', 'phoneNumber'],
      [4, '010-12', 'invalid_number', 'phoneNumber'],
      [5, '', 'missing_number', 'phoneNumber'],
    ];
    const lines = Buffer.from(all.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const { length } = lines;
    blankLines(lines, 'excluded', isErased);
    expect(lines.length).toBe(length);
    expect(parseLines(lines)).toEqual([[2, '', 'opted_out'], [3, '', 'duplicate_number'], all[2], all[3]]);
  });

  test('of refused rows are known by their number in whatever form', () => {
    const all = [
      [2, 'duplicate_number', 'phoneNumber', '010-2345-6789'],
      [3, 'missing_value', '"이름"', '+82 10 2345 6789'],
      [4, 'duplicate_number', 'phoneNumber', '010-2345-67890'],
    ];
    const lines = Buffer.from(all.map((row) => `${JSON.stringify(row)}\n`).join(''));
    blankLines(lines, 'rejected', isErased);
    expect(parseLines(lines)).toEqual([
      [2, 'duplicate_number', 'phoneNumber', ''],
      [3, 'missing_value', '"이름"', ''],
      all[2],
    ]);
  });
});

describe('an index of numbers', () => {
  const indexOf = async (numbers: readonly number[]) => {
    const builder = new NumberIndexBuilder(4);
    numbers.forEach((number, row) => {
      builder.add(number, packPlace({ kind: 'b', block: Math.floor(row / 500), row: row % 500 }));
    });
    const sink = new MemorySink();
    for (const piece of builder.pieces()) await sink.write(piece);
    return Buffer.from(sink.bytes);
  };
  const lookUp = (index: Buffer, number: number) =>
    lookUpNumber(async (offset, length) => index.subarray(offset, offset + length), String(number));

  // Blocks have 512 records: the first of one, the last of one, neighbours, the very first and the very last
  test.each([[[0]], [[511]], [[512]], [[511, 512, 513]], [[1_999]], [[0, 1, 2, 1_023, 1_024]]])(
    'without the numbers at %j answers as before for everybody else',
    async (gone) => {
      const numbers = Array.from({ length: 2_000 }, (_, i) => 821000000000 + i * 7);
      const twice = [...numbers, ...gone.map((i) => numbers[i]!)];
      const index = await indexOf(twice);
      const out = new Set(gone.map((i) => numbers[i]!));
      const places = placesIn(index, (number) => out.has(number));
      expect([...places.keys()].sort()).toEqual([...out].sort());
      for (const number of out) expect(places.get(number)).toEqual(await lookUp(index, number));
      const { length } = index;
      const before = new Map<number, unknown>();
      for (const number of numbers) before.set(number, await lookUp(index, number));
      blankNumbers(index, (number) => out.has(number));
      expect(index.length).toBe(length);
      for (const number of numbers) {
        expect(await lookUp(index, number)).toEqual(out.has(number) ? [] : before.get(number));
      }
      for (const number of out) {
        const bytes = Buffer.alloc(8);
        bytes.writeDoubleLE(number);
        expect(index.includes(bytes)).toBe(false);
      }
      const once = Buffer.from(index);
      blankNumbers(index, (number) => out.has(number));
      expect(index.equals(once)).toBe(true);
    },
  );
});

describe('many at once', () => {
  test('a number that fills a list is found no slower', () => {
    const builder = new NumberIndexBuilder(50_000);
    for (let row = 0; row < 50_000; row++) {
      builder.add(erased, packPlace({ kind: 'x', block: Math.floor(row / 500), row: row % 500 }));
    }
    const index = Buffer.concat([...builder.pieces()]);
    const began = process.cpuUsage();
    expect(placesIn(index, isErased).get(erased)).toHaveLength(50_000);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });

  test('as many people as a customer has may be deleted between two passes', () => {
    const people = Array.from({ length: 300_000 }, (_, i) => ({
      digits: String(821000000000 + i),
      atMs: i,
      foundIn: 0,
    }));
    const pass = new Pass({ noteFound: async () => {} }, 'ten_01HZZZZZZZZZZZZZZZZZZZZZZZ', 1, people);
    expect(pass.latestMs).toBe(299_999);
  });

  test('are noted some at a time, each once', async () => {
    const people = Array.from({ length: 100 }, (_, i) => ({ digits: String(821000000000 + i), atMs: i, foundIn: 0 }));
    const noted: string[] = [];
    let rounds = 0;
    const noteFound = async (_: unknown, { digits }: { readonly digits: string }) => {
      noted.push(digits);
      const before = noted.length;
      await new Promise((resolve) => setImmediate(resolve));
      if (noted.length === before) rounds++;
    };
    const pass = new Pass({ noteFound }, 'ten_01HZZZZZZZZZZZZZZZZZZZZZZZ', 1, people);
    const numbers = people.map(({ digits }) => Number(digits));
    await pass.found([...numbers, 821999999999]);
    await pass.found(numbers);
    expect(noted).toEqual(people.map(({ digits }) => digits));
    expect(rounds).toBeLessThan(10);
  });
});

describe('a report of refused rows', () => {
  async function blanked(chunkBytes: number) {
    const sink = new MemorySink();
    const report = new ErrorReport(sink);
    report.header(['phoneNumber', 'na"me', 'note']);
    report.line(['+82 10-2345-6789', '김철수', 'a,b'], 2, 'duplicate_number', 'The number is already in row 1.', ['x']);
    report.line(['010-2345-67890', 'two\r\nlines, "quoted"', '010-2345-6789'], 3, 'invalid_number', 'No number.');
    report.line(['01023456789', 'two\n"lines"\n', ''], 4, 'missing_value', 'The column "note" is empty.');
    report.line(['"010-2345-6789"', '', ''], 5, 'invalid_number', 'No number.');
    await report.bytes.finish();
    const bytes = Buffer.from(sink.bytes);
    async function* chunks() {
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    }
    const out: Buffer[] = [];
    for await (const piece of blankedReport(chunks(), isErased)) out.push(piece);
    return { before: bytes.toString(), after: Buffer.concat(out).toString() };
  }

  test.each([1, 3, 7, 100_000])(
    'keeps row and code of the deleted, and everybody else (%i bytes at a time)',
    async (size) => {
      const { before, after } = await blanked(size);
      const [header, , third] = before.split('\r\n');
      expect(after.split('\r\n').slice(0, 2)).toEqual([header, ',,,2,duplicate_number,']);
      expect(third).toContain('010-2345-67890');
      expect(after).toContain(before.slice(before.indexOf('010-2345-67890'), before.indexOf('01023456789')));
      expect(after).toContain('\r\n,,,4,missing_value,\r\n');
      expect(after).not.toContain('김철수');
      expect(after).not.toContain('lines""\n');
    },
  );

  test('keeps its columns when the name of the first is in quotes', async () => {
    const sink = new MemorySink();
    const report = new ErrorReport(sink);
    report.header(['phone, mobile', 'name']);
    report.line(['010-2345-6789', '김철수'], 2, 'duplicate_number', 'The number is already in row 1.');
    await report.bytes.finish();
    const out: Buffer[] = [];
    for await (const piece of blankedReport(once(sink.bytes), isErased)) out.push(piece);
    expect(Buffer.concat(out).toString()).toBe(
      '\uFEFF"phone, mobile",name,row,code,reason\r\n,,2,duplicate_number,\r\n',
    );
  });
});

async function* once(bytes: Uint8Array) {
  yield bytes;
}
