import { parseArgs } from 'node:util';
import { PortTaken } from './edge/edge.ts';
import { HomeInUse } from './home.ts';
import { startLocalCloud } from './local-cloud.ts';
import { TemplateRefused } from './template/template.ts';

const defaultPort = 4510;
const { values } = parseArgs({ options: { fresh: { type: 'boolean', default: false } } });
const home = process.env.BONGSU_HOME ?? '.bongsu';
const port = Number(process.env.PORT ?? defaultPort);

// Listened for before the start, so that a signal meanwhile leaves no DynamoDB process behind. A signal to the process
// group arrives twice, from the terminal and from npm; the second changes nothing.
const signaled = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => signaled.resolve());

try {
  const cloud = await startLocalCloud({ home, port, fresh: values.fresh });
  const { apiUrl, controlUrl, carrierUrl } = cloud.addresses;
  console.log(`Bongsu is up, on this machine only.
  API       ${apiUrl}
  docs      ${apiUrl}/docs
  control   ${controlUrl}/clock, /queues, /iam, /usage, /carrier/messages
  carrier   ${carrierUrl}
  data      ${home} (keys and addresses in ${home}/local.json)`);
  await signaled.promise;
  console.log('stopping …');
  await cloud.stop();
  process.exit(0);
} catch (error) {
  const isExpected = error instanceof PortTaken || error instanceof HomeInUse || error instanceof TemplateRefused;
  console.error(isExpected ? error.message : error);
  process.exit(1);
}
