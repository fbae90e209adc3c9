import * as z from 'zod';
import { modes, ownerOf } from '../../shared/contracts/ids.ts';
import { grantCredits } from '../../shared/domain/credits/credit-account.ts';
import type { LedgerEntry } from '../../shared/domain/credits/ledger.ts';
import type { Ids } from '../../shared/domain/dispatches/ports.ts';
import { readSenderNumber } from '../../shared/domain/numbers/sender-number.ts';
import type { Outcomes } from '../../shared/domain/outcomes/outcome.ts';
import { allowSender } from '../../shared/domain/senders/move-sender.ts';
import type { Sender } from '../../shared/domain/senders/sender.ts';
import type { TenantStore } from '../../shared/domain/tenants/tenant.ts';
import { type CreditDeps, ledgerEntryShape, shownEntry } from './credits.ts';
import { busy, notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { formProblem, recordSender, senderPosition, senderShape, shownSender } from './sender-number-shapes.ts';
import type { SenderDeps } from './sender-numbers.ts';
import { listShape, pageQuery, shownPage } from './shapes.ts';
import { tenantPath } from './tenant-shapes.ts';

export interface OperatorGrantDeps extends CreditDeps, SenderDeps {
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly ids: Ids;
  readonly outcomes: Outcomes;
}

const tag = 'Operator';
const creditsMax = 1_000_000_000;

const giveCredits = route({
  method: 'POST',
  path: '/operator/v1/tenants/{id}/credits',
  auth: 'operator',
  scope: 'credits:write',
  tag,
  summary: 'Grants credits, gives a bonus, or adjusts the balance',
  params: tenantPath,
  body: z
    .strictObject({
      credits: z.int().min(-creditsMax).max(creditsMax).meta({ description: 'Negative only with `adjust`; never 0' }),
      type: z.enum(['grant', 'bonus', 'adjust']),
      note: z.string().trim().min(1).max(500).optional(),
      mode: z.enum(modes).default('live').meta({ description: 'Live and test credits are apart' }),
    })
    .refine(({ credits, type }) => (type === 'adjust' ? credits !== 0 : credits > 0), {
      path: ['credits'],
      message: 'must be above 0, or with `adjust` not 0',
    }),
  responses: { 201: ledgerEntryShape },
  problems: ['balance_too_low'],
  idempotent: true,
  run: async ({ params, body, nowMs, remember, audit }, deps: OperatorGrantDeps) => {
    if (!(await deps.tenants.find(params.id))) return notFound;
    const { credits, type, mode } = body;
    const grant = { owner: ownerOf(params.id, mode), type, credits, note: body.note ?? null };
    const shown = (entry: LedgerEntry) => answer(201, shownEntry(entry));
    const outcome = await grantCredits(deps, grant, nowMs, remember(shown), audit);
    switch (outcome.kind) {
      case 'granted':
        return shown(outcome.entry);
      case 'balance_too_low': {
        const { available } = outcome;
        return problem('balance_too_low', 'A balance never falls below 0.', { members: { available } });
      }
      default:
        return outcome;
    }
  },
});

const approveSender = route({
  method: 'POST',
  path: '/operator/v1/tenants/{id}/sender-numbers',
  auth: 'operator',
  scope: 'reviews:write',
  tag,
  summary: 'Approves a number that the tenant may send from',
  description:
    'Without documents, whichever state it was in and whoever else has it. Approving a number again changes nothing and answers as it stands.',
  params: tenantPath,
  body: z.strictObject({ number: z.string().max(40).meta({ example: '02-1234-5678' }) }),
  responses: { 201: senderShape },
  problems: ['invalid_sender_number'],
  idempotent: true,
  run: async ({ params, body, nowMs, remember, audit }, { senders, ids, outcomes }: OperatorGrantDeps) => {
    const read = readSenderNumber(body.number);
    if (!read.ok) return formProblem(read);
    const shown = (sender: Sender) => answer(201, shownSender(sender));
    const record = recordSender(audit);
    const ports = { senders, ids, outcomes };
    const outcome = await allowSender(ports, params.id, read.number, nowMs, remember(shown), record);
    switch (outcome.kind) {
      case 'approved':
        if (!outcome.changed) record(outcome.sender, outcome.sender);
        return shown(outcome.sender);
      case 'no_tenant':
        return notFound;
      case 'busy':
        return busy;
      default:
        return outcome;
    }
  },
});

const listSenders = route({
  method: 'GET',
  path: '/operator/v1/tenants/{id}/sender-numbers',
  auth: 'operator',
  scope: 'tenants:read',
  tag,
  summary: 'A tenant’s sender numbers, and which it may send from',
  params: tenantPath,
  query: z.strictObject(pageQuery(senderPosition)),
  responses: { 200: listShape(senderShape) },
  run: async ({ params, query }, { tenants, senders }: OperatorGrantDeps) => {
    if (!(await tenants.find(params.id))) return notFound;
    const { limit, cursor = null } = query;
    return answer(200, shownPage(await senders.list(params.id, { state: null, limit, after: cursor }), shownSender));
  },
});

export const operatorGrantRoutes = [giveCredits, approveSender, listSenders];
