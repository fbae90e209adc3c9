/**
 * One measured run in a process of its own: `node validate-run.ts ours|peer|floor <kind> <file>`. Prints CPU seconds, peak
 * memory and how many rows were found good, as JSON. Ours and the peer write their rows to a file in the same folder; the floor only reads and unpacks.
 */

import { once } from 'node:events';
import { createReadStream, createWriteStream, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import type { FileKind } from './validate-data.ts';

const [side, kind, path] = process.argv.slice(2) as ['ours' | 'peer' | 'floor', FileKind, string];
const output = `${path}.${process.pid}.ndjson`;

interface Found {
  readonly valid: number;
  readonly invalid: number;
  readonly duplicates: number;
}

async function ours(): Promise<Found> {
  const { validateRecipients } = await import('../../shared/domain/uploads/validate-recipients.ts');
  const sinkTo = (name: string) => {
    const file = openSync(name, 'w');
    return { write: async (block: Uint8Array) => void writeSync(file, block) };
  };
  const names = [output, `${output}.rejected`, `${output}.report`];
  const [rows, rejected, report] = names.map(sinkTo) as [
    ReturnType<typeof sinkTo>,
    ReturnType<typeof sinkTo>,
    ReturnType<typeof sinkTo>,
  ];
  const outcome = await validateRecipients(
    kind === 'csv'
      ? { kind: 'csv', chunks: createReadStream(path, { highWaterMark: 65536 }) }
      : { kind: 'workbook', bytes: readFileSync(path) },
    { onInvalidRows: 'skip', requiredColumns: ['name'], seed: 99 },
    { rows, rejected, report },
    async () => undefined,
  );
  for (const name of names) rmSync(name);
  if (outcome.kind !== 'ready') throw new Error(JSON.stringify(outcome));
  return outcome.counts;
}

async function peer(): Promise<Found> {
  const { parsePhoneNumberFromString } = await import('libphonenumber-js/mobile');
  const seen = new Set<string>();
  const file = createWriteStream(output);
  let found = { valid: 0, invalid: 0, duplicates: 0 };
  let row = 1;
  const take = async (phone: string, name: string) => {
    row++;
    const text = phone.startsWith('10') ? `0${phone}` : phone;
    const number = parsePhoneNumberFromString(text, { defaultCountry: 'KR', extract: false });
    if (number === undefined || !number.isValid()) found = { ...found, invalid: found.invalid + 1 };
    else if (seen.has(number.number)) found.duplicates++;
    else {
      seen.add(number.number);
      found.valid++;
      if (!file.write(`${JSON.stringify([row, number.number.slice(1), name])}\n`)) await once(file, 'drain');
    }
  };
  if (kind === 'csv') {
    const { parse } = await import('csv-parse');
    for await (const record of createReadStream(path).pipe(parse({ from_line: 2 }))) {
      await take((record as string[])[0]!, (record as string[])[1]!);
    }
  } else {
    const { default: ExcelJS } = await import('exceljs');
    const reader = new ExcelJS.stream.xlsx.WorkbookReader(path, {
      worksheets: 'emit',
      sharedStrings: 'cache',
      hyperlinks: 'ignore',
      styles: 'ignore',
    });
    for await (const sheet of reader) {
      for await (const line of sheet) {
        if (line.number > 1) await take(String(line.getCell(1).value), String(line.getCell(2).value));
      }
    }
  }
  file.end();
  await once(file, 'finish');
  rmSync(output);
  return found;
}

async function floor(): Promise<Found> {
  if (kind === 'csv') {
    for await (const chunk of createReadStream(path)) void chunk;
  } else {
    const { ZipParts } = await import('../../shared/domain/uploads/xlsx/zip-parts.ts');
    const parts = await ZipParts.open(readFileSync(path));
    for (const name of ['xl/sharedStrings.xml', 'xl/worksheets/sheet1.xml']) {
      for await (const chunk of parts.read(name)) void chunk;
    }
  }
  return { valid: 0, invalid: 0, duplicates: 0 };
}

const found = await { ours, peer, floor }[side]();
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({ ...found, cpuSeconds: (user + system) / 1e6, peakMegabytes: process.resourceUsage().maxRSS / 1024 }),
);
