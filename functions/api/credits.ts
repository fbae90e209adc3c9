import * as z from 'zod';
import { currentPrices, krwPerCredit } from '../../shared/domain/content/prices.ts';
import type { CreditStore } from '../../shared/domain/credits/credit-account.ts';
import { type LedgerEntry, ledgerTypes } from '../../shared/domain/credits/ledger.ts';
import { madeAtMs } from '../../shared/domain/tenants/tenant.ts';
import { answer, route } from './route.ts';
import { createdRange, listShape, pageQuery, shownPage, shownTime, timeShape } from './shapes.ts';

export interface CreditDeps {
  readonly credits: CreditStore;
}

const creditsShape = z
  .object({
    available: z.int().min(0),
    held: z.int().min(0).meta({ description: 'Set aside for dispatches that are not finished' }),
    spent: z.int().min(0),
    granted: z.int().min(0).meta({ description: '`available + held + spent`, always' }),
    krwPerCredit: z.int(),
    prices: z
      .object({ sms: z.int(), lms: z.int(), mms: z.int() })
      .meta({ description: 'Credits for one message, by type' }),
  })
  .meta({ id: 'Credits' });

export const ledgerEntryShape = z
  .object({
    id: z.string(),
    type: z.enum(ledgerTypes),
    credits: z.int().meta({ description: 'The effect on `available`: a hold is negative, a capture 0' }),
    dispatchId: z.string().nullable(),
    note: z.string().nullable(),
    at: timeShape,
  })
  .meta({ id: 'LedgerEntry' });

export const shownEntry = ({ id, type, credits, dispatchId, note, atMs }: LedgerEntry) => ({
  id,
  type,
  credits,
  dispatchId,
  note,
  at: shownTime(atMs),
});

const getCredits = route({
  method: 'GET',
  path: '/v1/credits',
  auth: 'tenant',
  tag: 'Credits',
  summary: 'What is left, held and spent, and what things cost',
  responses: { 200: creditsShape },
  run: async ({ caller }, deps: CreditDeps) => {
    const { available, held, spent, granted } = await deps.credits.balance(caller.owner);
    return answer(200, { available, held, spent, granted, krwPerCredit, prices: currentPrices.credits });
  },
});

const position = z.strictObject({
  month: z.string().regex(/^\d{4}-(?:0[1-9]|1[0-2])$/),
  id: z.string().min(1).max(64),
});

const listLedger = route({
  method: 'GET',
  path: '/v1/credits/ledger',
  auth: 'tenant',
  tag: 'Credits',
  summary: 'Every movement of credits, newest first; their sum is what is available',
  query: z.strictObject({ ...pageQuery(position), ...createdRange }),
  responses: { 200: listShape(ledgerEntryShape) },
  run: async ({ caller, query, nowMs }, deps: CreditDeps) => {
    const page = await deps.credits.ledger(caller.owner, {
      fromMs: Math.max(query.createdFrom ?? 0, madeAtMs(caller.owner)),
      untilMs: Math.min(query.createdUntil ?? nowMs + 1, nowMs + 1),
      limit: query.limit,
      after: query.cursor ?? null,
    });
    return answer(200, shownPage(page, shownEntry));
  },
});

export const creditRoutes = [getCredits, listLedger];
