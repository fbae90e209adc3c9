import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

export type FileKind = 'csv' | 'xlsx-shared' | 'xlsx-inline';

const folder = join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bongsu-bench');
const surnames = ['김', '이', '박', '최', '정'];
const names = ['민준', '서연', '도윤', '하은', '지호', '수아', '<J&J>'];

/** Row `i` of every file: 1 in 100 numbers is bad, 1 in 100 was seen before, forms differ as in real lists. */
function cellsOf(i: number): [phone: string, name: string] {
  const n = i % 100 === 7 ? i - 5 : i;
  const local = String(20_000_000 + ((n * 7919) % 80_000_000));
  const forms = [
    `010-${local.slice(0, 4)}-${local.slice(4)}`,
    `010${local}`,
    `10${local}`,
    `+82 10-${local.slice(0, 4)}-${local.slice(4)}`,
  ];
  const phone = i % 100 === 13 ? `010-${local.slice(0, 4)}` : forms[n % 8 < 5 ? 0 : (n % 8) - 4]!;
  return [phone, `${surnames[i % 5]}${names[i % 7]}`];
}

/** The file of that kind and size; made once, always the same bytes of content. */
export async function dataFile(kind: FileKind, rows: number): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${kind}-${rows}.${kind === 'csv' ? 'csv' : 'xlsx'}`);
  if (existsSync(path)) return path;
  const part = `${path}.part`;
  if (kind === 'csv') await pipeline(csvText(rows), createWriteStream(part));
  else await writeWorkbook(part, rows, kind === 'xlsx-shared');
  renameSync(part, path);
  return path;
}

function* inBlocks(lines: Iterable<string>): Generator<string> {
  const block: string[] = [];
  for (const line of lines) if (block.push(line) === 5_000) yield block.splice(0).join('');
  yield block.join('');
}

const csvText = (rows: number) =>
  inBlocks(
    (function* () {
      yield 'phoneNumber,name\r\n';
      for (let i = 0; i < rows; i++) yield `${cellsOf(i).join(',')}\r\n`;
    })(),
  );

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

async function writeWorkbook(path: string, rows: number, shared: boolean): Promise<void> {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const texts = new Map<string, number>();
  const cell = (place: string, text: string) => {
    if (!shared) return `<c r="${place}" s="1" t="inlineStr"><is><t>${xml(text)}</t></is></c>`;
    const index = texts.get(text) ?? texts.size;
    texts.set(text, index);
    return `<c r="${place}" s="1" t="s"><v>${index}</v></c>`;
  };
  function* sheet() {
    yield `${head}<worksheet xmlns="${main}"><dimension ref="A1:B${rows + 1}"/><sheetFormatPr defaultRowHeight="17.4"/><sheetData>`;
    yield `<row r="1" spans="1:2">${cell('A1', 'phoneNumber')}${cell('B1', 'name')}</row>`;
    for (let i = 0; i < rows; i++) {
      const [phone, name] = cellsOf(i);
      yield `<row r="${i + 2}" spans="1:2" x14ac:dyDescent="0.4">${cell(`A${i + 2}`, phone)}${cell(`B${i + 2}`, name)}</row>`;
    }
    yield '</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>';
  }
  function* strings() {
    yield `${head}<sst xmlns="${main}" count="${rows * 2 + 2}" uniqueCount="${texts.size}">`;
    for (const text of texts.keys()) yield `<si><t>${xml(text)}</t><phoneticPr fontId="1"/></si>`;
    yield '</sst>';
  }
  const zip = new ZipFile();
  const output = pipeline(zip.outputStream, createWriteStream(path));
  const add = async (name: string, content: Iterable<string>) => {
    const stream = new PassThrough();
    zip.addReadStream(stream, name, { compressionLevel: 6 });
    await pipeline(inBlocks(content), stream);
  };
  await add('[Content_Types].xml', [
    `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${types}.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="${types}.sharedStrings+xml"/><Override PartName="/xl/styles.xml" ContentType="${types}.styles+xml"/></Types>`,
  ]);
  const relation = (id: number, type: string, target: string) =>
    `<Relationship Id="rId${id}" Type="${rel}/${type}" Target="${target}"/>`;
  const relations = (content: string) => [
    `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${content}</Relationships>`,
  ];
  await add('_rels/.rels', relations(relation(1, 'officeDocument', 'xl/workbook.xml')));
  await add('xl/workbook.xml', [
    `${head}<workbook xmlns="${main}" xmlns:r="${rel}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  ]);
  await add(
    'xl/_rels/workbook.xml.rels',
    relations(
      relation(1, 'worksheet', 'worksheets/sheet1.xml') +
        relation(2, 'sharedStrings', 'sharedStrings.xml') +
        relation(3, 'styles', 'styles.xml'),
    ),
  );
  await add('xl/styles.xml', [
    `${head}<styleSheet xmlns="${main}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="49"/></cellXfs></styleSheet>`,
  ]);
  // yazl writes parts in order of adding, so shared texts may stand behind the sheet that fills their table.
  await add('xl/worksheets/sheet1.xml', sheet());
  await add('xl/sharedStrings.xml', strings());
  zip.end();
  await output;
}
