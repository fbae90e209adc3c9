import { Worker } from 'node:worker_threads';
import type { WorkerAnswer, WorkerData, WorkerRequest } from './worker.ts';

const bootstrap = new URL('./worker.ts', import.meta.url);

/** How an invocation ended. */
export type Outcome =
  | { kind: 'returned'; payload: string }
  | { kind: 'threw'; errorType: string; errorMessage: string; stack: string }
  | { kind: 'timedOut' }
  | { kind: 'crashed'; errorMessage: string };

/** One execution environment of a function: a worker thread that handles one event at a time until it dies. */
export class Environment {
  readonly #worker: Worker;
  readonly #loaded: Promise<Outcome | undefined>;
  #settle: (outcome: Outcome | undefined) => void = () => undefined;
  #dead = false;
  /** Whether it has handled nothing yet. */
  cold = true;

  /** @param env the only environment variables it sees @param log takes what it prints */
  constructor(data: WorkerData, env: Record<string, string>, log: (text: string) => void) {
    this.#worker = new Worker(bootstrap, {
      workerData: data,
      env,
      stdout: true,
      stderr: true,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: data.memoryMb },
    });
    this.#worker.stdout.on('data', (chunk: Buffer) => log(chunk.toString()));
    this.#worker.stderr.on('data', (chunk: Buffer) => log(chunk.toString()));
    this.#loaded = this.#next();
    this.#worker.on('message', (answer: WorkerAnswer) => this.#settle(answer.kind === 'loaded' ? undefined : answer));
    this.#worker.on('error', (error) => {
      this.#dead = true;
      log(`${error.stack ?? error}\n`);
      this.#settle({ kind: 'crashed', errorMessage: error.message });
    });
    this.#worker.on('exit', (code) => {
      this.#dead = true;
      this.#settle({ kind: 'crashed', errorMessage: `exited with code ${code}` });
    });
  }

  get isDead(): boolean {
    return this.#dead;
  }

  /** Handles one event. After anything but a return or a throw the environment is dead. */
  async invoke(request: WorkerRequest): Promise<Outcome> {
    const failedToLoad = await this.#loaded;
    if (failedToLoad) return failedToLoad;
    this.cold = false;
    const answered = this.#next();
    this.#worker.postMessage(request);
    const timer = setTimeout(() => {
      this.#settle({ kind: 'timedOut' });
      void this.end();
    }, request.timeoutMs);
    const outcome = await answered;
    clearTimeout(timer);
    return outcome ?? { kind: 'crashed', errorMessage: 'loaded twice' };
  }

  async end(): Promise<void> {
    this.#dead = true;
    await this.#worker.terminate();
  }

  #next(): Promise<Outcome | undefined> {
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }
}
