import * as z from 'zod';
import { tenantIdShape, uploadIdShape } from '../../shared/contracts/ids.ts';
import type { Audit, AuditFacts } from '../../shared/domain/audit/audit.ts';
import { documentsKeptDays } from '../../shared/domain/documents/document.ts';
import { readSenderNumber, type SenderNumber } from '../../shared/domain/numbers/sender-number.ts';
import type { MoveSenderOutcome, RecordChange } from '../../shared/domain/senders/move-sender.ts';
import { checklistOf, type SenderCheck, senderChecks } from '../../shared/domain/senders/required-documents.ts';
import {
  type Sender,
  type SenderMove,
  senderDocumentKinds,
  senderKinds,
  senderMethods,
  senderMoves,
  senderStates,
} from '../../shared/domain/senders/sender.ts';
import { busy, notFound, type Problem, problem } from './problems.ts';
import { checksMissing, otherWaits } from './review-problems.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

/** How sender numbers are answered, to their tenants and to the operator. */

export const issueDateShape = z.iso.date().meta({
  description: 'The day in Korea on which it was issued',
  example: '2026-11-27',
});

const documentShape = z.object({
  kind: z.enum(senderDocumentKinds),
  uploadId: uploadIdShape,
  fileName: z.string(),
  format: z.enum(['pdf', 'jpeg', 'png']),
  bytes: z.int().min(1),
  issuedOn: issueDateShape.nullable(),
});

export const senderShape = z
  .object({
    number: z.string().meta({ description: 'National digits, as used in `from`', example: '0212345678' }),
    status: z.enum(senderStates).meta({
      description:
        '`reviewing`: we look at the documents; `approved`: messages may be sent from it; `rejected`: see `reason`, and ask again; `blocked`: by us, see `reason`; `withdrawn`: by you',
    }),
    method: z.enum(senderMethods).meta({ description: '`operator`: approved by us without either' }),
    kind: z.enum(senderKinds).nullable().meta({ description: 'Whose it is; null unless by documents' }),
    documents: z.array(documentShape).meta({
      description: `What was handed in. Only we see the files, encrypted, and remove them ${documentsKeptDays} days after the number was rejected or withdrawn, a later request replaced them, or the account was closed`,
    }),
    reason: z.string().nullable(),
    requestedAt: timeShape,
    approvedAt: timeShape.nullable().meta({ description: 'Null unless it is approved' }),
    changedAt: timeShape.meta({ description: 'Since when it has its status' }),
  })
  .meta({ id: 'SenderNumber' });

export const shownSender = (sender: Sender): z.input<typeof senderShape> => ({
  number: sender.number,
  status: sender.state,
  method: sender.method,
  kind: sender.kind,
  documents: sender.documents.map(({ sizeBytes, ...document }) => ({ ...document, bytes: sizeBytes })),
  reason: sender.reason,
  requestedAt: shownTime(sender.requestedAtMs),
  approvedAt: shownTimeOrNull(sender.approvedAtMs),
  changedAt: shownTime(sender.changedAtMs),
});

export const checkShape = z.enum(senderChecks);

/** A number as whoever has to decide about it sees it. */
export const reviewedSenderShape = senderShape
  .extend({
    tenantId: tenantIdShape,
    checklist: z.array(checkShape).meta({
      description: 'What a person has to look at in the documents, and confirm in `checks` to approve the number',
    }),
  })
  .meta({ id: 'ReviewedSenderNumber' });

export const shownReviewed = (sender: Sender): z.input<typeof reviewedSenderShape> => ({
  ...shownSender(sender),
  tenantId: sender.tenant,
  checklist: [...checklistOf(sender.kind)],
});

/** Notes what an operator changed of a number, and what was confirmed about it. */
export const recordSender =
  (audit: Audit, confirmed: readonly SenderCheck[] = []): RecordChange =>
  (before, after) =>
    audit({
      before: before && recorded(before),
      after: { ...recorded(after), ...(confirmed.length === 0 ? {} : { confirmed }) },
    });

/** Which number it is has to be seen for good: it is no secret of a person, every message from it shows it. */
const recorded = (sender: Sender): AuditFacts => {
  const { number: senderNumber, ...facts } = shownSender(sender);
  return { senderNumber, ...facts };
};

/** Where a page of sender numbers goes on: behind these digits. */
export const senderPosition = z.string().regex(/^\d{8,12}$/);

/** A number in a path, however it is written; one that can be nobody's is read as such, and found nowhere. */
export const numberPathShape = z.string().max(40);

export function numberInPath(given: string): string | null {
  const read = readSenderNumber(given);
  return read.ok ? read.number : null;
}

/** `reason` says which rule a number of such a form breaks. */
export const formProblem = ({ reason, message }: Extract<SenderNumber, { ok: false }>): Problem =>
  problem('invalid_sender_number', message, {
    members: { reason },
    errors: [{ in: 'body', pointer: '/number', code: 'invalid_value', detail: message }],
  });

export const takenProblem = problem(
  'sender_number_taken',
  'Another account may send from this number: only by the agreement of whoever it belongs to, as `third_party` or `other_person`.',
);

const pastTense: Readonly<Record<SenderMove, string>> = {
  request: 'requested again',
  approve: 'approved',
  reject: 'rejected',
  block: 'blocked',
  withdraw: 'withdrawn',
  allow: 'approved',
};

export const stateProblem = (move: SenderMove, { state }: Sender): Problem =>
  problem(
    'wrong_state',
    `The number is ${state}; only one that is ${senderMoves[move].join(' or ')} can be ${pastTense[move]}.`,
    { members: { senderNumberStatus: state } },
  );

/** Why a number did not move. */
export function moveProblem(move: SenderMove, outcome: Exclude<MoveSenderOutcome, { kind: 'moved' }>): Problem {
  switch (outcome.kind) {
    case 'absent':
      return notFound;
    case 'wrong_state':
      return stateProblem(move, outcome.sender);
    case 'asked_again':
      return otherWaits('requestedAt', outcome.sender.requestedAtMs);
    case 'taken':
      return takenProblem;
    case 'unchecked':
      return checksMissing(outcome.checks, 'Confirm it with `true`, or reject the number.');
    case 'busy':
      return busy;
  }
}
