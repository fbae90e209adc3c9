import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWhole } from '../write-whole.ts';

const startedWithinMs = 5_000;

/** The DynamoDB emulator: a child process over a SQLite file. */
export type Dynoxide = { port: number; stop(): Promise<void> };

/**
 * Starts dynoxide on a free loopback port.
 * @param folder holds its data and the pid of the running process, so that one orphaned by a kill is found and ended
 */
export async function startDynoxide(folder: string): Promise<Dynoxide> {
  mkdirSync(folder, { recursive: true });
  const { database, pidFile } = pathsIn(folder);
  await endOrphan(folder);
  const port = await freePort();
  // Its standard streams are ignored, all three: as pipes they would break when this process is killed.
  const child = spawn(binary(), ['serve', '--host', '127.0.0.1', '--port', String(port), '--db-path', database], {
    stdio: 'ignore',
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => undefined);
  writeWhole(pidFile, String(child.pid));
  await Promise.race([answers(port, child), failed]);
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      rmSync(pidFile, { force: true });
    },
  };
}

function pathsIn(folder: string) {
  return { database: join(folder, 'dynamo.db'), pidFile: join(folder, 'dynoxide.pid') };
}

function binary(): string {
  const require = createRequire(import.meta.url);
  try {
    return join(dirname(require.resolve('@dynoxide/linux-x64/package.json')), 'dynoxide');
  } catch {
    throw new Error(
      'dynoxide has no build for this platform: run DynamoDB Local and set DYNAMODB_ENDPOINT to its address',
    );
  }
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  const givenUpAt = performance.now() + startedWithinMs;
  while (performance.now() < givenUpAt && child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer) {
      await answer.arrayBuffer();
      return;
    }
    await sleep(5);
  }
  throw new Error(`dynoxide did not start (exit code ${child.exitCode})`);
}

/** Ends a dynoxide of an earlier, killed run. The command line is checked: the pid may belong to another process by now. */
export async function endOrphan(folder: string): Promise<void> {
  const { database, pidFile } = pathsIn(folder);
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const commandLine = () => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  if (commandLine().includes(database)) process.kill(pid, 'SIGKILL');
  while (commandLine().includes(database)) await sleep(5);
  rmSync(pidFile);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
