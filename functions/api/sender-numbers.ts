import * as z from 'zod';
import { documentsKeptDays } from '../../shared/domain/documents/document.ts';
import { readSenderNumber } from '../../shared/domain/numbers/sender-number.ts';
import { withdrawSender } from '../../shared/domain/senders/move-sender.ts';
import type { SenderStore } from '../../shared/domain/senders/ports.ts';
import { type RequestSenderPorts, requestSender } from '../../shared/domain/senders/request-sender.ts';
import { type Sender, senderStates } from '../../shared/domain/senders/sender.ts';
import { usageAgreementPage, usageAgreementText } from '../../shared/domain/senders/usage-agreement.ts';
import { documentProblem } from './document-problem.ts';
import { busy, fieldProblem, notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { faultsProblem, senderRequestShape } from './sender-number-request.ts';
import {
  formProblem,
  moveProblem,
  numberInPath,
  numberPathShape,
  senderPosition,
  senderShape,
  shownSender,
  stateProblem,
  takenProblem,
} from './sender-number-shapes.ts';
import { listShape, pageQuery, shownPage } from './shapes.ts';

export interface SenderDeps {
  readonly senders: SenderStore;
}

export interface SenderRequestDeps extends SenderDeps {
  readonly registering: Omit<RequestSenderPorts, 'senders'>;
}

const tag = 'Sender numbers';
const params = z.strictObject({ number: numberPathShape });
const liveOnly = problem('live_key_required', 'A sender number is the account’s own in earnest: use a live key.');

const request = route({
  method: 'POST',
  path: '/v1/sender-numbers',
  auth: 'tenant',
  tag,
  summary: 'Asks for a number to send from',
  description:
    'By documents, which we review (202), or at once by a phone check of your own mobile number (201). Documents are ' +
    'uploads with the purpose `document`. Once taken, nobody but us can read them: we look at them to decide, and remove ' +
    `them ${documentsKeptDays} days after the number was rejected or withdrawn, or the account was closed. A number that ` +
    'another account may send from is refused unless whoever it belongs to agrees: `third_party`, `other_person`. A form ' +
    'for that is at `/v1/sender-numbers/usage-agreement-form`. A rejected or withdrawn number may be asked for again. ' +
    'A number is the account’s, whichever key asks; test keys may only look. `reason` of `invalid_sender_number` is one of ' +
    '`SenderNumberRefusal`.',
  body: senderRequestShape,
  responses: { 201: senderShape, 202: senderShape },
  problems: [
    'live_key_required',
    'wrong_state',
    'sender_number_taken',
    'invalid_sender_number',
    'document_missing',
    'document_outdated',
    'phone_check_not_confirmed',
    'unprocessable',
    'upload_rejected',
    'upload_expired',
    'conflict',
  ],
  idempotent: true,
  run: async ({ caller, body, nowMs, remember }, { senders, registering }: SenderRequestDeps) => {
    if (caller.mode !== 'live') return liveOnly;
    const { given, ...rest } = body;
    const read = readSenderNumber(given);
    if (!read.ok) return formProblem(read);
    const shown = (sender: Sender) => answer(sender.state === 'approved' ? 201 : 202, shownSender(sender));
    const asked = { ...rest, number: read.number };
    const ports = { ...registering, senders };
    const outcome = await requestSender(ports, caller.tenantId, asked, nowMs, remember(shown));
    switch (outcome.kind) {
      case 'requested':
        return shown(outcome.sender);
      case 'wrong_state':
        return stateProblem('request', outcome.sender);
      case 'taken':
        return takenProblem;
      case 'faulty':
        return faultsProblem(outcome.faults);
      case 'document_refused':
        return documentProblem(outcome.why, `/documents/${outcome.index}/uploadId`);
      case 'not_mobile':
        return fieldProblem('invalid_sender_number', '/number', 'invalid_value', 'This is no mobile number.');
      case 'not_confirmed': {
        const detail =
          'This check has not confirmed this number as the own one of whoever proved your identity, or did so too long ago. Numbers of others need documents.';
        return fieldProblem('phone_check_not_confirmed', '/checkId', 'invalid_value', detail);
      }
      case 'busy':
        return busy;
      default:
        return outcome;
    }
  },
});

const list = route({
  method: 'GET',
  path: '/v1/sender-numbers',
  auth: 'tenant',
  tag,
  summary: 'The account’s sender numbers, and which it may send from',
  query: z.strictObject({
    ...pageQuery(senderPosition),
    status: z.enum(senderStates).optional().meta({ description: 'Only those; default: all' }),
  }),
  responses: { 200: listShape(senderShape) },
  run: async ({ caller, query }, { senders }: SenderDeps) => {
    const { status = null, limit, cursor = null } = query;
    const page = await senders.list(caller.tenantId, { state: status, limit, after: cursor });
    return answer(200, shownPage(page, shownSender));
  },
});

const form = route({
  method: 'GET',
  path: '/v1/sender-numbers/usage-agreement-form',
  auth: 'tenant',
  tag,
  summary: 'A form by which whoever a number belongs to lets you send from it',
  description: 'To be filled in, signed, scanned and handed in as `usage_agreement`.',
  query: z.strictObject({
    format: z.enum(['html', 'text']).default('html').meta({ description: '`html`: one page, to be printed' }),
  }),
  responses: { 200: { files: ['text/html', 'text/plain'] } },
  run: async ({ query: { format } }) => {
    if (format === 'html') {
      const bytes = Buffer.from(usageAgreementPage);
      return answer(200, { bytes, contentType: 'text/html; charset=utf-8', fileName: 'usage-agreement.html' });
    }
    const bytes = Buffer.from(`\uFEFF${usageAgreementText}`);
    return answer(200, { bytes, contentType: 'text/plain; charset=utf-8', fileName: 'usage-agreement.txt' });
  },
});

const read = route({
  method: 'GET',
  path: '/v1/sender-numbers/{number}',
  auth: 'tenant',
  tag,
  summary: 'A sender number and how far it has come',
  params,
  responses: { 200: senderShape },
  run: async ({ caller, params }, { senders }: SenderDeps) => {
    const number = numberInPath(params.number);
    const sender = number === null ? null : await senders.find(caller.tenantId, number);
    return sender ? answer(200, shownSender(sender)) : notFound;
  },
});

const withdraw = route({
  method: 'POST',
  path: '/v1/sender-numbers/{number}/withdraw',
  auth: 'tenant',
  tag,
  summary: 'Gives a sender number up, or takes a request for one back',
  description:
    'From now on nothing is sent from it: batches that are still to go are skipped as `sender_not_approved`. So it may be done while the account is suspended, or its identity is not approved, as well.',
  params,
  responses: { 200: senderShape },
  problems: ['live_key_required', 'wrong_state', 'conflict'],
  whileSuspended: 'allowed',
  run: async ({ caller, params, nowMs }, { senders }: SenderDeps) => {
    const number = numberInPath(params.number);
    if (number === null || !(await senders.find(caller.tenantId, number))) return notFound;
    if (caller.mode !== 'live') return liveOnly;
    const outcome = await withdrawSender({ senders }, caller.tenantId, number, nowMs);
    return outcome.kind === 'moved' ? answer(200, shownSender(outcome.sender)) : moveProblem('withdraw', outcome);
  },
});

export const senderNumberRoutes = [request, list, form, read, withdraw];
