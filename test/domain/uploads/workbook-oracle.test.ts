import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { FileRefused } from '../../../shared/domain/uploads/file-problem.ts';
import { SharedStrings } from '../../../shared/domain/uploads/xlsx/shared-strings.ts';
import { SheetReader } from '../../../shared/domain/uploads/xlsx/sheet-reader.ts';
import { XmlScanner } from '../../../shared/domain/uploads/xlsx/xml-scanner.ts';
import { validateWorkbook } from './validation-harness.ts';
import { inlineRow, sharedOf, sheetOf, workbookOf } from './workbook-builder.ts';

const styles = { dateStyles: new Set<number>(), from1904: false };

function push(scanner: XmlScanner, bytes: Buffer, cuts: number[]): void {
  let from = 0;
  for (const cut of [...cuts.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    scanner.push(Buffer.from(bytes.subarray(from, cut)));
    from = cut;
  }
  scanner.end();
}

function ours(shared: string, sheet: string, cuts: number[]): Map<string, string> {
  const table = new SharedStrings();
  push(new XmlScanner(table), Buffer.from(shared), cuts);
  const cells = new Map<string, string>();
  const reader = new SheetReader(table, styles, (row) => {
    for (let column = 0; column < row.cells; column++) {
      if (!row.isEmpty(column)) cells.set(`${column}:${row.number}`, row.text(column));
    }
  });
  push(new XmlScanner(reader), Buffer.from(sheet), cuts);
  return cells;
}

/** The same with a parser that knows all of XML, and no thought of speed. */
function oracle(shared: string, sheet: string): Map<string, string> {
  const texts: string[] = [];
  const cells = new Map<string, string>();
  const path: string[] = [];
  let text = '';
  let place = '';
  let type = '';
  const local = (name: string) => name.slice(name.indexOf(':') + 1);
  for (const source of [shared, sheet]) {
    const parser = new SaxesParser();
    parser.on('opentag', (tag) => {
      const name = local(tag.name);
      path.push(name);
      if (name === 'si') text = '';
      if (name === 'c') {
        text = '';
        const [, letters, row] = /^([A-Z]+)(\d+)$/.exec(String(tag.attributes.r))!;
        place = `${letters!.charCodeAt(0) - 65}:${row}`;
        type = String(tag.attributes.t ?? 'n');
      }
    });
    const collect = (piece: string) => {
      const top = path.at(-1);
      if ((top === 't' && !path.includes('rPh')) || top === 'v') text += piece;
    };
    parser.on('text', collect);
    parser.on('cdata', collect);
    parser.on('closetag', () => {
      const name = path.pop();
      if (name === 'si') texts.push(text);
      if (name !== 'c') return;
      const value = type === 's' ? texts[Number(text)]! : text;
      if (value !== '') cells.set(place, value);
    });
    parser.write(source).close();
  }
  return cells;
}

const escaped = (text: string) => text.replace(/[&<>]/g, (c) => `&#${c.codePointAt(0)};`);
const anyText = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom('김철수', 'a<b&c>"d\'', '\r\n', '\n', ' ', '', ']]', '😀', '&amp;'),
  )
  // Not XML at all, or spelled differently by spreadsheets: covered by examples.
  .filter((text) => !/[^\P{Cc}\t\r\n]|[\ufffe\uffff]|_x[\da-f]{4}_/iu.test(text));
const asXml = fc
  .tuple(anyText, fc.boolean())
  .map(([text, cdata]) => (cdata ? `<![CDATA[${text.replaceAll(']]>', '')}]]>` : escaped(text)));
const richText = fc
  .array(asXml, { minLength: 1, maxLength: 3 })
  .map((runs) =>
    runs.length === 1
      ? `<t>${runs[0]}</t>`
      : `${runs.map((run) => `<r><rPr><b val="1"/></rPr><t>${run}</t></r>`).join('')}<rPh><t>x</t></rPh>`,
  );
const prefixes = fc.constantFrom('', 'x:');

test('reads what a full XML parser reads, wherever the chunks are cut', () => {
  fc.assert(
    fc.property(
      fc.array(richText, { minLength: 1, maxLength: 6 }),
      fc.array(fc.array(fc.oneof(fc.nat(5), richText, fc.constant(null)), { maxLength: 5 }), { maxLength: 6 }),
      prefixes,
      fc.array(fc.nat(), { maxLength: 10 }),
      (strings, table, p, cuts) => {
        const prefixed = (xml: string) => xml.replace(/<(\/?)([a-zA-Z])/g, `<$1${p}$2`);
        const shared = `<?xml version="1.0"?><!-- é --><${p}sst xmlns:x="m">${strings.map((si) => prefixed(`<si>${si}</si>`)).join('')}</${p}sst>`;
        const rows = table.map((cells, r) => {
          const xml = cells.map((cell, c) => {
            const place = `${String.fromCharCode(65 + c)}${r + 1}`;
            if (cell === null) return '';
            if (typeof cell === 'number') return `<c r="${place}" s="0" t="s"><v>${cell % strings.length}</v></c>`;
            return `<c r='${place}' t="inlineStr"><is>${cell}</is></c>`;
          });
          return `<row spans="1:5" r="${r + 1}">${xml.join('\n')}</row>`;
        });
        // CDATA may hold what looks like a tag, so prefixes are put on before the texts would be.
        fc.pre(p === '' || !/CDATA/.test(shared + rows.join('')));
        const sheet = `<${p}worksheet xmlns:x="m">${prefixed(`<sheetData>${rows.join('')}</sheetData>`)}</${p}worksheet>`;
        expect(ours(shared, sheet, cuts)).toEqual(oracle(shared, sheet));
      },
    ),
    { numRuns: 800 },
  );
});

test('damaged XML is read or refused, never anything else', () => {
  const shared = sharedOf('<si><t>a</t></si><si><r><t>김</t></r></si>');
  const sheet = sheetOf(
    `${inlineRow(1, 'phoneNumber', 'a&amp;b')}<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2"><v>1.5E3</v></c></row>`,
  );
  const junk = fc.constantFrom(
    '<',
    '>',
    '/',
    '"',
    '&',
    '<!--',
    '<![CDATA[',
    ']]>',
    '<c',
    '</row>',
    '<row>',
    ' r=',
    '\0',
    '<?',
    '9'.repeat(30),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.nat(8), junk), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(), { maxLength: 4 }),
      (edits, cuts) => {
        let [one, two] = [shared, sheet];
        for (const [at, length, insert] of edits) {
          const place = at % (one.length + two.length);
          if (place < one.length) one = one.slice(0, place) + insert + one.slice(place + length);
          else two = two.slice(0, place - one.length) + insert + two.slice(place - one.length + length);
        }
        try {
          ours(one, two, cuts);
        } catch (error) {
          expect(error).toBeInstanceOf(FileRefused);
        }
      },
    ),
    { numRuns: 3000 },
  );
});

test('a damaged file is an answer, not an error', async () => {
  const bytes = await workbookOf({
    sheet: sheetOf(`${inlineRow(1, 'phoneNumber', 'a')}${inlineRow(2, '01020000001', 'b')}`),
    sharedStrings: sharedOf('<si><t>a</t></si>'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      async (edits) => {
        const damaged = Buffer.from(bytes);
        for (const [at, value] of edits) damaged[at] = value;
        const { outcome } = await validateWorkbook(damaged);
        expect(['ready', 'file_rejected', 'rows_rejected']).toContain(outcome.kind);
      },
    ),
    { numRuns: 1000 },
  );
});
