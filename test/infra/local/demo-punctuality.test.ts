import { expect, test } from 'vitest';
import type { Outcome } from '../../../infra/local/demo/agreement.ts';
import type { Arrival } from '../../../infra/local/demo/control.ts';
import type { Credits, Dispatch, Message, Wave } from '../../../infra/local/demo/customer.ts';
import { type Plan, planChecksOf } from '../../../infra/local/demo/punctuality.ts';

const minute = 60_000;
const firstMs = Date.parse('2027-01-21T01:00:00Z');
const to = (n: number) => `+821020000${String(n).padStart(3, '0')}`;
const none = { planned: 0, skipped: 0, canceled: 0, submitted: 0, delivered: 0, failed: 0, unknown: 0 };

// Rows 1 and 2 make the first wave, 4 and 5 the second: row 3 is left out, row 5 fails.
const message = (row: number, status: string): Message => ({
  id: String(row),
  row,
  to: to(row),
  status,
  code: null,
  reason: null,
});
const messages = [
  message(5, 'failed'),
  message(1, 'delivered'),
  message(2, 'delivered'),
  message(4, 'unknown'),
  message(3, 'skipped'),
];
const waves: readonly Wave[] = [
  { number: 1, at: firstMs, recipients: 2, releasedAt: firstMs, progress: { ...none, delivered: 2 } },
  {
    number: 2,
    at: firstMs + 30 * minute,
    recipients: 2,
    releasedAt: firstMs + 30 * minute + 900,
    progress: { ...none, unknown: 1, failed: 1 },
  },
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
    finishesAt: firstMs + 30 * minute,
  },
  progress: { ...none, accepted: 5, skipped: 1, delivered: 2, failed: 1, unknown: 1 },
  summary: { sent: 3, failed: 1, skipped: 1, creditsRemaining: 7 },
  skippedBy: { invalid_number: 1 },
  failedBy: { power_off: 1 },
  credits: { held: 0, captured: 4, released: 0, refunded: 1 },
  waves: [...waves],
  failure: null,
  settledAt: '2027-01-21T02:00:00Z',
};
const arrival = (n: number, atMs: number): Arrival => ({ to: to(n), atMs: firstMs + atMs });
const arrivals = [arrival(1, 0), arrival(2, minute), arrival(4, 30 * minute + 500)];
const money = (available: number, held: number): Credits => ({ available, held, spent: 0, granted: available + held });
const outcome: Outcome = {
  seen: [dispatch],
  messages,
  before: money(10, 0),
  after: money(7, 0),
  ledger: [],
  arrivals,
  rows: 5,
};
const plan: Plan = {
  atMs: firstMs,
  waves: 2,
  intervalMs: 30 * minute,
  dropped: {
    dispatch: {
      ...dispatch,
      progress: { ...none, accepted: 2, canceled: 2 },
      credits: { held: 0, captured: 0, released: 2, refunded: 0 },
    },
    to: [to(91), to(92)],
    credits: { before: money(6, 4), held: money(4, 6), after: money(6, 4) },
  },
};

const flawsOf = (over: Partial<Outcome>, planned: Partial<Plan> = {}) =>
  planChecksOf({ ...outcome, ...over }, { ...plan, ...planned }).flatMap(({ flaws }) => flaws);
const withWaves = (change: (wave: Wave) => Wave): Partial<Outcome> => ({
  seen: [{ ...dispatch, waves: waves.map(change) }],
});
const second =
  (over: Partial<Wave>) =>
  (wave: Wave): Wave =>
    wave.number === 2 ? { ...wave, ...over } : wave;

test('a plan that came true is found to agree', () => {
  expect(flawsOf({})).toEqual([]);
});

test.each<[string, Partial<Outcome>, Partial<Plan>]>([
  ['a wave is missing', { seen: [{ ...dispatch, waves: waves.slice(0, 1) }] }, {}],
  ['all of it is at another time', {}, { atMs: firstMs - 1 }],
  ['a wave is at another time', withWaves(second({ at: firstMs + 31 * minute })), {}],
  ['a wave is too big', withWaves((wave) => ({ ...wave, recipients: wave.number === 1 ? 3 : 1 })), {}],
  ['a wave counts otherwise than its size', withWaves(second({ progress: { ...none, unknown: 2, failed: 1 } })), {}],
  ['a wave was never released', withWaves(second({ releasedAt: null })), {}],
  ['a wave was released early', withWaves(second({ releasedAt: firstMs + 30 * minute - 1 })), {}],
  ['a wave was released late', withWaves(second({ releasedAt: firstMs + 32 * minute })), {}],
  ['somebody gets it early', { arrivals: [arrival(1, -1), ...arrivals.slice(1)] }, {}],
  ['somebody gets it late', { arrivals: [arrival(1, 2 * minute), ...arrivals.slice(1)] }, {}],
  ['somebody of the second wave gets it with the first', { arrivals: [...arrivals.slice(0, 2), arrival(4, 0)] }, {}],
  ['somebody gets nothing', { arrivals: arrivals.slice(1) }, {}],
  ['somebody gets it twice', { arrivals: [...arrivals, arrival(1, 1)] }, {}],
  ['what was canceled arrives', { arrivals: [...arrivals, arrival(91, 0)] }, {}],
  ['what was canceled stays held', {}, dropped({ after: money(4, 6) })],
  ['what was canceled costs something', {}, dropped({ after: money(5, 4) })],
  ['what was canceled held more than it gives back', {}, dropped({ held: money(3, 7) })],
  ['not all of it was canceled', {}, { dropped: { ...plan.dropped, to: [to(91)] } }],
])('%s: the demo says which numbers disagree', (_, over, planned) => {
  const flaws = flawsOf(over, planned);
  expect(flaws.length).toBeGreaterThan(0);
  for (const flaw of flaws) expect(flaw).toMatch(/\d/);
});

function dropped(credits: Partial<Plan['dropped']['credits']>): Partial<Plan> {
  return { dropped: { ...plan.dropped, credits: { ...plan.dropped.credits, ...credits } } };
}
