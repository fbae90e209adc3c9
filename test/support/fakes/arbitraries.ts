import fc from 'fast-check';
import { type FailureCode, failureCodes, type SkipReason, skipReasons } from '../../../shared/contracts/codes.ts';
import type { RowChange } from '../../../shared/domain/dispatches/result-page.ts';
import { type RowStatus, statuses } from '../../../shared/domain/dispatches/row-status.ts';

/** Things that may be learned of a row, in shapes that writers make. */

const skip = fc.constantFrom(...(Object.keys(skipReasons) as SkipReason[]));
const failure = fc.constantFrom(...(Object.keys(failureCodes) as FailureCode[]));

const codeOf = (status: RowStatus): fc.Arbitrary<RowChange['code']> => {
  if (status === 'skipped') return skip;
  if (status === 'refused' || status === 'failed') return failure;
  return fc.constant(status === 'unresolved' ? 'unresolved' : null);
};

/** Seconds, as milliseconds: pages keep no more. */
const atMs = fc.integer({ min: 0, max: 0xffff_ffff }).map((seconds) => seconds * 1_000);

export const changeOf = (rows: number): fc.Arbitrary<RowChange> =>
  fc
    .constantFrom(...statuses)
    .chain((status) => fc.record({ row: fc.nat(rows - 1), status: fc.constant(status), code: codeOf(status), atMs }));

/** A batch's worth of changes, in any order and however absurd. */
export const changesOf = (rows: number, maxLength = 60) => fc.array(changeOf(rows), { maxLength });
