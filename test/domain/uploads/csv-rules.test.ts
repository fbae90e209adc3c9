import { describe, expect, test } from 'vitest';
import { cut, validateCsv, verdictOf } from './validation-harness.ts';

const phone = (n: number) => `010-2000-${String(n).padStart(4, '0')}`;
const digits = (n: number) => `82102000${String(n).padStart(4, '0')}`;

describe('rows of a csv', () => {
  test('good rows become numbered lines, the others say why', async () => {
    const result = await validateCsv(
      [
        'phoneNumber,name,city',
        `${phone(1)},김철수,서울`,
        `${phone(2)},"Lee, ""Kim""",`,
        '010-12,바보,부산',
        `+82 10-2000-0001,again,x`,
        ',nobody,x',
        `${phone(3)}`,
        `${phone(4)},a,b,c`,
        `${phone(5)},a,b,,`,
        `+1 415 555 2671,Bob,SF`,
        `1020000006,zero eaten,`,
      ].join('\r\n'),
    );
    expect(result.header).toEqual({ columns: ['phoneNumber', 'name', 'city'] });
    expect(result.rows).toEqual([
      [2, digits(1), '김철수', '서울'],
      [3, digits(2), 'Lee, "Kim"', ''],
      [7, digits(3), '', ''],
      [9, digits(5), 'a', 'b'],
      [10, '14155552671', 'Bob', 'SF'],
      [11, digits(6), 'zero eaten', ''],
    ]);
    expect(result.rejected).toEqual([
      [4, 'invalid_number', 'phoneNumber', '010-12'],
      [5, 'duplicate_number', 'phoneNumber', '+82 10-2000-0001'],
      [6, 'missing_number', 'phoneNumber', ''],
      [8, 'too_many_cells', 'city', phone(4)],
    ]);
    const emptyCells = [
      { column: 'name', count: 1 },
      { column: 'city', count: 3 },
    ];
    expect(result.outcome).toMatchObject({
      kind: 'ready',
      counts: { rows: 10, valid: 6, invalid: 3, duplicates: 1, emptyCells },
      index: { rows: 6, rejected: 4 },
    });
  });

  test('required columns', async () => {
    const text = `phoneNumber,name\n${phone(1)}\n${phone(2)}, \n${phone(2)},kim\n`;
    const result = await validateCsv(text, { requiredColumns: ['name', 'phoneNumber'] });
    // Row 3 is broken, so the number's first good row is row 4.
    expect(result.rows).toEqual([[4, digits(2), 'kim']]);
    expect(result.rejected).toEqual([
      [2, 'missing_value', 'name', phone(1)],
      [3, 'missing_value', 'name', phone(2)],
    ]);
    expect(verdictOf(await validateCsv(text, { requiredColumns: ['city'] }))).toBe('required_column_missing');
  });

  test('a header written on a Mac finds its variable', async () => {
    const decomposed = '이름'.normalize('NFD');
    const result = await validateCsv(`phoneNumber,${decomposed}\n${phone(1)},\n`, { requiredColumns: ['이름'] });
    expect(result.rejected).toEqual([[2, 'missing_value', '이름', phone(1)]]);
  });

  test('the number of the recipient is there, by whichever of its names it is required', async () => {
    for (const header of ['phoneNumber', 'recipient_no']) {
      const requiredColumns = ['phoneNumber', 'recipient_no', 'name'];
      const result = await validateCsv(`${header},name\n${phone(1)},a\n${phone(2)},\n`, { requiredColumns });
      expect(result.outcome.kind).toBe('ready');
      expect(result.rejected).toEqual([[3, 'missing_value', 'name', phone(2)]]);
    }
  });

  test('under reject every error is counted and reported, and nothing is kept', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => (i % 2 ? `bad${i},x` : `${phone(i)},x`));
    const result = await validateCsv(`phoneNumber,name\n${rows.join('\n')}`, { onInvalidRows: 'reject' });
    expect(result.outcome).toMatchObject({ kind: 'rows_rejected', counts: { rows: 30, valid: 15, invalid: 15 } });
    if (result.outcome.kind !== 'rows_rejected') throw new Error('unreachable');
    expect(result.outcome.counts.errors).toHaveLength(10);
    expect(result.outcome.counts.errors[0]).toEqual({
      row: 3,
      column: 'phoneNumber',
      code: 'invalid_number',
      message: expect.any(String),
      value: 'bad1',
    });
    expect(result.report.trim().split('\r\n')).toHaveLength(16);
    expect(verdictOf(await validateCsv(`recipient_no\n${phone(1)}`, { onInvalidRows: 'reject' }))).toBe('ready');
  });

  test('blank lines are no rows but count in row numbers', async () => {
    const result = await validateCsv(`phoneNumber,name\n\n${phone(1)},a\n,\n\r\n${phone(2)},b\n\n`);
    expect(result.rows).toEqual([
      [3, digits(1), 'a'],
      [6, digits(2), 'b'],
    ]);
  });

  test('line ends may be mixed, and quoted cells may hold them', async () => {
    const result = await validateCsv(
      `phoneNumber,a,b\r${phone(1)},"x\r\ny",1\n${phone(2)},"p,\nq",2\r\n${phone(3)},z,3`,
    );
    expect(result.rows).toEqual([
      [2, digits(1), 'x\r\ny', '1'],
      [3, digits(2), 'p,\nq', '2'],
      [4, digits(3), 'z', '3'],
    ]);
  });

  test('control characters and quotes survive as json', async () => {
    const cell = 'a\u0001\t\\"b\u007f\u2028{{ name }}';
    const result = await validateCsv(`\uFEFFphoneNumber,a\n${phone(1)},"${cell.replaceAll('"', '""')}"\n`);
    expect(result.rows).toEqual([[2, digits(1), cell]]);
  });

  test('the index cuts the rows into blocks that parse by themselves', async () => {
    const text = `phoneNumber,n\n${Array.from({ length: 1203 }, (_, i) => `${phone(i)},${i}\n`).join('')}`;
    const { outcome, rowBytes } = await validateCsv(text);
    if (outcome.kind !== 'ready') throw new Error('unreachable');
    expect(outcome.index.blocks.map(({ rows, firstRow }) => [rows, firstRow])).toEqual([
      [500, 2],
      [500, 502],
      [203, 1002],
    ]);
    for (const { offset, length, rows, firstRow } of outcome.index.blocks) {
      const block = rowBytes
        .toString('utf8', offset, offset + length)
        .trimEnd()
        .split('\n');
      expect(block).toHaveLength(rows);
      expect(JSON.parse(block[0]!)[0]).toBe(firstRow);
    }
    const last = outcome.index.blocks.at(-1)!;
    expect(last.offset + last.length).toBe(rowBytes.length);
  });

  test('progress rises with every chunk', async () => {
    const text = `phoneNumber\n${Array.from({ length: 9000 }, (_, i) => `${phone(i)}\n`).join('')}`;
    const { progress } = await validateCsv(text, { chunkBytes: 10_000 });
    expect(new Set(progress.map(({ rows }) => rows)).size).toBeGreaterThanOrEqual(10);
    expect(progress.at(-1)).toEqual({ phase: 'reading', bytesRead: text.length, rows: 9000 });
  });
});

describe('the error report', () => {
  test('gives rows as they came, harmless to a spreadsheet, and can be uploaded again', async () => {
    const { report } = await validateCsv(
      `phoneNumber,name\n010-12,"=HYPERLINK(""http://x"",""a"")"\n+82 2 2000 0001,"a,b"\nx,y,@SUM(1)\n`,
    );
    expect(report.startsWith('\uFEFFphoneNumber,name,row,code,reason\r\n')).toBe(true);
    expect(report).toContain(`010-12,"'=HYPERLINK(""http://x"",""a"")",2,invalid_number,`);
    expect(report).toContain(`'+82 2 2000 0001,"a,b",3,invalid_number,`);
    expect(report).toContain(`,'@SUM(1)\r\n`);
    expect(verdictOf(await validateCsv(report))).toBe('ready');
  });
});

describe('files that are refused whole', () => {
  const header = 'phoneNumber,name\n';
  const row = `${phone(1)},김\n`;
  test.each<[string, string | Buffer, string]>([
    ['nothing', '', 'empty_file'],
    ['only a mark', '\uFEFF', 'empty_file'],
    ['no rows', header, 'empty_file'],
    ['blank rows only', `${header}\n,\n\n`, 'empty_file'],
    ['no header', row, 'phone_column_missing'],
    ['blank first line', `\n${header}${row}`, 'phone_column_missing'],
    ['another header', `number,name\n${row}`, 'phone_column_missing'],
    ['semicolons', `phoneNumber;name\n${phone(1)};a`, 'phone_column_missing'],
    ['phone column second', `name,phoneNumber\na,${phone(1)}`, 'phone_column_not_first'],
    ['empty header', `phoneNumber,,b\n${row}`, 'empty_header'],
    ['header of spaces', `phoneNumber, ,b\n${row}`, 'empty_header'],
    ['double header', `phoneNumber,a, a\n${row}`, 'duplicate_header'],
    ['too many columns', `phoneNumber${',c'.repeat(64)}\n${row}`, 'too_large'],
    ['unclosed quote', `${header}${row}${phone(2)},"kim\n${phone(3)},lee\n`, 'unreadable_file'],
    ['unclosed quote at the very end', `${header}${row}${phone(2)},"`, 'unreadable_file'],
    ['text behind a quote', `${header}${phone(2)},"kim"x\n`, 'unreadable_file'],
    ['NUL bytes', `${header}${phone(2)},a\0b\n`, 'unreadable_file'],
    ['a huge cell', `${header}${phone(2)},${'가'.repeat(4001)}\n`, 'too_large'],
    ['a huge quoted cell', `${header}${phone(2)},"${'a\n'.repeat(400_000)}"\n`, 'too_large'],
    [
      'EUC-KR',
      Buffer.concat([Buffer.from(header), Buffer.from('3031302c b1e8c3b6bcf6 0a'.replaceAll(' ', ''), 'hex')]),
      'not_utf8',
    ],
    ['UTF-16', Buffer.from(`\uFEFF${header}${row}`, 'utf16le'), 'not_utf8'],
    ['UTF-16 without mark', Buffer.from(`${header}${row}`, 'utf16le'), 'not_utf8'],
    ['cut inside a character', Buffer.from(`${header}${phone(1)},김`).subarray(0, -1), 'not_utf8'],
  ])('%s', async (_, content, code) => {
    for (const chunkBytes of [65536, 7]) {
      const result = await validateCsv(content, { chunkBytes });
      expect(verdictOf(result)).toBe(code);
      expect(result.outcome).toHaveProperty('problem.message');
    }
  });

  test('messages name the encoding, the separator and the row', async () => {
    const message = async (content: string | Buffer) => {
      const { outcome } = await validateCsv(content);
      return outcome.kind === 'file_rejected' ? outcome.problem : null;
    };
    expect((await message(Buffer.from('70686f6e654e756d6265720ab1e8c3b6bcf6', 'hex')))?.message).toContain('EUC-KR');
    expect((await message(Buffer.from('phoneNumber\n', 'utf16le')))?.message).toContain('UTF-16');
    expect((await message(Buffer.from([0x61, 0x0a, 0xff, 0x80])))?.message).not.toContain('EUC-KR');
    expect((await message('phoneNumber;name\n'))?.message).toContain('";"');
    expect(await message(`${header}${row}a,"b\n`)).toMatchObject({ row: 3 });
  });

  test('a cell of a gigabyte is given up long before it is held', async () => {
    let read = 0;
    async function* endless() {
      yield Buffer.from(`${header}${phone(1)},"`);
      for (; read < 1024 * 1024 * 1024; read += 65536) yield Buffer.alloc(65536, 0x61);
    }
    const { validateRecipients } = await import('../../../shared/domain/uploads/validate-recipients.ts');
    const sink = { write: async () => undefined };
    const outcome = await validateRecipients(
      { kind: 'csv', chunks: endless() },
      { onInvalidRows: 'skip', requiredColumns: [], seed: 1 },
      { rows: sink, rejected: sink, report: sink },
      async () => undefined,
    );
    expect(outcome).toMatchObject({ kind: 'file_rejected', problem: { code: 'too_large', row: 2 } });
    expect(read).toBeLessThan(1024 * 1024);
  });

  test('1,000,000 rows are fine, one more is not', async () => {
    const rows = (count: number) => {
      const text = [header];
      for (let i = 0; i < count; i++) text.push(`010${20_000_000 + i}\n`);
      return text.join('');
    };
    const fits = await validateCsv(rows(1_000_000), { chunkBytes: 1 << 20 });
    expect(fits.outcome).toMatchObject({ kind: 'ready', counts: { rows: 1_000_000, valid: 1_000_000 } });
    expect(verdictOf(await validateCsv(rows(1_000_001), { chunkBytes: 1 << 20 }))).toBe('too_many_rows');
  });

  test('a sink that fails stops the work with its own error', async () => {
    const { validateRecipients } = await import('../../../shared/domain/uploads/validate-recipients.ts');
    const broken = { write: () => Promise.reject(new Error('disk full')) };
    await expect(
      validateRecipients(
        { kind: 'csv', chunks: cut(Buffer.from(`${header}${row}`), 100) },
        { onInvalidRows: 'skip', requiredColumns: [], seed: 1 },
        { rows: broken, rejected: broken, report: broken },
        async () => undefined,
      ),
    ).rejects.toThrow('disk full');
  });
});
