/** Runs the small stack as a process of its own, so that it can be killed: `node run-fixture.ts <home> <assembly>`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocalCloud } from '../../../../infra/local/local-cloud.ts';

const [home, assembly] = process.argv.slice(2) as [string, string];
const cloud = await startLocalCloud({ home, assembly });
writeFileSync(join(home, 'admin.json'), JSON.stringify(cloud.admin));
process.send?.('ready');
process.on('SIGTERM', () => void cloud.stop().then(() => process.exit(0)));
