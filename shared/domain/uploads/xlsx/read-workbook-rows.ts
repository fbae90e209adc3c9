import type { Row } from '../row.ts';
import { SharedStrings } from './shared-strings.ts';
import { SheetReader } from './sheet-reader.ts';
import { readWorkbook } from './workbook.ts';
import { brokenXml, XmlScanner } from './xml-scanner.ts';
import { ZipParts } from './zip-parts.ts';

/** Small, because many short cells that point to one long text become a thousand times as many bytes. */
const sliceBytes = 64 * 1024;

/** What the reader asks for between chunks. */
export interface BetweenChunks {
  /** Texts are being unpacked; no rows yet. */
  onConverted(bytesRead: number): Promise<void>;
  /** Rows up to here have been handed over. */
  onRead(bytesRead: number): Promise<void>;
}

/** Hands over the rows of a workbook's first sheet. `file`: the whole xlsx or xlsm. Throws FileRefused. */
export async function readWorkbookRows(file: Buffer, onRow: (row: Row) => void, between: BetweenChunks): Promise<void> {
  const parts = await ZipParts.open(file);
  const workbook = await readWorkbook(parts);
  const shared = new SharedStrings();
  if (workbook.sharedStrings !== null) {
    const scanner = new XmlScanner(shared);
    for await (const chunk of parts.read(workbook.sharedStrings)) {
      scanner.push(chunk);
      await between.onConverted(parts.packedBytesRead);
    }
    scanner.end();
  }
  const sheet = new SheetReader(shared, workbook.styles, onRow);
  const scanner = new XmlScanner(sheet);
  for await (const chunk of parts.read(workbook.sheet)) {
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      scanner.push(chunk.subarray(at, at + sliceBytes));
      await between.onRead(parts.packedBytesRead);
    }
  }
  if (!sheet.done) throw brokenXml('its first sheet ends in the middle');
}
