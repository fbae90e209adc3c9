import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { UsageReport } from '../../../infra/local/control/usage.ts';
import type { Credentials } from '../../../infra/local/edge/identities.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import { type Control, controlOf } from '../../support/control.ts';
import { heldOutputs } from './held-outputs.ts';
import { cpuSecondsOf, peakMegabytesOf, resetPeakOf } from './process-use.ts';

export type Started = Pick<LocalCloud, 'addresses' | 'admin' | 'outputs'>;
export type Stack = 'service' | 'usual-design' | 'held-service';

/** A running local cloud that can be measured from outside. */
export interface BenchCloud extends Started {
  readonly control: Control;
  /** Credentials that may do everything, for clients of the SDK. */
  readonly client: { readonly endpoint: string; readonly region: string; readonly credentials: Credentials };
  usage(): Promise<UsageReport>;
  /** Waits until no queue that is emptied holds a message. Throws when that takes too long, or for a dead letter. */
  untilIdle(withinSeconds: number, progress?: (waiting: number) => void): Promise<void>;
  /** CPU seconds that the cloud has taken so far: functions, emulators and carrier together. */
  cpuSeconds(): number;
  resetPeak(): void;
  /** The most memory since the last reset, of functions, queues, edge and carrier together. */
  peakMegabytes(): number;
}

const running = new Map<Stack, Promise<{ readonly cloud: BenchCloud; readonly stop: () => Promise<void> }>>();

/** The cloud of that stack, started when first asked for. */
export async function benchCloud(stack: Stack): Promise<BenchCloud> {
  const started = running.get(stack) ?? start(stack);
  running.set(stack, started);
  return (await started).cloud;
}

export async function stopClouds(): Promise<void> {
  const stopping = [...running.values()];
  running.clear();
  for (const one of await Promise.allSettled(stopping)) if (one.status === 'fulfilled') await one.value.stop();
}

async function start(stack: Stack) {
  const home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `bongsu-bench-${stack}-`));
  const child = fork(join(import.meta.dirname, 'cloud-process.ts'), [home, stack], {
    stdio: ['ignore', 'ignore', 2, 'ipc'],
  });
  const stop = async () => {
    if (child.connected) child.disconnect();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    rmSync(home, { recursive: true, force: true });
  };
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`The local cloud (${stack}) ended with ${code}`);
  });
  exited.catch(() => undefined);
  try {
    const [started] = (await Promise.race([once(child, 'message'), exited])) as [Started];
    return { cloud: cloudAt(started, child.pid ?? 0), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function cloudAt(started: Started, pid: number): BenchCloud {
  const { apiUrl, controlUrl } = started.addresses;
  const control = controlOf(controlUrl);
  const held = new Set(started.outputs[heldOutputs.heldQueues]?.split(','));
  return {
    ...started,
    control,
    client: { endpoint: apiUrl, region: 'ap-northeast-2', credentials: started.admin },
    usage: async () => (await (await fetch(`${controlUrl}/usage`)).json()) as UsageReport,
    cpuSeconds: () => cpuSecondsOf(pid),
    resetPeak: () => resetPeakOf(pid),
    peakMegabytes: () => peakMegabytesOf(pid),
    async untilIdle(withinSeconds, progress) {
      const givenUpAt = performance.now() + withinSeconds * 1_000;
      for (let looks = 0; ; looks++) {
        const queues = await control.queues();
        const dead = queues.filter(({ deadLetters }) => deadLetters > 0);
        if (dead.length > 0) throw new Error(`Dead letters: ${JSON.stringify(dead)}`);
        const waiting = queues
          .filter(({ name }) => !held.has(name))
          .reduce((sum, { visible, inFlight, delayed }) => sum + visible + inFlight + delayed, 0);
        if (waiting === 0) return;
        if (performance.now() > givenUpAt) throw new Error(`Not done: ${JSON.stringify(queues)}`);
        if (looks % 100 === 99) progress?.(waiting);
        await sleep(100);
      }
    },
  };
}
