/**
 * A local cloud in a process of its own: `fork('cloud-process.ts', [home, 'service' | 'usual-design'])`. Says where it
 * is once it is ready; ends with whoever started it.
 */
import { startLocalCloud } from '../../../infra/local/local-cloud.ts';
import type { BuildApp } from '../../../infra/local/template/synthesize.ts';
import type { Started } from './bench-cloud.ts';

const [home = '', stack = ''] = process.argv.slice(2);
const buildApp: BuildApp | undefined =
  stack === 'usual-design' ? (await import('../usual-design/app.ts')).buildUsualDesign : undefined;

const cloud = await startLocalCloud({ home, fresh: true, withDemoTenant: false, ...(buildApp && { buildApp }) });
const { addresses, admin, outputs } = cloud;
process.once('disconnect', async () => {
  await cloud.stop();
  process.exit(0);
});
process.send!({ addresses, admin, outputs } satisfies Started);
