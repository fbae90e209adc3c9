import type { Dispatch } from '../dispatches/dispatch.ts';
import { isBlank, resultOf } from '../dispatches/message-view.ts';
import type { BatchStore, RowStore } from '../dispatches/ports.ts';
import { factsOf, type ShownStatus } from '../dispatches/row-status.ts';
import { type Due, type Fact, facts, type NoticeKind } from '../permissions/due.ts';
import type { ToldNotice } from './ports.ts';

/**
 * A notice as a row of its dispatch. The rows are what says for good who was told what: they exist exactly if the
 * dispatch does, so whoever finds it can mark them.
 */
export const noticeTemplate = '{{ notice }}';

export const variablesOf = ({ fact, saidAtMs, dueAtMs }: Due, text: string): Readonly<Record<string, string>> => ({
  notice: text,
  fact,
  saidAt: new Date(saidAtMs).toISOString(),
  dueAt: new Date(dueAtMs).toISOString(),
});

export interface NoticeRowPorts {
  readonly batches: Pick<BatchStore, 'all'>;
  readonly rows: Pick<RowStore, 'rowsOf'>;
}

/** Everybody whom a dispatch of notices tells something, with what became of the message. */
export async function noticesOf(
  { batches, rows }: NoticeRowPorts,
  dispatch: Dispatch,
  kind: NoticeKind,
): Promise<readonly (ToldNotice & { readonly status: ShownStatus })[]> {
  const { id, prepared, firstWaveAtMs, createdAtMs } = dispatch;
  if (!prepared) throw new Error(`${id} tells notices and has nothing prepared`);
  const atMs = firstWaveAtMs ?? createdAtMs;
  const cellsOf = (names: readonly string[]) => names.map((name) => prepared.columns.indexOf(name));
  const [text = 0, fact = 0, saidAt = 0, dueAt = 0] = cellsOf(['notice', 'fact', 'saidAt', 'dueAt']);
  const all = await batches.all(id, prepared.attempt);
  const found = await Promise.all(
    all.map(async (batch) =>
      (await rows.rowsOf(dispatch, batch)).flatMap((row, position) => {
        if (isBlank(row)) return [];
        // A row begins with its number in the list; its cells follow in the order of the columns
        const cell = (column: number) => String(row[column + 1]);
        const notice = {
          kind,
          digits: row[1],
          fact: factOfCell(cell(fact)),
          saidAtMs: Date.parse(cell(saidAt)),
          dueAtMs: Date.parse(cell(dueAt)),
          text: cell(text),
          dispatchId: id,
          atMs,
          status: factsOf(resultOf(dispatch, batch, position).status).shown,
        };
        return [notice];
      }),
    ),
  );
  return found.flat();
}

function factOfCell(cell: string): Fact {
  const fact = facts.find((one) => one === cell);
  if (fact === undefined) throw new Error('A row of a notice without its fact');
  return fact;
}

/** What became of a message, and when it went or is to go: a dispatch may be moved to another time. */
export interface Outcome {
  readonly status: ShownStatus;
  readonly atMs: number;
}

/** What became of the messages of a dispatch, by number (E.164 digits). */
export async function outcomesOf(
  ports: NoticeRowPorts,
  dispatch: Dispatch,
  kind: NoticeKind,
): Promise<ReadonlyMap<string, Outcome>> {
  const notices = await noticesOf(ports, dispatch, kind);
  return new Map(notices.map(({ digits, status, atMs }) => [digits, { status, atMs }]));
}
