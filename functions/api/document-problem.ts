import type { DocumentRefusal } from '../../shared/domain/documents/take-documents.ts';
import { fieldProblem, type Problem, type ProblemCode } from './problems.ts';

const unusable = {
  not_found: ['unprocessable', 'There is no such document of yours.'],
  awaiting_file: ['unprocessable', 'The document has not been put yet.'],
  validating: ['unprocessable', 'The document is still being checked: wait until its upload is ready.'],
  rejected: ['upload_rejected', 'The document was rejected: GET its upload to see why.'],
  expired: ['upload_expired', 'The document has expired: upload it again.'],
} as const satisfies Record<DocumentRefusal, readonly [ProblemCode, string]>;

/** Why a document that was handed in could not be taken. */
export function documentProblem(why: DocumentRefusal, pointer: string): Problem {
  const [code, detail] = unusable[why];
  return fieldProblem(code, pointer, 'invalid_value', detail);
}
