/**
 * A local cloud in a process of its own: `fork('cloud-process.ts', [home, stack])`. Says where it
 * is once it is ready; ends with whoever started it.
 */
import { startLocalCloud } from '../../../infra/local/local-cloud.ts';
import type { BuildApp } from '../../../infra/local/template/synthesize.ts';
import type { Stack, Started } from './bench-cloud.ts';

const [home = '', stack = ''] = process.argv.slice(2);
const apps: Readonly<Record<Stack, () => Promise<BuildApp | undefined>>> = {
  service: async () => undefined,
  'usual-design': async () => (await import('../usual-design/app.ts')).buildUsualDesign,
  'held-service': async () => (await import('./held-app.ts')).buildHeldService,
};
const buildApp = await apps[stack as Stack]();

const cloud = await startLocalCloud({ home, fresh: true, withDemoTenant: false, ...(buildApp && { buildApp }) });
const { addresses, admin, outputs } = cloud;
process.once('disconnect', async () => {
  await cloud.stop();
  process.exit(0);
});
process.send!({ addresses, admin, outputs } satisfies Started);
