import * as z from 'zod';
import { tenantIdShape } from '../../shared/contracts/ids.ts';
import type { Audit } from '../../shared/domain/audit/audit.ts';
import { type DecideSenderPorts, decideSender, type SenderDecision } from '../../shared/domain/senders/move-sender.ts';
import type { SenderStore } from '../../shared/domain/senders/ports.ts';
import { senderChecks } from '../../shared/domain/senders/required-documents.ts';
import { senderStates } from '../../shared/domain/senders/sender.ts';
import { notFound } from './problems.ts';
import { answer, route } from './route.ts';
import {
  checkShape,
  moveProblem,
  numberInPath,
  numberPathShape,
  recordSender,
  reviewedSenderShape,
  shownReviewed,
} from './sender-number-shapes.ts';
import { givenTimeShape, listShape, pageQuery, shownPage } from './shapes.ts';

export interface OperatorSenderDeps {
  readonly senders: SenderStore;
  readonly ids: DecideSenderPorts['ids'];
  readonly outcomes: DecideSenderPorts['outcomes'];
}

const tag = 'Operator';
const base = '/operator/v1/tenants/{id}/sender-numbers/{number}';
const params = z.strictObject({ id: tenantIdShape, number: numberPathShape });
const reason = z.string().trim().min(1).max(500).meta({ description: 'The tenant is told so' });
const requestedAt = givenTimeShape.meta({
  description:
    'As shown with what you looked at. If the tenant has asked again since, nothing is decided: 409 `wrong_state`',
});
const moveProblems = ['wrong_state', 'conflict'] as const;

/** Where the list over all tenants goes on: what its store says. */
const reviewPosition = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z#ten_[0-9A-Z]{26}#\d{8,12}$/);

const waiting = route({
  method: 'GET',
  path: '/operator/v1/sender-numbers',
  auth: 'operator',
  scope: 'reviews:read',
  tag,
  summary:
    'The sender numbers of all tenants in a state: what waits to be reviewed, longest first; others the latest first',
  query: z.strictObject({ ...pageQuery(reviewPosition), status: z.enum(senderStates).default('reviewing') }),
  responses: { 200: listShape(reviewedSenderShape) },
  run: async ({ query }, { senders }: OperatorSenderDeps) =>
    answer(200, shownPage(await senders.listByState(query.status, query.limit, query.cursor ?? null), shownReviewed)),
});

const look = route({
  method: 'GET',
  path: base,
  auth: 'operator',
  scope: 'reviews:read',
  tag,
  summary: 'A tenant’s sender number, its documents, and what to look at in them',
  params,
  responses: { 200: reviewedSenderShape },
  run: async ({ params }, { senders }: OperatorSenderDeps) => {
    const number = numberInPath(params.number);
    const sender = number === null ? null : await senders.find(params.id, number);
    return sender ? answer(200, shownReviewed(sender)) : notFound;
  },
});

async function decided(
  deps: OperatorSenderDeps,
  { id, number: given }: z.output<typeof params>,
  decision: SenderDecision,
  nowMs: number,
  audit: Audit,
) {
  const number = numberInPath(given);
  if (number === null) return notFound;
  const confirmed = decision.move === 'approve' ? decision.checks : [];
  const outcome = await decideSender(deps, id, number, decision, nowMs, recordSender(audit, confirmed));
  return outcome.kind === 'moved' ? answer(200, shownReviewed(outcome.sender)) : moveProblem(decision.move, outcome);
}

const approve = route({
  method: 'POST',
  path: `${base}/approve`,
  auth: 'operator',
  scope: 'reviews:write',
  tag,
  summary: 'Approves a number that is being reviewed: messages may be sent from it at once',
  params,
  body: z.strictObject({
    requestedAt,
    checks: z
      .partialRecord(checkShape, z.boolean())
      .meta({ description: '`true` for each that the number’s `checklist` has' }),
  }),
  responses: { 200: reviewedSenderShape },
  problems: [...moveProblems, 'sender_number_taken', 'checks_missing'],
  run: ({ params, body, nowMs, audit }, deps: OperatorSenderDeps) => {
    const checks = senderChecks.filter((check) => body.checks[check] === true);
    const decision = { move: 'approve', requestedAtMs: body.requestedAt, checks } as const;
    return decided(deps, params, decision, nowMs, audit);
  },
});

const reject = route({
  method: 'POST',
  path: `${base}/reject`,
  auth: 'operator',
  scope: 'reviews:write',
  tag,
  summary: 'Rejects a number that is being reviewed; the tenant may hand in documents again',
  params,
  body: z.strictObject({ requestedAt, reason }),
  responses: { 200: reviewedSenderShape },
  problems: moveProblems,
  run: ({ params, body, nowMs, audit }, deps: OperatorSenderDeps) => {
    const decision = { move: 'reject', requestedAtMs: body.requestedAt, reason: body.reason } as const;
    return decided(deps, params, decision, nowMs, audit);
  },
});

const block = route({
  method: 'POST',
  path: `${base}/block`,
  auth: 'operator',
  scope: 'reviews:write',
  tag,
  summary: 'Blocks an approved number: whatever uses it stops before its next batch',
  description:
    'Rows that have not gone are skipped as `sender_not_approved`, and their credits released. Only the operator can approve it again, with `POST /operator/v1/tenants/{id}/sender-numbers`.',
  params,
  body: z.strictObject({ reason }),
  responses: { 200: reviewedSenderShape },
  problems: moveProblems,
  run: ({ params, body, nowMs, audit }, deps: OperatorSenderDeps) =>
    decided(deps, params, { move: 'block', reason: body.reason }, nowMs, audit),
});

export const operatorSenderRoutes = [waiting, look, approve, reject, block];
