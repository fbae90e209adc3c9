import type { DocumentFlaw, Mismatch, SubmitOutcome } from '../../shared/domain/identity/submit-identity.ts';
import type { IdentityStatus } from '../../shared/domain/tenants/tenant.ts';
import { busy, type FieldError, fieldProblem, type Problem, problem } from './problems.ts';

/** Why what was handed in is not taken. */

const inBody = (pointer: string, code: FieldError['code'], detail: string): FieldError => ({
  in: 'body',
  pointer,
  code,
  detail,
});

/** Field by field, and without what they should have been. */
const mismatched: Readonly<Record<Mismatch, readonly [pointer: string, detail: string]>> = {
  name_of_sign_up: ['/name', 'is not the name that was given at the sign-up'],
  number_of_sign_up: ['/number', 'is not the number that was given at the sign-up'],
  check_missing: ['/checkId', 'is no check of yours that was confirmed within the last 24 hours'],
  name_of_check: ['/name', 'is not the name that the phone check confirmed'],
  number_of_check: ['/number', 'is not the number that the phone check confirmed'],
};

const flawOf = (flaw: DocumentFlaw): FieldError => {
  if (flaw.kind === 'missing') return inBody('/documents', 'missing', `lacks ${flaw.document}`);
  const pointer = `/documents/${flaw.index}`;
  return flaw.kind === 'twice'
    ? inBody(pointer, 'invalid_value', 'its kind or its upload is there already')
    : inBody(`${pointer}/kind`, 'no_effect', 'is not asked of this role');
};

const whyNotNow: Readonly<Record<IdentityStatus, string>> = {
  unverified: 'It has changed just now; please try again.',
  reviewing: 'What was handed in is being looked at.',
  rejected: 'It has changed just now; please try again.',
  approved: 'The identity is approved already.',
};

const agreedAt = '/agreement/agreedAt';
const agreementProblems = {
  outdated: fieldProblem(
    'agreement_outdated',
    '/agreement/version',
    'invalid_value',
    'This is not the version in force: show the one at GET /v1/identity/agreement.',
  ),
  in_the_future: fieldProblem('unprocessable', agreedAt, 'in_the_future', 'This time has not come yet.'),
  too_long_ago: fieldProblem('unprocessable', agreedAt, 'in_the_past', 'This is more than 30 days ago: agree again.'),
} as const;

export function submitProblem(outcome: Exclude<SubmitOutcome, { kind: 'submitted' | 'replayed' }>): Problem {
  switch (outcome.kind) {
    case 'wrong_state':
      return problem('wrong_state', whyNotNow[outcome.identity.status]);
    case 'representative_missing':
      return problem(
        'representative_missing',
        'Ask the operator to record who signed up, name and number; then hand in.',
      );
    case 'agreement':
      return agreementProblems[outcome.why];
    case 'mismatch': {
      const errors = outcome.fields.map((field) => inBody(mismatched[field][0], 'invalid_value', mismatched[field][1]));
      return problem('identity_mismatch', 'Name and number must be those of the sign-up and of the phone check.', {
        errors,
      });
    }
    case 'documents':
      return problem('invalid_documents', 'A representative hands in one document, an employee two.', {
        errors: outcome.flaws.map(flawOf),
      });
    case 'document_refused': {
      const { index, why } = outcome.refusal;
      const at = `/documents/${index}/uploadId`;
      switch (why) {
        case 'not_found':
          return fieldProblem('unprocessable', at, 'invalid_value', 'There is no such upload of a document of yours.');
        case 'rejected':
          return fieldProblem(
            'upload_rejected',
            at,
            'invalid_value',
            'The document was rejected: upload another file.',
          );
        case 'expired':
          return fieldProblem('upload_expired', at, 'invalid_value', 'The upload has expired: upload the file again.');
        default:
          return fieldProblem('unprocessable', at, 'invalid_value', `The upload is ${why}: wait until it is ready.`);
      }
    }
    case 'busy':
      return busy;
  }
}
