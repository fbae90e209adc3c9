import { FileRefused } from '../file-problem.ts';
import { isBuiltInDateFormat, isDateFormat } from './number-text.ts';
import type { CellStyles } from './sheet-reader.ts';
import { attributesOf, brokenXml, XmlScanner } from './xml-scanner.ts';
import type { ZipParts } from './zip-parts.ts';

const smallPartBytesMax = 16 * 1024 * 1024; // workbook, relations and styles are a few KB; nobody has 16 MB of styles

/** Where the first sheet and its helpers lie, and how cells are to be understood. */
export interface Workbook {
  readonly sheet: string;
  readonly sharedStrings: string | null;
  readonly styles: CellStyles;
}

type OnTag = (name: string, attributes: Map<string, string>) => void;

/** Reads a workbook's table of contents. Throws FileRefused. */
export async function readWorkbook(parts: ZipParts): Promise<Workbook> {
  const root = await relations(parts, '_rels/.rels', '');
  const workbook = root.find(({ type }) => type === 'officeDocument')?.target ?? 'xl/workbook.xml';
  if (!parts.has(workbook) || !workbook.endsWith('.xml')) {
    throw new FileRefused('unsupported_format', 'The file is no xlsx workbook. Save it as xlsx and upload it again.');
  }
  const sheetIds: string[] = [];
  let from1904 = false;
  await tags(parts, workbook, (name, attributes) => {
    if (name === 'sheet') sheetIds.push(attribute(attributes, 'id') ?? '');
    if (name === 'workbookPr') from1904 = ['1', 'true'].includes(attributes.get('date1904') ?? '');
  });

  const slash = workbook.lastIndexOf('/') + 1;
  const folder = workbook.slice(0, slash);
  const links = await relations(parts, `${folder}_rels/${workbook.slice(slash)}.rels`, folder);
  const sheets = sheetIds.map((id) => links.find((link) => link.id === id && link.type === 'worksheet'));
  const sheet = sheets.find((link) => link !== undefined);
  if (sheet === undefined || !parts.has(sheet.target)) throw brokenXml('it has no sheet');
  const shared = links.find(({ type }) => type === 'sharedStrings')?.target ?? null;
  const styles = links.find(({ type }) => type === 'styles')?.target;
  return {
    sheet: sheet.target,
    sharedStrings: shared !== null && parts.has(shared) ? shared : null,
    styles: { dateStyles: styles === undefined ? new Set() : await dateStyles(parts, styles), from1904 },
  };
}

async function dateStyles(parts: ZipParts, name: string): Promise<Set<number>> {
  const formats = new Map<number, boolean>();
  const dates = new Set<number>();
  let inCellStyles = false;
  let style = 0;
  const onOpen: OnTag = (tag, attributes) => {
    if (tag === 'numFmt')
      formats.set(Number(attributes.get('numFmtId')), isDateFormat(attributes.get('formatCode') ?? ''));
    else if (tag === 'cellXfs') inCellStyles = true;
    else if (tag === 'cellStyles' || tag === 'cellStyleXfs') inCellStyles = false;
    else if (tag === 'xf' && inCellStyles) {
      const format = Number(attributes.get('numFmtId') ?? 0);
      if (formats.get(format) ?? isBuiltInDateFormat(format)) dates.add(style);
      style++;
    }
  };
  await tags(parts, name, onOpen);
  return dates;
}

interface Relation {
  readonly id: string;
  readonly type: string;
  readonly target: string;
}

async function relations(parts: ZipParts, name: string, folder: string): Promise<Relation[]> {
  const found: Relation[] = [];
  await tags(parts, name, (tag, attributes) => {
    const target = attributes.get('Target');
    if (tag !== 'Relationship' || target === undefined || attributes.get('TargetMode') === 'External') return;
    const type = attributes.get('Type') ?? '';
    const path = URL.parse(target, `zip:///${folder}`)?.pathname.slice(1);
    if (path === undefined) return;
    found.push({ id: attributes.get('Id') ?? '', type: type.slice(type.lastIndexOf('/') + 1), target: decoded(path) });
  });
  return found;
}

/** An attribute whatever its prefix: `r:id`, in strict workbooks under another letter. */
function attribute(attributes: Map<string, string>, name: string): string | undefined {
  for (const [key, value] of attributes) if (key === name || key.endsWith(`:${name}`)) return value;
  return undefined;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a stray percent sign: the name as written is the best guess
  }
}

async function tags(parts: ZipParts, name: string, onOpen: OnTag): Promise<void> {
  let bytesRead = 0;
  const scanner = new XmlScanner({
    open: (bytes, start, end, attributesEnd) =>
      onOpen(bytes.toString('latin1', start, end), attributesOf(bytes, end, attributesEnd)),
    close: () => undefined,
    text: () => undefined,
  });
  for await (const chunk of parts.read(name)) {
    bytesRead += chunk.length;
    if (bytesRead > smallPartBytesMax)
      throw new FileRefused('too_large', 'The workbook has an oversized table of contents.');
    scanner.push(chunk);
  }
  scanner.end();
}
