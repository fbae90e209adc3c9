import { parseArgs } from 'node:util';
import { SettingsRefused } from '../settings.ts';
import { contextOf } from './context.ts';
import { PortTaken } from './edge/edge.ts';
import { HomeInUse } from './home.ts';
import { startLocalCloud } from './local-cloud.ts';
import { TemplateRefused } from './template/template.ts';

const defaultPort = 4510;
const { values } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    context: { type: 'string', short: 'c', multiple: true, default: [] },
  },
});
const home = process.env.BONGSU_HOME ?? '.bongsu';
const port = Number(process.env.PORT ?? defaultPort);

// Listened for before the start, so that a signal meanwhile leaves no DynamoDB process behind. A signal to the process
// group arrives twice, from the terminal and from npm; the second changes nothing.
const signaled = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => signaled.resolve());

try {
  const cloud = await startLocalCloud({ home, port, fresh: values.fresh, context: contextOf(values.context) });
  const { apiUrl, controlUrl, carrierUrl } = cloud.addresses;
  console.log(`Bongsu is up, on this machine only.
  API       ${apiUrl}
  docs      ${apiUrl}/docs
  control   ${controlUrl}/clock, /queues, /schedules, /iam, /usage, /mails, /carrier/messages
  carrier   ${carrierUrl}
  data      ${home} (keys and addresses in ${home}/local.json)`);
  await signaled.promise;
  console.log('stopping …');
  await cloud.stop();
  process.exit(0);
} catch (error) {
  const isExpected = [PortTaken, HomeInUse, SettingsRefused, TemplateRefused].some((kind) => error instanceof kind);
  console.error(isExpected ? (error as Error).message : error);
  process.exit(1);
}
