import { createReadStream } from 'node:fs';
import iconv from 'iconv-lite';
import { Liquid } from 'liquidjs';
import { batchRowsMax } from '../../shared/contracts/limits.ts';
import { bindContent, compileContent } from '../../shared/domain/content/content.ts';
import { currentPrices } from '../../shared/domain/content/prices.ts';
import { parseRows, wholeLines } from '../../shared/domain/dispatches/prepare/lines.ts';
import { prepare } from '../../shared/domain/dispatches/prepare/prepare.ts';

/**
 * One measured run in a process of its own: `node prepare-work.ts ours|peer|floor <list> <rows> <text>`. Prints CPU
 * seconds and the peak of memory as JSON.
 */
export const columns = ['phoneNumber', 'name', 'amount', 'due'];

type Work = (list: string, rows: number, text: string) => Promise<void>;

const blocks = (list: string) => createReadStream(list, { highWaterMark: 256 * 1024 });
const none = async function* (): AsyncGenerator<Uint8Array> {};

/** The product's prepare: exclude, render, weigh, type, price, batch, index; what it writes is counted and dropped. */
const ours: Work = async (list, rows, text) => {
  const compiled = compileContent({ type: 'auto', subject: null, text, variables: [], images: [] });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const sink = { write: async () => {} };
  const { totals } = await prepare(
    {
      columns,
      expectedRows: rows,
      openRows: () => blocks(list),
      openRejected: none,
      content: bindContent(compiled.content, columns, 0),
      prices: currentPrices.credits,
      waves: 1,
      batchRows: batchRowsMax,
      isErased: null,
      exclude: null,
      isConsentUnknown: null,
      isNightConsented: null,
      nightApart: false,
      digitsOfGiven: () => null,
    },
    { rows: sink, excluded: sink, index: sink, batches: async () => {}, progress: async () => {} },
  );
  if (totals.sendable !== rows) throw new Error(`${totals.sendable} of ${rows} rows are sendable`);
};

async function eachRow(list: string, work: (row: readonly (string | number)[]) => void): Promise<void> {
  let first = true;
  for await (const lines of wholeLines(blocks(list))) {
    const from = first ? lines.indexOf(0x0a) + 1 : 0;
    first = false;
    for (const row of parseRows(lines.subarray(from))) work(row);
  }
}

/** The usual way: each row an object, rendered by liquidjs, encoded by iconv-lite to count its bytes. */
const peer: Work = async (list, _rows, text) => {
  const liquid = new Liquid({ templates: {}, timezoneOffset: 'Asia/Seoul' });
  liquid.registerFilter('number_with_delimiter', (value: unknown) => String(value).replace(/\B(?=(\d{3})+$)/g, ','));
  const template = liquid.parse(text);
  let bytes = 0;
  await eachRow(list, ([, phoneNumber, name, amount, due]) => {
    bytes += iconv.encode(liquid.renderSync(template, { phoneNumber, name, amount, due }), 'cp949').length;
  });
  if (bytes === 0) throw new Error('Nothing was rendered');
};

/** Reading and parsing the same rows, which the peer's time holds too. */
const floor: Work = async (list, rows) => {
  let seen = 0;
  await eachRow(list, () => seen++);
  if (seen !== rows) throw new Error(`${seen} of ${rows} rows were read`);
};

const works: Readonly<Record<string, Work>> = { ours, peer, floor };

export interface Measured {
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

if (import.meta.main) {
  const [mode = '', list = '', rows = '', text = ''] = process.argv.slice(2);
  const work = works[mode];
  if (!work) throw new Error(`There is no work ${mode}`);
  const before = process.cpuUsage();
  await work(list, Number(rows), text);
  const { user, system } = process.cpuUsage(before);
  const measured: Measured = { cpuSeconds: (user + system) / 1e6, peakMb: process.resourceUsage().maxRSS / 1024 };
  process.stdout.write(JSON.stringify(measured));
}
