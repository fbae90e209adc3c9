import ExcelJS from 'exceljs';
import { describe, expect, test } from 'vitest';
import { sampleFile } from '../../../shared/domain/uploads/sample-file.ts';
import { validateCsv, validateWorkbook, verdictOf } from './validation-harness.ts';

const text = `{{ name | default: '고객' }}님, {{ 금액 }}원 {{ name }} {{ due }}`;

async function sample(format: 'csv' | 'xlsx', from = text) {
  const made = sampleFile(format, from);
  if (made.kind !== 'sample') throw new Error('refused');
  return made;
}

describe('a sample', () => {
  test('as csv opens in Excel with its Korean, and has the columns of the text', async () => {
    const { bytes, contentType } = await sample('csv');
    expect(Buffer.from(bytes).toString()).toBe('\uFEFFphoneNumber,name,금액,due\r\n010-0000-0000,,,\r\n');
    expect(contentType).toContain('text/csv');
  });

  test('as xlsx opens in a spreadsheet, with the phone column as text', async () => {
    const book = new ExcelJS.Workbook();
    await book.xlsx.load((await sample('xlsx')).bytes.slice().buffer as ArrayBuffer);
    const sheet = book.worksheets[0]!;
    expect(sheet.getRow(1).values).toEqual([undefined, 'phoneNumber', 'name', '금액', 'due']);
    expect(sheet.getColumn(1).numFmt).toBe('@');
    expect(sheet.getCell('A2').numFmt).toBe('@');
  });

  test('passes its own validation but for the example, which nobody will ever receive', async () => {
    for (const result of [
      await validateCsv(Buffer.from((await sample('csv')).bytes)),
      await validateWorkbook(Buffer.from((await sample('xlsx')).bytes)),
    ]) {
      expect(verdictOf(result)).toBe('ready');
      expect(result.header).toEqual({ columns: ['phoneNumber', 'name', '금액', 'due'] });
      expect(result.rows).toEqual([]);
      expect(result.rejected).toMatchObject([[2, 'invalid_number', 'phoneNumber', '010-0000-0000']]);
    }
  });

  test('of a text without variables, of many, and of one that does not parse', async () => {
    expect(Buffer.from((await sample('csv', '')).bytes).toString()).toBe('\uFEFFphoneNumber\r\n010-0000-0000\r\n');
    const many = Array.from({ length: 60 }, (_, i) => `{{ v${i} }}`).join('');
    expect((await validateWorkbook(Buffer.from((await sample('xlsx', many)).bytes))).header).toMatchObject({
      columns: { length: 61 },
    });
    expect(sampleFile('csv', '{{ name')).toMatchObject({ kind: 'invalid_text' });
  });
});
