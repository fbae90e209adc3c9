import { parseTemplate, type TemplateProblem } from '../content/template.ts';
import { isNumberColumn } from '../recipients/number-column.ts';
import { csvCell } from './error-report.ts';
import { storedZip } from './xlsx/stored-zip.ts';

/** A number nobody can have: if the example row stays in, validation points at it instead of sending to a stranger. */
const exampleNumber = '010-0000-0000';

export interface SampleFile {
  readonly kind: 'sample';
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly fileName: string;
}

export type SampleOutcome =
  | SampleFile
  | { readonly kind: 'invalid_text'; readonly problems: readonly TemplateProblem[] };

/** A file to fill in: the phone column and one for each variable of the text, with an example row. */
export function sampleFile(format: 'csv' | 'xlsx', text: string): SampleOutcome {
  const parsed = parseTemplate(text);
  if (!parsed.ok) return { kind: 'invalid_text', problems: parsed.problems };
  return sampleOf(format, parsed.template.variables);
}

/** The same for variables that are known. */
export function sampleOf(format: 'csv' | 'xlsx', variables: readonly string[]): SampleFile {
  const names = variables.filter((name) => !isNumberColumn(name));
  const rows = [
    ['phoneNumber', ...names],
    [exampleNumber, ...names.map(() => '')],
  ];
  return format === 'csv'
    ? { kind: 'sample', bytes: sampleCsv(rows), contentType: 'text/csv; charset=utf-8', fileName: 'sample.csv' }
    : {
        kind: 'sample',
        bytes: sampleWorkbook(rows),
        contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        fileName: 'sample.xlsx',
      };
}

/** With a mark at the beginning, or Excel reads Korean as EUC-KR. */
const sampleCsv = (rows: readonly (readonly string[])[]) =>
  Buffer.from(`\uFEFF${rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')}`);

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const links = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageLinks = 'http://schemas.openxmlformats.org/package/2006/relationships';
const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** The first column is text for all rows to come, so that a spreadsheet does not eat the leading zero. */
function sampleWorkbook(rows: readonly (readonly string[])[]): Uint8Array {
  const cell = (text: string, place: string) =>
    `<c r="${place}" s="1" t="inlineStr"><is><t>${escaped(text)}</t></is></c>`;
  const sheetRows = rows.map(
    (cells, r) => `<row r="${r + 1}">${cells.map((text, c) => cell(text, `${letters(c)}${r + 1}`)).join('')}</row>`,
  );
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${links}/${type}" Target="${target}"/>`;
  const override = (part: string, type: string) =>
    `<Override PartName="/xl/${part}.xml" ContentType="${types}.${type}+xml"/>`;
  const parts: Record<string, string> = {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${override('workbook', 'sheet.main')}${override('worksheets/sheet1', 'worksheet')}${override('styles', 'styles')}</Types>`,
    '_rels/.rels': `<Relationships xmlns="${packageLinks}">${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${links}"><sheets><sheet name="recipients" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${packageLinks}">${relation('rId1', 'worksheet', 'worksheets/sheet1.xml')}${relation('rId2', 'styles', 'styles.xml')}</Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="${main}"><fonts count="1"><font><sz val="11"/><name val="Malgun Gothic"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><cols><col min="1" max="1" width="20" style="1" customWidth="1"/></cols><sheetData>${sheetRows.join('')}</sheetData></worksheet>`,
  };
  return storedZip(
    Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, Buffer.from(declaration + xml)])),
  );
}

const letters = (column: number): string =>
  (column >= 26 ? letters(Math.floor(column / 26) - 1) : '') + String.fromCharCode(65 + (column % 26));

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
