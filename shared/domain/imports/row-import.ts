import type { ImportRowCode } from '../../contracts/codes.ts';
import type { ImportId, OwnerId, UploadId } from '../../contracts/ids.ts';
import type { ContactChoices } from '../contacts/imports/contact-choices.ts';
import { timeOfUlid } from '../erasures/ulid-time.ts';

export const importKinds = ['consents', 'opt_outs', 'contacts'] as const;
export type ImportKind = (typeof importKinds)[number];

/** `waiting`: for its upload; `checking`: all rows are judged, nothing is changed; `applying`: what rows say is done. */
export const importStates = ['waiting', 'checking', 'applying', 'completed', 'failed'] as const;
export type ImportState = (typeof importStates)[number];

/** Why nothing, or nothing more, is imported. */
export const importFailureCodes = [
  'upload_rejected',
  'upload_expired',
  'columns_missing',
  'columns_unusable',
  'invalid_rows',
  'too_many_attempts',
] as const;
export type ImportFailureCode = (typeof importFailureCodes)[number];

/** One refused row, as a customer sees it. `row` as a spreadsheet counts. */
export interface ImportRowError {
  readonly row: number;
  readonly column: string;
  readonly code: ImportRowCode;
  readonly message: string;
}

/** A file whose rows become consents, opt-outs or contacts. */
export interface RowImport {
  readonly id: ImportId;
  readonly owner: OwnerId;
  readonly kind: ImportKind;
  readonly uploadId: UploadId;
  /** `reject`: one bad row, and nothing is imported; `skip`: bad rows are left out. */
  readonly onInvalidRows: 'reject' | 'skip';
  /** Of contacts only. */
  readonly contacts: ContactChoices | null;
  readonly state: ImportState;
  /** Rises by one with every write. */
  readonly version: number;
  /** Recipients of the upload; null until it is ready. */
  readonly rows: number | null;
  /** Rows gone through: `changed + unchanged`, and the refused ones among them. */
  readonly done: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Rows whose values make no sense; known once all are checked. */
  readonly refusedRows: number;
  /** The first ten of them. */
  readonly errors: readonly ImportRowError[];
  /** The csv of all refused rows; null if there are none. */
  readonly reportKey: string | null;
  readonly failure: { readonly code: ImportFailureCode; readonly message: string } | null;
  /** The step that may write, and until when nobody else begins one; null: none is at work. */
  readonly leaseUntilMs: number | null;
  /** Steps begun since the last one that got on. */
  readonly tries: number;
  /** Where in the object of rows the first row lies that was not gone through, in bytes. */
  readonly offset: number;
  readonly createdAtMs: number;
  readonly completedAtMs: number | null;
  /** When the sweeper has to look; null when never again. */
  readonly nextCheckAtMs: number | null;
}

/** Every move an import can make, and the states it may start from; the store turns `from` into the write's condition. */
export const moves = {
  /** Its upload is not there yet. */
  wait: { from: ['waiting'] },
  /** A step takes hold of it. */
  begin: { from: ['waiting', 'checking', 'applying'] },
  /** A step got on, or renews its lease. */
  progress: { from: ['checking', 'applying'] },
  checked: { from: ['checking'] },
  complete: { from: ['applying'] },
  fail: { from: ['waiting', 'checking', 'applying'] },
  /** The sweeper, or what ended it, says when to look again. */
  check: { from: ['waiting', 'checking', 'applying', 'completed', 'failed'] },
} as const satisfies Record<string, { from: readonly ImportState[] }>;
export type ImportMove = keyof typeof moves;

export const isOver = ({ state }: Pick<RowImport, 'state'>): boolean => state === 'completed' || state === 'failed';

/** A record that starts it may get lost; the sweeper sees to it then. */
export const lostAfterMs = 60_000;

export const newImport = (
  made: Pick<RowImport, 'id' | 'owner' | 'kind' | 'uploadId' | 'onInvalidRows' | 'contacts'>,
  nowMs: number,
): RowImport => ({
  ...made,
  state: 'waiting',
  version: 1,
  rows: null,
  done: 0,
  changed: 0,
  unchanged: 0,
  refusedRows: 0,
  errors: [],
  reportKey: null,
  failure: null,
  leaseUntilMs: null,
  tries: 0,
  offset: 0,
  createdAtMs: nowMs,
  completedAtMs: null,
  nextCheckAtMs: nowMs + lostAfterMs,
});

/** When its rows were listed, epoch ms: with the file, whose upload may be older than the import. */
export const listedAtMs = ({ uploadId, createdAtMs }: Pick<RowImport, 'uploadId' | 'createdAtMs'>): number =>
  Math.min(createdAtMs, timeOfUlid(uploadId.slice('upl_'.length)) ?? createdAtMs);
