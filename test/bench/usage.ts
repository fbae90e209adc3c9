import type { Benchmark, BenchRow } from './bench-row.ts';
import { contest, contestSizes, serviceRun } from './clouds/runs.ts';
import type { Use } from './clouds/use.ts';
import { shownNumber } from './figures.ts';
import { costOf, listPrices } from './list-prices.ts';

const targetUnits = 0.1;
const targetFrom = 10_000;
const sizes = { full: [1, 1_000, 10_000, 100_000, 1_000_000], quick: [1, 1_000, 2_000] } as const;

/** What dispatches of several sizes ask of AWS, counted where requests arrive, beside the usual design's small run. */
export const benchUsage: Benchmark = async ({ quick, progress }) => {
  const contestants = await contest(contestSizes(quick), progress);
  const [usual] = contestants.peer;
  if (!usual) throw new Error('The usual design did not run');
  const usualUnits = usual.use.writeUnits / usual.recipients;
  const rows: BenchRow[] = [];
  for (const recipients of quick ? sizes.quick : sizes.full) {
    const { use, completeSeconds, settleSeconds } = await serviceRun(recipients, progress);
    const units = use.writeUnits / recipients;
    const aimed = recipients >= targetFrom;
    rows.push({
      row: `write units, dispatch of ${recipients.toLocaleString('en')}`,
      ours: units,
      peer: usualUnits,
      floor: null,
      ratio: usualUnits / units,
      unit: 'units/message',
      target: aimed ? `≤ ${targetUnits}` : null,
      ok: !aimed || units <= targetUnits,
      notes: `${shownNumber(totalOf(use) / recipients)} requests a message (usual design ${shownNumber(totalOf(usual.use) / usual.recipients)}); ${use.sweeps} of the sweeper's minutes in it`,
      details: {
        ...detailsOf(use, recipients, true),
        'completed after s': completeSeconds,
        'settled after s': settleSeconds,
      },
    });
  }
  rows.push({
    row: `write units, usual design, ${usual.recipients.toLocaleString('en')}`,
    ours: usualUnits,
    peer: null,
    floor: null,
    ratio: null,
    unit: 'units/message',
    target: null,
    ok: true,
    notes: `one put in a table with one index; a report's update would be a third unit. List prices of ${listPrices.asOf}, Seoul, on demand; Lambda by durations of this machine`,
    details: { ...detailsOf(usual.use, usual.recipients, false), 'completed after s': usual.seconds },
  });
  return rows;
};

const totalOf = ({ requests }: Use): number => Object.values(requests).reduce((sum, n) => sum + n, 0);

/** Requests and units of the whole run, and dollars for a million messages sent this way. */
function detailsOf(use: Use, recipients: number, fairQueue: boolean): Readonly<Record<string, string | number>> {
  const cost = costOf(use, fairQueue);
  const dollars = (part: number): string => `$${shownNumber((part / recipients) * 1e6)}`;
  const { dynamodb = 0, sqs = 0, s3 = 0 } = use.requests;
  return {
    requests: totalOf(use),
    DynamoDB: dynamodb,
    SQS: sqs,
    S3: s3,
    'Lambda runs': Object.values(use.functions).reduce((sum, { invocations }) => sum + invocations, 0),
    'write units': use.writeUnits,
    'read units': use.readUnits,
    '$/million: DynamoDB': dollars(cost.dynamodb),
    '+ SQS': dollars(cost.sqs),
    '+ S3': dollars(cost.s3),
    '+ Lambda': dollars(cost.lambda),
    '+ API, events, secrets': dollars(cost.other),
    '= total': dollars(cost.total),
  };
}
