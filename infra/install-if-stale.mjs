// Runs before `demo`, `start`, `test` and the rest, on whatever Node is there (20 or newer), with nothing installed:
// installs the locked dependencies if node_modules is missing or was made from another lock file or platform.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampPath = join(root, 'node_modules', '.bongsu-installed');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex');

if (!existsSync(stampPath) || readFileSync(stampPath, 'utf8') !== wanted) {
  console.error('Installing dependencies (npm ci, about half a minute) …');
  // --include=dev: NODE_ENV=production would otherwise leave out the CDK and the test runner.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    console.error(
      'npm ci failed: read its message above, check the connection to the npm registry, and run this again.',
    );
    process.exit(status ?? 1);
  }
  writeFileSync(stampPath, wanted);
}

// npm puts node_modules/.bin first on the path, so the packaged Node 24 runs the scripts where it exists for the platform.
const packagedNode = join(root, 'node_modules', '.bin', 'node');
const node = existsSync(packagedNode) ? packagedNode : process.execPath;
const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
if (Number(version.slice(1).split('.')[0]) < 24) {
  console.error(
    `Node 24 or newer is needed on ${process.platform}-${process.arch}; this is ${version}. Install Node 24 and run this again.`,
  );
  process.exit(1);
}
