import ExcelJS from 'exceljs';
import { describe, expect, test } from 'vitest';
import { formatOf } from '../../../shared/domain/uploads/file-format.ts';
import { FileRefused } from '../../../shared/domain/uploads/file-problem.ts';
import { validateRecipients } from '../../../shared/domain/uploads/validate-recipients.ts';
import { validateWorkbook, verdictOf } from './validation-harness.ts';
import { inlineRow, sharedOf, sheetOf, stylesOf, type WorkbookParts, workbookOf, zipOf } from './workbook-builder.ts';

const rowsOf = async (parts: WorkbookParts) => {
  const result = await validateWorkbook(await workbookOf(parts));
  if (result.outcome.kind !== 'ready') throw new Error(JSON.stringify(result.outcome));
  return result.rows;
};
const verdict = async (parts: WorkbookParts) => verdictOf(await validateWorkbook(await workbookOf(parts)));

const head = inlineRow(1, 'phoneNumber', 'a', 'b');
const number = '<c r="A2"><v>1020000001</v></c>';
const cell = (xml: string) => sheetOf(`${head}<row r="2">${number}${xml}</row>`);

describe('what cells say', () => {
  test.each<[string, string, string[]]>([
    ['inline text', '<c r="B2" t="inlineStr"><is><t xml:space="preserve"> 김 </t></is></c>', [' 김 ', '']],
    ['rich inline text', '<c r="B2" t="inlineStr"><is><r><rPr/><t>a</t></r><r><t>b</t></r></is></c>', ['ab', '']],
    [
      'phonetic reading',
      '<c r="B2" t="inlineStr"><is><t>漢</t><rPh sb="0" eb="1"><t>한</t></rPh></is></c>',
      ['漢', ''],
    ],
    [
      'entities',
      '<c r="B2" t="inlineStr"><is><t>&lt;&amp;&#44032;&#xAC00;&quot;&apos;&gt;</t></is></c>',
      [`<&가가"'>`, ''],
    ],
    ['CDATA', '<c r="B2" t="inlineStr"><is><t>x<![CDATA[<&amp;]]>y</t></is></c>', ['x<&amp;y', '']],
    ['escaped control characters', '<c r="B2" t="inlineStr"><is><t>a_x000D_b_x005F_c_x</t></is></c>', ['a\rb_c_x', '']],
    ['formula with text', '<c r="B2" t="str"><f>A1&amp;"x"</f><v>done</v></c>', ['done', '']],
    ['formula with number', '<c r="B2"><f>1+1</f><v>2</v></c>', ['2', '']],
    ['number with exponent', '<c r="B2"><v>1.5E3</v></c>', ['1500', '']],
    ['binary noise', '<c r="B2"><v>0.30000000000000004</v></c>', ['0.3', '']],
    ['negative number', '<c r="B2"><v>-12.50</v></c>', ['-12.5', '']],
    ['boolean', '<c r="B2" t="b"><v>1</v></c><c r="C2" t="b"><v>0</v></c>', ['TRUE', 'FALSE']],
    ['error', '<c r="B2" t="e"><v>#N/A</v></c><c r="C2"><v>3</v></c>', ['', '3']],
    ['gap', '<c r="C2"><v>3</v></c>', ['', '3']],
    ['no places given', '<c><v>2</v></c><c><v>3</v></c>', ['2', '3']],
    ['styled empty cells', '<c r="B2" s="4"/><c r="C2" s="4"></c><c r="D2" s="4"/>', ['', '']],
    ['ISO date', '<c r="B2" t="d"><v>2026-12-24</v></c>', ['2026-12-24', '']],
    ['single quotes and spaces in tags', `<c  t='str'\n r='B2' ><v >x</v ></c >`, ['x', '']],
    ['comments', '<c r="B2"><!-- <v>9</v> --><v>1</v></c>', ['1', '']],
    ['an attribute with a bracket', '<c r="B2" cm=">" t="str"><v>x</v></c>', ['x', '']],
  ])('%s', async (_, xml, cells) => {
    expect(await rowsOf({ sheet: cell(xml) })).toEqual([[2, '821020000001', ...cells]]);
  });

  test('dates by style, built-in or own, and only those', async () => {
    const styles = stylesOf(
      '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="22"/><xf numFmtId="11"/>',
      '<numFmt numFmtId="164" formatCode="yyyy&quot;년&quot; m&quot;월&quot;"/><numFmt numFmtId="165" formatCode="000\\-0000\\-0000;[Red]&quot;day&quot;"/>',
    );
    const dated = (style: number, value: string) => cell(`<c r="B2" s="${style}"><v>${value}</v></c>`);
    const shown = async (style: number, value: string) => (await rowsOf({ sheet: dated(style, value), styles }))[0];
    expect(await shown(0, '46380')).toEqual([2, '821020000001', '46380', '']);
    expect(await shown(1, '46380')).toEqual([2, '821020000001', '2026-12-24', '']);
    expect(await shown(2, '46380')).toEqual([2, '821020000001', '2026-12-24', '']);
    expect(await shown(3, '46380')).toEqual([2, '821020000001', '46380', '']);
    expect(await shown(4, '46380.4166666667')).toEqual([2, '821020000001', '2026-12-24 10:00:00', '']);
    expect(await shown(4, '0.75')).toEqual([2, '821020000001', '18:00:00', '']);
    expect(await shown(5, '46380')).toEqual([2, '821020000001', '46380', '']);
    const workbook =
      '<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="a" r:id="rId1"/></sheets></workbook>';
    expect((await rowsOf({ sheet: dated(1, '44918'), styles, workbook }))[0]).toEqual([
      2,
      '821020000001',
      '2026-12-24',
      '',
    ]);
  });

  test('shared texts, with a prefix on every tag', async () => {
    const sharedStrings = sharedOf(
      '<si><t>phoneNumber</t></si><si><t>이름</t></si><si/><si><r><t>김</t></r><r><t>철수</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si><si><t>010-2000-0001</t></si>',
    );
    const sheet = `<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="B1" t="s"><x:v>1</x:v></x:c></x:row><x:row r="5"><x:c r="A5" t="s"><x:v> 4 </x:v></x:c><x:c r="B5" t="s"><x:v>3</x:v></x:c></x:row><x:row r="7"><x:c r="A7"><x:v>1020000002</x:v></x:c><x:c r="B7" t="s"><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>`;
    expect(await rowsOf({ sheet, sharedStrings })).toEqual([
      [5, '821020000001', '김철수'],
      [7, '821020000002', ''],
    ]);
  });

  test('an error in the phone column is shown as such', async () => {
    const sheet = sheetOf(`${head}<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>`);
    const { rejected } = await validateWorkbook(await workbookOf({ sheet }));
    expect(rejected).toEqual([[2, 'invalid_number', 'phoneNumber', '#REF!']]);
  });

  describe('a formula whose value was never stored, as programs write it that do not calculate', () => {
    const saveAgain = 'a formula without a stored value: open the file in Excel, save it, and upload it again.';
    const bare = ['<f>1+1</f>', '<f>1+1</f><v></v>', '<f>1+1</f><v/>', '<f t="shared" si="0"/>'];
    const validated = async (rows: string, requiredColumns: string[] = []) => {
      const result = await validateWorkbook(await workbookOf({ sheet: sheetOf(head + rows) }), { requiredColumns });
      if (result.outcome.kind !== 'ready') throw new Error(JSON.stringify(result.outcome));
      return { ...result, counts: result.outcome.counts };
    };

    test.each(bare)('alone in the phone column it is a row without number that says why: %s', async (formula) => {
      const { counts, rejected, rows, report } = await validated(
        `<row r="2">${number}</row><row r="8"><c r="A8">${formula}</c></row><row r="9"><c r="A9"><v>1020000002</v></c></row>`,
      );
      expect(rows).toEqual([
        [2, '821020000001', '', ''],
        [9, '821020000002', '', ''],
      ]);
      expect(counts).toMatchObject({ rows: 3, valid: 2, invalid: 1, duplicates: 0 });
      const message = `The cell holds ${saveAgain}`;
      expect(counts.errors).toEqual([{ row: 8, column: 'phoneNumber', code: 'missing_number', message, value: '' }]);
      expect(rejected).toEqual([[8, 'missing_number', 'phoneNumber', '']]);
      expect(report).toContain(message);
    });

    test('alone in another column, even past the header or the last column kept, it makes a row without number', async () => {
      const { counts } = await validated(
        `<row r="2">${number}</row><row r="3"><c r="C3"><f>1+1</f></c></row><row r="4"><c r="E4"><f>1+1</f></c></row><row r="5"><c r="ZZ5"><f>1+1</f></c></row>`,
      );
      expect(counts.errors.map(({ row, code, message }) => [row, code, message])).toEqual(
        [3, 4, 5].map((row) => [row, 'missing_number', 'The row has no phone number.']),
      );
    });

    test('next to a number it is an empty cell, and a required column says what is wrong with it', async () => {
      const row = `<row r="2">${number}<c r="B2"><f>1+1</f></c><c r="ZZ2"><f>1+1</f></c></row><row r="3"><c r="A3"><v>1020000002</v></c></row>`;
      const free = await validated(row);
      expect(free.rows).toEqual([
        [2, '821020000001', '', ''],
        [3, '821020000002', '', ''],
      ]);
      expect(free.counts.emptyCells).toContainEqual({ column: 'a', count: 2 });
      const required = await validated(`${row}<row r="4">${number}<c r="B4" t="str"><v>x</v></c></row>`, ['a']);
      expect(required.counts.errors).toMatchObject([
        { row: 2, column: 'a', code: 'missing_value', message: `The required column "a" holds ${saveAgain}` },
        { row: 3, column: 'a', code: 'missing_value', message: 'The required column "a" is empty.' },
      ]);
    });

    test('rows whose formulas stored an empty text, or none at all, stay no rows', async () => {
      const { counts } = await validated(
        `<row r="2">${number}</row><row r="3"><c r="A3" t="str"><f>IF(B3="","",B3)</f><v></v></c></row><row r="4"><c r="A4" s="1"/><c r="B4" t="str"><f>""</f><v/></c></row><row r="5"/><row r="6"><c r="B6" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>`,
      );
      expect(counts).toMatchObject({ rows: 1, valid: 1, invalid: 0 });
    });

    test('a formula without value does not follow its row into the next ones', async () => {
      const { counts } = await validated(
        `<row r="2">${number}<c r="B2"><f>1+1</f></c></row><row r="3"><c r="A3" s="1"/></row><row r="4"><c r="B4" t="str"><v>x</v></c></row>`,
      );
      expect(counts).toMatchObject({ rows: 2, errors: [{ row: 4, message: 'The row has no phone number.' }] });
    });

    test('in the header it refuses the file', async () => {
      const sheet = sheetOf(
        `<row r="1"><c r="A1" t="str"><v>phoneNumber</v></c><c r="B1"><f>C9</f></c></row><row r="2">${number}</row>`,
      );
      const { outcome } = await validateWorkbook(await workbookOf({ sheet }));
      expect(outcome).toMatchObject({ kind: 'file_rejected', problem: { code: 'empty_header', row: 1 } });
      expect(outcome).toMatchObject({ problem: { message: expect.stringContaining(saveAgain) } });
    });

    test('as exceljs writes it', async () => {
      const book = new ExcelJS.Workbook();
      const sheet = book.addWorksheet('고객');
      sheet.addRow(['phoneNumber', 'name']);
      sheet.addRow(['010-2000-0001', '김']);
      sheet.addRow([{ formula: 'A2' }]);
      const { rejected } = await validateWorkbook(Buffer.from(await book.xlsx.writeBuffer()));
      expect(rejected).toEqual([[3, 'missing_number', 'phoneNumber', '']]);
    });
  });

  test('cells past the header are too many only if something is in them', async () => {
    const sheet = sheetOf(
      `${head}<row r="2">${number}<c r="D2" t="str"><v>x</v></c></row><row r="3"><c r="A3"><v>1020000002</v></c><c r="ZZ3" t="str"><v>x</v></c></row><row r="4"><c r="A4"><v>1020000003</v></c><c r="D4" t="str"><v></v></c></row>`,
    );
    const { rejected, rows } = await validateWorkbook(await workbookOf({ sheet }));
    expect(rejected.map((line) => (line as unknown[]).slice(0, 2))).toEqual([
      [2, 'too_many_cells'],
      [3, 'too_many_cells'],
    ]);
    expect(rows).toEqual([[4, '821020000003', '', '']]);
  });

  test('reads what exceljs writes, streamed or not', async () => {
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('고객');
    sheet.addRow(['phoneNumber', 'name', 'due', 'amount']);
    sheet.addRow(['010-2000-0001', '김 & <철수>', new Date(Date.UTC(2026, 11, 24)), { formula: '1+1', result: 2 }]);
    sheet.addRow([1020000002, { richText: [{ text: '이' }, { text: '영희' }] }, null, 1.5]);
    const bytes = Buffer.from(await book.xlsx.writeBuffer());
    const { rows, progress } = await validateWorkbook(bytes);
    expect(rows).toEqual([
      [2, '821020000001', '김 & <철수>', '2026-12-24', '2'],
      [3, '821020000002', '이영희', '', '1.5'],
    ]);
    expect(progress.map(({ phase }) => phase)).toEqual(['converting', 'reading']);
  });
});

describe('workbooks that are refused', () => {
  const good = sheetOf(`${head}<row r="2">${number}</row>`);
  test.each<[string, WorkbookParts, string]>([
    ['no rows', { sheet: sheetOf(head) }, 'empty_file'],
    ['nothing at all', { sheet: sheetOf('') }, 'empty_file'],
    ['header not in row 1', { sheet: sheetOf(inlineRow(2, 'phoneNumber')) }, 'phone_column_missing'],
    [
      'gap in the header',
      { sheet: sheetOf('<row r="1"><c r="A1" t="str"><v>phoneNumber</v></c><c r="C1" t="str"><v>b</v></c></row>') },
      'empty_header',
    ],
    [
      'too many columns',
      { sheet: sheetOf(`<row r="1"><c r="A1" t="str"><v>phoneNumber</v></c><c r="CC1" t="str"><v>b</v></c></row>`) },
      'too_large',
    ],
    ['DOCTYPE', { sheet: `<!DOCTYPE x [<!ENTITY a "aaaa">]>${good}` }, 'unreadable_file'],
    ['unknown entity', { sheet: cell('<c r="B2" t="str"><v>&a;</v></c>') }, 'unreadable_file'],
    ['impossible character', { sheet: cell('<c r="B2" t="str"><v>&#0;</v></c>') }, 'unreadable_file'],
    ['sheet cut off', { sheet: good.slice(0, good.indexOf('</sheetData>')) }, 'unreadable_file'],
    ['sheet cut inside a tag', { sheet: good.slice(0, good.indexOf('</row>') + 3) }, 'unreadable_file'],
    ['text without table', { sheet: cell('<c r="B2" t="s"><v>0</v></c>') }, 'unreadable_file'],
    [
      'text past the table',
      { sheet: cell('<c r="B2" t="s"><v>9</v></c>'), sharedStrings: sharedOf('<si><t>a</t></si>') },
      'unreadable_file',
    ],
    [
      'text before the table',
      { sheet: cell('<c r="B2" t="s"><v>-1</v></c>'), sharedStrings: sharedOf('<si><t>a</t></si>') },
      'unreadable_file',
    ],
    ['rows out of order', { sheet: sheetOf(`${head}<row r="3">${number}</row><row r="2"></row>`) }, 'unreadable_file'],
    ['cell without row', { sheet: sheetOf(`${head}<c r="A2"><v>1</v></c>`) }, 'unreadable_file'],
    ['huge cell', { sheet: cell(`<c r="B2" t="str"><v>${'가'.repeat(4001)}</v></c>`) }, 'too_large'],
    ['huge shared text', { sheet: good, sharedStrings: sharedOf(`<si><t>${'a'.repeat(4001)}</t></si>`) }, 'too_large'],
    ['huge token', { sheet: cell(`<!--${'a'.repeat(3_000_000)}--><c r="B2"/>`) }, 'too_large'],
    [
      'not UTF-8',
      { sheet: '', parts: { 'xl/worksheets/sheet1.xml': Buffer.from(good, 'utf16le') } },
      'unreadable_file',
    ],
    [
      'no sheet',
      { sheet: good, parts: { 'xl/worksheets/sheet1.xml': null, 'xl/worksheets/sheet2.xml': null } },
      'unreadable_file',
    ],
    [
      'another kind of zip',
      { sheet: good, parts: { 'xl/workbook.xml': null, '_rels/.rels': null } },
      'unsupported_format',
    ],
    [
      'relations that lead outside',
      {
        sheet: good,
        parts: {
          'xl/_rels/workbook.xml.rels':
            '<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="../../../../etc/passwd"/></Relationships>',
        },
      },
      'unreadable_file',
    ],
  ])('%s', async (_, parts, code) => {
    expect(await verdict(parts)).toBe(code);
  });

  test('a small workbook cannot become endless rows', async () => {
    const sharedStrings = sharedOf(`<si><t>${'가'.repeat(3_000)}</t></si><si><t>${'_x0001_'.repeat(3_000)}</t></si>`);
    const columns = Array.from({ length: 16 }, (_, i) => String.fromCharCode(66 + i));
    const header = inlineRow(1, 'phoneNumber', ...columns);
    const row = (n: number, index: number, count: number) =>
      `<row r="${n}"><c r="A${n}"><v>${1_020_000_000 + n}</v></c>${columns
        .slice(0, count)
        .map((column) => `<c r="${column}${n}" t="s"><v>${index}</v></c>`)
        .join('')}</row>`;
    const bytesOf = (rows: string[]) => workbookOf({ sheet: sheetOf(header + rows.join('')), sharedStrings });
    const wide = await validateWorkbook(await bytesOf([row(2, 0, 16)]));
    expect(wide.outcome).toMatchObject({ kind: 'file_rejected', problem: { code: 'too_large', row: 2 } });

    // 16 cells of 3,000 control characters are 288 KB of JSON a row.
    const rows = Array.from({ length: 4_500 }, (_, i) => row(i + 2, 1, 16));
    const sink = { write: async () => undefined };
    const outcome = await validateRecipients(
      { kind: 'workbook', bytes: await bytesOf(rows) },
      { onInvalidRows: 'skip', requiredColumns: [], seed: 1 },
      { rows: sink, rejected: sink, report: sink },
      async () => undefined,
    );
    expect(outcome).toMatchObject({ kind: 'file_rejected', problem: { code: 'too_large', row: expect.any(Number) } });
  });

  test('parts made to take for ever do not', async () => {
    const letters = 'a'.repeat(900_000);
    const hostile: WorkbookParts[] = [
      { sheet: good, styles: `<styleSheet><numFmts><numFmt ${letters}/></numFmts></styleSheet>` },
      { sheet: good, styles: `<styleSheet><numFmt numFmtId="164" formatCode="${'['.repeat(900_000)}"/></styleSheet>` },
      { sheet: good, styles: `<styleSheet><numFmt formatCode='${'&quot;'.repeat(100_001)}'/></styleSheet>` },
      { sheet: good, styles: `<styleSheet>${`<xf ${'a'.repeat(8_000)}/>`.repeat(1_000)}</styleSheet>` },
      { sheet: good, workbook: `<workbook ${letters}>` },
      {
        sheet: good,
        parts: {
          '_rels/.rels': '<Relationships><Relationship Type="x/officeDocument" Target="http://["/></Relationships>',
        },
      },
    ];
    for (const parts of hostile) {
      const bytes = await workbookOf(parts);
      const before = process.cpuUsage();
      expect(['ready', 'unreadable_file']).toContain(verdictOf(await validateWorkbook(bytes)));
      expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
    }
  });

  const unreadable = 'The workbook is damaged or cut off. Open it in Excel, save it, and upload it again.';

  test('cut off, empty and random bytes', async () => {
    const bytes = await workbookOf({ sheet: good });
    for (const part of [
      bytes.subarray(0, bytes.length - 30),
      bytes.subarray(0, 40),
      Buffer.from('PK\u0003\u0004'),
      Buffer.from('hello'),
    ]) {
      const { outcome } = await validateWorkbook(part);
      expect(outcome).toMatchObject({
        kind: 'file_rejected',
        problem: { code: 'unreadable_file', message: unreadable },
      });
    }
    expect(verdictOf(await validateWorkbook(await zipOf({ 'a.txt': 'x' })))).toBe('unsupported_format');
  });

  test.each<[string, (bytes: Buffer) => void]>([
    ['a part named outside of the workbook', (bytes) => bytes.write('../b', bytes.lastIndexOf('xl/w'))],
    ['a broken table of contents', (bytes) => bytes.write('XX', bytes.lastIndexOf('PK\u0001\u0002'))],
    ['a broken header of a part', (bytes) => bytes.write('XX', bytes.indexOf('PK\u0003\u0004'))],
  ])('%s is told in our own words', async (_, damage) => {
    const bytes = await workbookOf({ sheet: good });
    damage(bytes);
    const { outcome } = await validateWorkbook(bytes);
    expect(outcome).toMatchObject({ kind: 'file_rejected', problem: { code: 'unreadable_file', message: unreadable } });
  });

  /** The size stands in the descriptor behind the data and in the central directory. */
  const claiming = (bytes: Buffer, trueSize: number, claimedSize: number): Buffer => {
    const [size, claim] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32LE(trueSize);
    claim.writeUInt32LE(claimedSize);
    for (let at = bytes.indexOf(size); at !== -1; at = bytes.indexOf(size, at)) claim.copy(bytes, at);
    return bytes;
  };

  test('a bomb is refused by what it says, before anything is unpacked', async () => {
    const sheet = `${good}${' '.repeat(50_000_000)}`;
    const bomb = claiming(await workbookOf({ sheet }), Buffer.byteLength(sheet), 700 * 1024 * 1024);
    const before = process.cpuUsage();
    expect(verdictOf(await validateWorkbook(bomb))).toBe('too_large');
    expect(process.cpuUsage(before).user).toBeLessThan(50_000);
  });

  test('a lying bomb is refused once more comes out than it said', async () => {
    const sheet = `${good.replace('</sheetData>', '')}${' '.repeat(30_000_000)}</sheetData></worksheet>`;
    const bytes = claiming(await workbookOf({ sheet }), Buffer.byteLength(sheet), 1000);
    const result = await validateWorkbook(bytes);
    expect(verdictOf(result)).toBe('unreadable_file');
    expect(result.outcome).toMatchObject({ problem: { message: expect.stringContaining('larger than it says') } });
  });
});

describe('what a file is', () => {
  const zip = Buffer.from('PK\u0003\u0004…');
  const ole = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]);
  const locked = Buffer.concat([ole, Buffer.from('EncryptedPackage', 'utf16le')]);
  const text = Buffer.from('phoneNumber\n');
  const answer = async (name: string, bytes: Buffer) => {
    try {
      return await formatOf(name, bytes, async () => bytes);
    } catch (error) {
      if (error instanceof FileRefused) return `${error.problem.code}: ${error.problem.message}`;
      throw error;
    }
  };
  test.each([
    ['a.csv', text, /^csv$/],
    ['A.CSV', text, /^csv$/],
    ['a', text, /^csv$/],
    ['a.xlsx', zip, /^xlsx$/],
    ['a.XLSM', zip, /^xlsm$/],
    ['a', zip, /^xlsx$/],
    ['a.csv', zip, /^unsupported_format: .*named \.csv but is a zip/],
    ['a.xlsx', text, /^unsupported_format: .*no workbook/],
    ['a.xls', ole, /^unsupported_format: .*Save it as xlsx/],
    ['a.xlsx', ole, /^unsupported_format: .*Save it as xlsx/],
    ['a.xlsx', locked, /^unreadable_file: .*password/],
    ['a.xls', text, /^unsupported_format/],
    ['a.ods', zip, /^unsupported_format/],
    ['a.pdf', Buffer.from('%PDF-1.7'), /^unsupported_format/],
    ['a.csv', Buffer.alloc(0), /^empty_file/],
  ])('%s', async (name, bytes, expected) => expect(await answer(name, bytes)).toMatch(expected));
});
