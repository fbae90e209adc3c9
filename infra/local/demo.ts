/**
 * `npm run demo`: a fresh local cloud, one file of 10,000 recipients, every number held against another. Exits 0 only if
 * all of them agree. `-- --json` prints a summary for machines on stdout, and the progress on stderr.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Check, checksOf, type Outcome } from './demo/agreement.ts';
import { runCampaign } from './demo/campaign.ts';
import { byCount, grouped, Screen } from './demo/screen.ts';
import { startLocalCloud } from './local-cloud.ts';

// Lambda runs in UTC; functions here must not learn where this machine stands.
process.env.TZ = 'UTC';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const screen = new Screen(values.json ? process.stderr : process.stdout);
const home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bongsu-demo-'));
const startedAtMs = performance.now();
const seconds = () => ((performance.now() - startedAtMs) / 1_000).toFixed(1);

const signaled = Promise.withResolvers<never>();
signaled.promise.catch(() => undefined); // it may come before anybody waits
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => signaled.reject(new Error(`stopped by ${signal}`)));
}

try {
  screen.text('Bongsu demo: 10,000 recipients from a file, through the public API, on a local cloud of its own\n');
  const cloud = await startLocalCloud({ home });
  let outcome: Outcome;
  try {
    screen.line('local cloud', `up after ${seconds()} s at ${cloud.addresses.apiUrl}`);
    outcome = await Promise.race([runCampaign(cloud.addresses, screen), signaled.promise]);
  } finally {
    screen.endBar();
    await cloud.stop();
  }
  const checks = checksOf(outcome);
  const agree = checks.every(({ flaws }) => flaws.length === 0);
  if (values.json) console.log(JSON.stringify(summaryOf(outcome, checks, agree), null, 2));
  tell(outcome, checks, agree);
  process.exitCode = agree ? 0 : 1;
} catch (error) {
  screen.text(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}
process.exit();

function tell({ seen, before, after, arrivals }: Outcome, checks: readonly Check[], agree: boolean): void {
  const { progress, summary, skippedBy, failedBy, credits } = seen.at(-1)!;
  screen.text('\nWhat happened');
  screen.line('accepted', grouped(progress.accepted));
  screen.line(
    'sent',
    `${grouped(summary.sent)} (delivered ${grouped(progress.delivered)}, unknown ${grouped(progress.unknown)})`,
  );
  screen.line('failed', `${grouped(summary.failed)} (${byCount(failedBy)})`);
  screen.line('skipped', `${grouped(summary.skipped)} (${byCount(skippedBy)})`);
  screen.line('phones', `${grouped(arrivals.length)} messages arrived`);
  screen.line('credits', `${grouped(before.available)} before, ${grouped(after.available)} after`);
  screen.line(
    '',
    `captured ${grouped(credits.captured)}, released ${grouped(credits.released)}, refunded ${grouped(credits.refunded)}`,
  );
  screen.text('\nDo the numbers agree?');
  for (const { name, flaws } of checks) {
    screen.text(`  ${flaws.length === 0 ? 'yes' : 'NO '}  ${name}`);
    for (const flaw of flaws.slice(0, 10)) screen.text(`         ${flaw}`);
    if (flaws.length > 10) screen.text(`         and ${flaws.length - 10} more`);
  }
  screen.text(`\n${agree ? 'All numbers agree' : 'The numbers do NOT agree'}, after ${seconds()} s.`);
}

function summaryOf({ seen, before, after, ledger, arrivals }: Outcome, checks: readonly Check[], agree: boolean) {
  const { quote, progress, summary, skippedBy, failedBy, credits } = seen.at(-1)!;
  const ledgerSum = ledger.reduce((sum, entry) => sum + entry.credits, 0);
  return {
    agree,
    quote,
    progress,
    summary,
    skippedBy,
    failedBy,
    credits,
    before,
    after,
    ledgerSum,
    arrivals: arrivals.length,
    checks,
  };
}
