import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe } from 'vitest';
import { type CarrierSimulator, startCarrierSimulator } from '../../../infra/local/carrier/simulator.ts';
import { createAligoCarrier } from '../../../shared/adapters/carriers/aligo.ts';
import { carrierContract, type Fate } from '../../support/contracts/carrier-contract.ts';

/** What the carrier in memory is held to, Aligo's adapter over the simulated vendor is too. */

const faults: Readonly<Record<Fate, object>> = {
  connection_refused: { kind: 'refuse_connection' },
  throttled: { kind: 'http_429', retryAfterSeconds: 4 },
  taken_then_timeout: { kind: 'timeout_after_accept' },
  taken_then_dropped: { kind: 'drop_after_accept' },
  account_error: { kind: 'account' },
};
const account = { key: 'key', userId: 'user' };
let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

describe('Aligo', () => {
  carrierContract(async () => {
    let nowMs = Date.parse('2026-11-21T12:00:00+09:00');
    const home = mkdtempSync(join(tmpdir(), 'carrier-'));
    const simulator: CarrierSimulator = await startCarrierSimulator({ home, now: () => nowMs, account });
    stop = async () => {
      await simulator.stop();
      rmSync(home, { recursive: true });
    };
    const control = async (method: string, path: string, body?: unknown) =>
      (await simulator.handleControl({ method, path, query: {}, body })).body;
    const script = (...all: readonly object[]) => control('POST', '/carrier/faults', { faults: all });
    return {
      carrier: createAligoCarrier({
        credentials: async () => ({ baseUrl: `${simulator.url}/`, ...account }),
        now: () => nowMs,
        timeoutMs: 1_000,
      }),
      meet: async (fate) => void (await script(faults[fate])),
      beSilent: async () => {
        await script(...['/list/', '/sms_list/'].map((path) => ({ kind: 'http_500_before_accept', path })));
      },
      taken: async () =>
        ((await control('GET', '/carrier/messages')) as { messages: { to: string; text: string }[] }).messages,
      nowMs: () => nowMs,
      advance: (ms) => {
        nowMs += ms;
      },
    };
  });
});
