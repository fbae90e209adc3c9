import { randomUUID } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Usage } from '../control/usage.ts';
import type { DeclaredFunction } from './declared-functions.ts';
import { Environment, type Outcome } from './environment.ts';

// Handlers mostly wait for I/O: more environments than cores, few enough that two cores are not drowned.
const mostEnvironmentsPerDriver = 8;

/** What every function of one local cloud shares. */
export type Surroundings = { offset: Float64Array; usage: Usage; logFile: (functionName: string) => string };

/** A function and its execution environments. Events beyond its concurrency wait their turn. */
export class LambdaFunction {
  readonly declared: DeclaredFunction;
  readonly #drivers: number;
  readonly #env: Record<string, string>;
  readonly #surroundings: Surroundings;
  readonly #log: WriteStream;
  readonly #idle: Environment[] = [];
  readonly #all = new Set<Environment>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #stopped = false;

  /**
   * @param env everything the function sees as its environment variables
   * @param drivers how many queues drive it: a full one must not keep the others waiting
   */
  constructor(declared: DeclaredFunction, env: Record<string, string>, surroundings: Surroundings, drivers: number) {
    this.declared = declared;
    this.#drivers = Math.max(1, drivers);
    this.#env = env;
    this.#surroundings = surroundings;
    this.#log = createWriteStream(surroundings.logFile(declared.name), { flags: 'a' });
  }

  /** Events being handled or waiting. */
  get running(): number {
    return this.#running + this.#waiting.length;
  }

  get concurrency(): number {
    return Math.min(this.declared.reservedConcurrency ?? Infinity, mostEnvironmentsPerDriver * this.#drivers);
  }

  /** What one queue may take of it. */
  get concurrencyPerDriver(): number {
    return Math.min(this.concurrency, mostEnvironmentsPerDriver);
  }

  /** Handles an event, JSON in and out. A failure is an outcome, never a rejection. */
  async invoke(event: string): Promise<Outcome> {
    if (this.#running >= this.concurrency) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await this.#invokeNow(event);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  async #invokeNow(event: string): Promise<Outcome> {
    if (this.#stopped) return { kind: 'crashed', errorMessage: 'the local cloud is stopping' };
    const environment = this.#takeIdle() ?? this.#start();
    const { cold } = environment;
    const requestId = randomUUID();
    const startedAt = performance.now();
    const outcome = await environment.invoke({ requestId, event, timeoutMs: this.declared.timeoutMs });
    if (environment.isDead) this.#all.delete(environment);
    else this.#idle.push(environment);
    this.#record(outcome, requestId, performance.now() - startedAt, cold);
    return outcome;
  }

  /** Ends all environments; events in hand come out as crashed, as in a kill. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#all].map((environment) => environment.end()));
    await new Promise<void>((resolve) => this.#log.end(() => resolve()));
  }

  /** The environment used last; one that died while idle is forgotten. */
  #takeIdle(): Environment | undefined {
    for (let environment = this.#idle.pop(); environment; environment = this.#idle.pop()) {
      if (!environment.isDead) return environment;
      this.#all.delete(environment);
    }
    return undefined;
  }

  #start(): Environment {
    const { name, arn, file, handlerName, memoryMb } = this.declared;
    const data = {
      offset: this.#surroundings.offset,
      file,
      handlerName,
      functionName: name,
      functionArn: arn,
      memoryMb,
    };
    const environment = new Environment(data, this.#env, (text) => this.#write(text));
    this.#all.add(environment);
    return environment;
  }

  #record(outcome: Outcome, requestId: string, durationMs: number, cold: boolean): void {
    const counted = outcome.kind === 'returned' ? 'ok' : outcome.kind === 'timedOut' ? 'timeout' : 'error';
    this.#surroundings.usage.countInvocation(this.declared.name, counted, durationMs, cold);
    if (outcome.kind === 'returned') return;
    this.#write(
      `${JSON.stringify({ time: new Date().toISOString(), requestId, durationMs: Math.round(durationMs), ...outcome })}\n`,
    );
  }

  #write(text: string): void {
    if (!this.#log.writableEnded) this.#log.write(text);
  }
}
