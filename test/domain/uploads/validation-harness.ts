import type { ByteSink } from '../../../shared/domain/uploads/byte-writer.ts';
import {
  type RecipientsFile,
  type ValidationOutcome,
  type ValidationProgress,
  validateRecipients,
} from '../../../shared/domain/uploads/validate-recipients.ts';

export interface Validated {
  readonly outcome: ValidationOutcome;
  /** Lines of the objects, parsed; the rows without their header. */
  readonly header: unknown;
  readonly rows: unknown[];
  readonly rejected: unknown[];
  readonly rowBytes: Buffer;
  readonly report: string;
  readonly progress: ValidationProgress[];
}

interface Options {
  onInvalidRows?: 'reject' | 'skip';
  requiredColumns?: string[];
  /** How csv bytes are cut. */
  chunkBytes?: number;
}

const lines = (bytes: Buffer) =>
  bytes
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

/** A sink that copies at once and then spoils the block, as the contract allows whoever owns it to reuse it. */
function collecting(): { sink: ByteSink; bytes: () => Buffer } {
  const parts: Buffer[] = [];
  return {
    sink: {
      write: async (block) => {
        parts.push(Buffer.from(block));
        block.fill(0x3f);
      },
    },
    bytes: () => Buffer.concat(parts),
  };
}

export async function* cut(bytes: Buffer, chunkBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield Buffer.from(bytes.subarray(at, at + chunkBytes));
}

async function validate(file: RecipientsFile, options: Options): Promise<Validated> {
  const rows = collecting();
  const rejected = collecting();
  const report = collecting();
  const progress: ValidationProgress[] = [];
  const outcome = await validateRecipients(
    file,
    { onInvalidRows: options.onInvalidRows ?? 'skip', requiredColumns: options.requiredColumns ?? [], seed: 12345 },
    { rows: rows.sink, rejected: rejected.sink, report: report.sink },
    async (step) => void progress.push(step),
  );
  const ready = outcome.kind === 'ready';
  const [header, ...parsed] = ready ? lines(rows.bytes()) : [undefined];
  return {
    outcome,
    header,
    rows: parsed,
    rejected: ready ? lines(rejected.bytes()) : [],
    rowBytes: rows.bytes(),
    report: report.bytes().toString(),
    progress,
  };
}

export const validateCsv = (text: string | Buffer, options: Options = {}): Promise<Validated> =>
  validate({ kind: 'csv', chunks: cut(Buffer.from(text), options.chunkBytes ?? 65536) }, options);

export const validateWorkbook = (bytes: Buffer, options: Options = {}): Promise<Validated> =>
  validate({ kind: 'workbook', bytes }, options);

/** The file code, `rows_rejected`, or `ready`. */
export const verdictOf = ({ outcome }: Validated): string =>
  outcome.kind === 'file_rejected' ? outcome.problem.code : outcome.kind;
