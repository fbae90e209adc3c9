import { expect, test } from 'vitest';
import { checksOf, type Outcome } from '../../../infra/local/demo/agreement.ts';
import type { Dispatch, Message } from '../../../infra/local/demo/customer.ts';

const to = (n: number) => `+821020000${String(n).padStart(3, '0')}`;

const arrivedAt = (...phones: readonly number[]) => phones.map((n) => ({ to: to(n), atMs: 0 }));

const messages: readonly Message[] = [
  { id: 'a', row: 1, to: to(1), status: 'delivered', code: null, reason: null },
  { id: 'b', row: 2, to: to(2), status: 'delivered', code: null, reason: null },
  { id: 'c', row: 3, to: to(3), status: 'unknown', code: null, reason: null },
  { id: 'd', row: 4, to: to(4), status: 'failed', code: 'power_off', reason: null },
  { id: 'e', row: 5, to: '010-12', status: 'skipped', code: null, reason: 'invalid_number' },
];
const dispatch: Dispatch = {
  id: 'dsp',
  status: 'completed',
  quote: {
    recipients: 5,
    sendable: 4,
    excluded: { invalid_number: 1 },
    byType: { sms: 4 },
    credits: 4,
    available: 10,
    finishesAt: null,
  },
  progress: {
    accepted: 5,
    planned: 0,
    skipped: 1,
    canceled: 0,
    submitted: 0,
    delivered: 2,
    failed: 1,
    unknown: 1,
  },
  summary: { sent: 3, failed: 1, skipped: 1, creditsRemaining: 7 },
  skippedBy: { invalid_number: 1 },
  failedBy: { power_off: 1 },
  credits: { held: 0, captured: 4, released: 0, refunded: 1 },
  waves: [],
  failure: null,
  settledAt: '2026-11-21T00:00:00Z',
};
const good: Outcome = {
  seen: [dispatch],
  messages,
  before: { available: 10, held: 0, spent: 0, granted: 10 },
  after: { available: 7, held: 0, spent: 3, granted: 10 },
  ledger: [
    { type: 'grant', credits: 10 },
    { type: 'hold', credits: -4 },
    { type: 'capture', credits: 0 },
    { type: 'refund', credits: 1 },
  ],
  arrivals: arrivedAt(1, 2, 3),
  rows: 5,
};
const flawsOf = (outcome: Outcome) => checksOf(outcome).flatMap(({ flaws }) => flaws);
const dispatched = (over: Partial<Dispatch>): Outcome => ({ ...good, seen: [{ ...dispatch, ...over }] });

test('numbers that agree are found to agree', () => {
  expect(flawsOf(good)).toEqual([]);
});

test.each<[string, Outcome]>([
  ['a recipient too few is accepted', { ...good, rows: 6 }],
  [
    'an answer on the way does not add up',
    { ...good, seen: [{ ...dispatch, progress: { ...dispatch.progress, planned: 1 } }, dispatch] },
  ],
  ['it never settles', dispatched({ settledAt: null })],
  ['reasons do not sum to skipped', dispatched({ skippedBy: { invalid_number: 2 } })],
  ['reasons do not sum to failed', dispatched({ failedBy: {} })],
  ['a reason is told of the wrong recipients', dispatched({ failedBy: { spam_blocked: 1 } })],
  ['a message is listed twice', { ...good, messages: [...messages.slice(0, 4), messages[0]!] }],
  ['a message is not listed', { ...good, messages: messages.slice(1) }],
  ['the ledger has another sum', { ...good, ledger: good.ledger.slice(0, 3) }],
  ['credits vanish', { ...good, after: { ...good.after, available: 6 } }],
  ['credits stay held', { ...good, after: { available: 7, held: 1, spent: 2, granted: 10 } }],
  ['more was captured than paid', dispatched({ credits: { ...dispatch.credits, captured: 5 } })],
  ['somebody gets it twice', { ...good, arrivals: arrivedAt(1, 2, 3, 1) }],
  ['somebody gets it twice and another not at all', { ...good, arrivals: arrivedAt(1, 1, 3) }],
  ['somebody gets nothing', { ...good, arrivals: good.arrivals.slice(1) }],
  ['a stranger gets it', { ...good, arrivals: arrivedAt(1, 2, 9) }],
])('%s: the demo says which numbers disagree', (_, outcome) => {
  const flaws = flawsOf(outcome);
  expect(flaws.length).toBeGreaterThan(0);
  for (const flaw of flaws) expect(flaw).toMatch(/\d/);
});
