import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Participant } from '../clock/clock.ts';
import type { Credentials } from '../edge/identities.ts';
import { region } from '../template/names.ts';
import type { DeclaredFunction } from './declared-functions.ts';
import type { Outcome } from './environment.ts';
import type { DeclaredEventSource } from './event-sources.ts';
import { LambdaFunction, type Surroundings } from './lambda-function.ts';

// A carrier call that is cut off is a call of unknown outcome; most take a second.
const longestFarewellMs = 10_000;

/** All functions of the template, by ARN. */
export class Functions implements Participant {
  readonly #byArn: Map<string, LambdaFunction>;

  /**
   * @param sources the queues that drive them
   * @param credentialsOf what each signs its AWS calls with
   * @param endpoint where those calls go
   */
  constructor(
    declared: DeclaredFunction[],
    sources: DeclaredEventSource[],
    credentialsOf: (declared: DeclaredFunction) => Credentials,
    endpoint: string,
    surroundings: Surroundings,
    clock: Clock,
  ) {
    this.#byArn = new Map(
      declared.map((one) => {
        const drivers = sources.filter(({ functionName }) => functionName === one.name).length;
        const env = environmentOf(one, credentialsOf(one), endpoint);
        return [one.arn, new LambdaFunction(one, env, surroundings, drivers)];
      }),
    );
    clock.join(this);
  }

  all(): LambdaFunction[] {
    return [...this.#byArn.values()];
  }

  /** @throws if the template declares no such function */
  get(arnOrName: string): LambdaFunction {
    const found = this.#byArn.get(arnOrName) ?? this.all().find(({ declared }) => declared.name === arnOrName);
    if (!found) throw new Error(`no function ${arnOrName} in the template`);
    return found;
  }

  invoke(functionArn: string, event: string): Promise<Outcome> {
    return this.get(functionArn).invoke(event);
  }

  // Requests from outside go on while the clock moves, as they would while time passes.
  pause(): void {}

  resume(): void {}

  isQuiet(): boolean {
    return this.all().every(({ running }) => running === 0);
  }

  /** Lets what runs come to its end, for a while, then ends everything. */
  async stop(): Promise<void> {
    const givenUpAt = performance.now() + longestFarewellMs;
    while (!this.isQuiet() && performance.now() < givenUpAt) await sleep(10);
    await Promise.all(this.all().map((one) => one.stop()));
  }
}

/** What a function sees: its own variables and those that Lambda sets, nothing of this process. */
function environmentOf(declared: DeclaredFunction, credentials: Credentials, endpoint: string): Record<string, string> {
  return {
    ...declared.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL: endpoint,
    AWS_LAMBDA_FUNCTION_NAME: declared.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(declared.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${declared.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    _HANDLER: declared.handlerName,
    TZ: ':UTC',
    // The SDK must not read the settings of whoever runs this.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}
