/** Runs the product's stack as a process of its own, so that it can be killed: `node run-cloud.ts <home> <assembly>`. */
import { startLocalCloud } from '../../infra/local/local-cloud.ts';

const [home, assembly] = process.argv.slice(2) as [string, string];
const cloud = await startLocalCloud({ home, assembly, withDemoTenant: false });
process.once('SIGTERM', async () => {
  await cloud.stop();
  process.exit(0);
});
