import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

export interface WorkbookParts {
  sheet: string;
  sharedStrings?: string;
  styles?: string;
  workbook?: string;
  /** Parts by name that replace or add to the usual ones; null leaves one out. */
  parts?: Record<string, string | Buffer | null>;
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const links = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageLinks = 'http://schemas.openxmlformats.org/package/2006/relationships';

export const sheetOf = (rows: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="${main}"><cols><col min="1" max="2"/></cols><sheetData>${rows}</sheetData><pageMargins left="0.7"/></worksheet>`;

export const sharedOf = (items: string): string => `<?xml version="1.0"?><sst xmlns="${main}">${items}</sst>`;

export const stylesOf = (xfs: string, formats = ''): string =>
  `<styleSheet xmlns="${main}"><numFmts>${formats}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${xfs}</cellXfs><cellStyles><xf numFmtId="14"/></cellStyles></styleSheet>`;

/** A row of inline texts. */
export const inlineRow = (number: number, ...cells: string[]): string =>
  `<row r="${number}">${cells
    .map((text, i) => `<c r="${String.fromCharCode(65 + i)}${number}" t="inlineStr"><is><t>${text}</t></is></c>`)
    .join('')}</row>`;

/** Zips the parts of a small workbook as a spreadsheet would. */
export async function workbookOf(given: WorkbookParts): Promise<Buffer> {
  const parts: Record<string, string | Buffer | null> = {
    '_rels/.rels': `<Relationships xmlns="${packageLinks}"><Relationship Id="rId1" Type="${links}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml':
      given.workbook ??
      `<workbook xmlns="${main}" xmlns:r="${links}"><sheets><sheet name="고객" sheetId="1" r:id="rId1"/><sheet name="other" sheetId="2" r:id="rId2"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${packageLinks}"><Relationship Id="rId2" Type="${links}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId1" Type="${links}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId3" Type="${links}/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="rId4" Type="${links}/styles" Target="styles.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': given.sheet,
    'xl/worksheets/sheet2.xml': sheetOf(inlineRow(1, 'wrong', 'sheet')),
    'xl/sharedStrings.xml': given.sharedStrings ?? null,
    'xl/styles.xml': given.styles ?? null,
    ...given.parts,
  };
  return zipOf(parts);
}

export async function zipOf(parts: Record<string, string | Buffer | null>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(parts)) {
    if (content !== null) zip.addBuffer(Buffer.from(content), name);
  }
  zip.end();
  return buffer(zip.outputStream);
}
