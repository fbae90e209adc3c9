/**
 * `npm run demo`: a fresh local cloud, one file of 10,000 recipients, every number held against another. Exits with 0
 * only if all of them agree. `-- --schedule` plans the send 60 days ahead; `-- --help` tells the rest.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checksOf } from './demo/agreement.ts';
import { argumentsOf, usage } from './demo/arguments.ts';
import { runCampaign } from './demo/campaign.ts';
import { runPlan } from './demo/plan.ts';
import { planChecksOf } from './demo/punctuality.ts';
import { Screen } from './demo/screen.ts';
import { agrees, summaryOf, tell } from './demo/verdict.ts';
import { startLocalCloud } from './local-cloud.ts';
import type { Addresses } from './local-json.ts';

// Lambda runs in UTC; functions here must not learn where this machine stands.
process.env.TZ = 'UTC';

const asked = argumentsOf(process.argv.slice(2));
if (asked.kind === 'help') {
  console.log(usage);
  process.exit(0);
}
if (asked.kind === 'refused') {
  console.error(`${asked.why}\n\n${usage}`);
  process.exit(2);
}

const screen = new Screen(asked.json ? process.stderr : process.stdout);
const home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bongsu-demo-'));
const startedAtMs = performance.now();
const seconds = () => ((performance.now() - startedAtMs) / 1_000).toFixed(1);

const signaled = Promise.withResolvers<never>();
signaled.promise.catch(() => undefined); // it may come before anybody waits
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => signaled.reject(new Error(`stopped by ${signal}`)));
}

async function outcomeAndChecks(addresses: Addresses, schedule: boolean) {
  if (!schedule) {
    const outcome = await runCampaign(addresses, screen);
    return { outcome, checks: checksOf(outcome) };
  }
  const { outcome, plan } = await runPlan(addresses, screen);
  return { outcome, checks: [...checksOf(outcome), ...planChecksOf(outcome, plan)] };
}

try {
  const what = asked.schedule ? 'a plan of 60 days for 10,000 recipients' : '10,000 recipients from a file';
  screen.text(`Bongsu demo: ${what}, through the public API, on a local cloud of its own\n`);
  const cloud = await startLocalCloud({ home });
  let found: Awaited<ReturnType<typeof outcomeAndChecks>>;
  try {
    screen.line('local cloud', `up after ${seconds()} s at ${cloud.addresses.apiUrl}`);
    found = await Promise.race([outcomeAndChecks(cloud.addresses, asked.schedule), signaled.promise]);
  } finally {
    screen.endBar();
    await cloud.stop();
  }
  const { outcome, checks } = found;
  const agree = agrees(checks);
  if (asked.json) console.log(JSON.stringify(summaryOf(outcome, checks), null, 2));
  tell(screen, outcome, checks);
  screen.text(`\n${agree ? 'All numbers agree' : 'The numbers do NOT agree'}, after ${seconds()} s.`);
  process.exitCode = agree ? 0 : 1;
} catch (error) {
  screen.text(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}
process.exit();
