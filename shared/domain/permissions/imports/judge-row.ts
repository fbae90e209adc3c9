import { parseMoment } from '../../content/moment.ts';
import type { ImportKind, RowImport } from '../../imports/row-import.ts';
import { judged, namedCells, type RowCells, RowRefused, type Verdict } from '../../imports/row-work.ts';
import { evidenceCharactersMax, type PermissionChange } from '../permission.ts';
import { saidIn } from './said-value.ts';

/** Columns that a file must have. */
export const missingColumns = (kind: ImportKind, columns: readonly string[]): readonly string[] =>
  kind === 'consents' && !columns.includes('marketing') ? ['marketing'] : [];

/**
 * Judges the rows of an import: what is there to judge by does not change while it runs, so that going through a row
 * again says the same. Columns that mean nothing here are passed over. An empty cell says nothing: what is known stays.
 */
export function rowJudge(made: RowImport, columns: readonly string[]): (row: RowCells) => Verdict<PermissionChange> {
  return made.kind === 'consents' ? consentJudge(made, columns) : optOutJudge(made, columns);
}

function consentJudge({ id, createdAtMs }: RowImport, columns: readonly string[]) {
  const cellsOf = namedCells(columns);
  return (row: RowCells): Verdict<PermissionChange> =>
    judged(() => {
      const cell = cellsOf(row);
      const marketing = consentIn('marketing', cell('marketing'));
      const night = consentIn('night', cell('night'));
      if (night === true && marketing !== true) {
        const message = 'Consent at night is part of consent to advertising: "marketing" must say yes in the same row.';
        throw new RowRefused('night', 'night_without_marketing', message);
      }
      const atMs = timeIn('at', cell('at'), createdAtMs);
      const evidence = cell('evidence').trim();
      if (evidence.length > evidenceCharactersMax) {
        throw new RowRefused(
          'evidence',
          'too_long',
          `"evidence" may have at most ${evidenceCharactersMax} characters.`,
        );
      }
      return {
        source: 'import',
        importId: id,
        marketing,
        // Who wants no advertising wants none at night
        night: night ?? (marketing === false ? false : undefined),
        asOfMs: atMs ?? createdAtMs,
        consentAtMs: atMs,
        ...(evidence === '' ? {} : { evidence, evidenceUploadId: null }),
      };
    });
}

/** The second name is that of the exported list, so that it can be read in again. */
const optOutTimes = ['at', 'optedOutAt'] as const;

function optOutJudge({ id, createdAtMs }: RowImport, columns: readonly string[]) {
  const cellsOf = namedCells(columns);
  const column = optOutTimes.find((name) => columns.includes(name)) ?? 'at';
  return (row: RowCells): Verdict<PermissionChange> =>
    judged(() => {
      const atMs = timeIn(column, cellsOf(row)(column), createdAtMs);
      return { source: 'import', importId: id, optedOut: true, optOutAtMs: atMs, asOfMs: atMs ?? createdAtMs };
    });
}

function consentIn(column: string, cell: string): boolean | undefined {
  const said = saidIn(cell);
  if (said === undefined) {
    throw new RowRefused(
      column,
      'invalid_value',
      `"${column}" must say yes or no: true, false, Y, N, O, X, 동의, 거부.`,
    );
  }
  return said ?? undefined;
}

const koreaAheadMs = 9 * 3_600_000;
/** Before anybody could be written to; a year that was mistyped lies there. */
const earliestMs = Date.UTC(1990, 0, 1) - koreaAheadMs;

/** The time a cell names: the clock of Korea, unless it says otherwise. Undefined: it names none. */
function timeIn(column: string, cell: string, nowMs: number): number | undefined {
  const text = cell.trim().replace(/^'/, '');
  if (text === '') return undefined;
  const moment = parseMoment(text, nowMs);
  // Korea has not put its clocks forward since 1988
  const atMs = moment === null ? null : moment.kind === 'instant' ? moment.instantMs : moment.wallMs - koreaAheadMs;
  if (atMs === null || atMs < earliestMs) {
    const message = `"${column}" must be a date or a time, such as 2026-11-21 or 2026-11-21 14:30.`;
    throw new RowRefused(column, 'invalid_time', message);
  }
  if (atMs > nowMs) throw new RowRefused(column, 'in_the_future', `"${column}" lies in the future.`);
  return atMs;
}
