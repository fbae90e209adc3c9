import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Addresses } from '../../infra/local/local-json.ts';

/** Null when there is none: a start takes the last one's away, at any moment between two looks. */
function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A local cloud in a process of its own, on data that outlives it. */
export class CloudProcess {
  readonly #home: string;
  #child: ChildProcess | null = null;
  #told = '';

  constructor(home: string) {
    this.#home = home;
  }

  /** Starts on `assembly`, or without one as `npm start` does: from the sources. */
  async start(assembly?: string): Promise<Addresses> {
    const file = join(this.#home, 'local.json');
    const entry = assembly === undefined ? '../../infra/local/main.ts' : './run-cloud.ts';
    const args = assembly === undefined ? [] : [this.#home, assembly];
    const env = { ...process.env, BONGSU_HOME: this.#home, PORT: '0' };
    const stale = contentOf(file);
    const child = spawn(process.execPath, [join(import.meta.dirname, entry), ...args], { env, stdio: 'pipe' });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.#told += text));
    while (child.exitCode === null && child.signalCode === null) {
      const told = contentOf(file);
      if (told !== null && told !== stale) return JSON.parse(told) as Addresses;
      await sleep(20);
    }
    throw new Error(`The local cloud ended with ${child.exitCode ?? child.signalCode}: ${this.#told}`);
  }

  /** Ends it; resolves when it has gone, with its exit code (null after a kill). */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === null) return null;
    this.#child = null;
    if (child.exitCode !== null) return child.exitCode;
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return exited;
  }
}
