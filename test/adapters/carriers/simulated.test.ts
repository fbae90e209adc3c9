import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CarrierSimulator, startCarrierSimulator } from '../../../infra/local/carrier/simulator.ts';
import { createAligoCarrier } from '../../../shared/adapters/carriers/aligo.ts';
import { createSimulatedCarrier } from '../../../shared/adapters/carriers/simulated.ts';
import type { Carrier, CarrierBatch } from '../../../shared/domain/carriers/carrier.ts';
import { magicNumbers } from '../../../shared/domain/carriers/magic-numbers.ts';

let nowMs = Date.parse('2026-11-21T12:00:00+09:00');
let ids = 0;
const home = mkdtempSync(join(tmpdir(), 'carrier-'));
const simulated = createSimulatedCarrier({ now: () => nowMs, newId: () => `sim-${++ids}` });
let simulator: CarrierSimulator;
let aligo: Carrier;

beforeAll(async () => {
  simulator = await startCarrierSimulator({ home, now: () => nowMs });
  aligo = createAligoCarrier({
    credentials: async () => ({ baseUrl: simulator.url, key: 'k', userId: 'u' }),
    now: () => nowMs,
  });
});
afterAll(async () => {
  await simulator.stop();
  rmSync(home, { recursive: true });
});

const batchOf = (receivers: readonly string[]): CarrierBatch => ({
  type: 'sms',
  from: '0212345678',
  subject: null,
  images: [],
  messages: receivers.map((to) => ({ to, text: 'a' })),
});
const special = Object.keys(magicNumbers);

describe('the carrier of test keys and the carrier simulator', () => {
  it('know the seven numbers that customers are told', () => {
    expect(special).toEqual(Array.from({ length: 7 }, (_, i) => `+82109999000${i + 1}`));
  });

  it('agree on every number at every time', { timeout: 120_000 }, async () => {
    const number = fc.oneof(
      fc.constantFrom(...special),
      fc.integer({ min: 99_990_000, max: 99_990_012 }).map((n) => `+8210${n}`),
      fc.integer({ min: 20_000_000, max: 98_999_999 }).map((n) => `+8210${n}`),
    );
    const waits = fc.array(fc.constantFrom(0, 499, 500, 1_999, 2_000, 4_999, 5_000, 100_000, 599_999, 600_000, 1e7));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(number, { minLength: 1, maxLength: 12 }), waits, async (receivers, afterMs) => {
        nowMs = Math.ceil(nowMs / 1_000) * 1_000;
        const acceptedAtMs = nowMs;
        const [ours, theirs] = await Promise.all([
          simulated.submit(batchOf(receivers)),
          aligo.submit(batchOf(receivers)),
        ]);
        expect(theirs.kind).toBe(ours.kind);
        if (ours.kind === 'refused' && theirs.kind === 'refused') {
          expect(theirs.code).toBe(ours.code);
          return;
        }
        if (ours.kind !== 'accepted' || theirs.kind !== 'accepted')
          throw new Error(`neither taken nor refused: ${ours.kind}`);
        for (const wait of afterMs.sort((a, b) => a - b)) {
          nowMs = acceptedAtMs + wait;
          const own = await simulated.reports({ carrierId: ours.carrierId, acceptedAtMs }, receivers);
          const asked = await aligo.reports({ carrierId: theirs.carrierId, acceptedAtMs }, receivers);
          const toTheSecond = own.map((report) =>
            report.status === 'pending' ? report : { ...report, atMs: Math.floor(report.atMs / 1_000) * 1_000 },
          );
          expect(asked).toEqual(toTheSecond);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each(special)('agree on %s alone, before and after each of its moments', async (to) => {
    nowMs = Math.ceil(nowMs / 1_000) * 1_000;
    const acceptedAtMs = nowMs;
    const outcome = await aligo.submit(batchOf([to, '+821055554444']));
    expect((await simulated.submit(batchOf([to, '+821055554444']))).kind).toBe('accepted');
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    for (const { afterMs } of [...magicNumbers[to]!.reports, { afterMs: 10_000_000, status: 'delivered' }]) {
      for (const momentMs of [afterMs - 1, afterMs, afterMs + 1]) {
        nowMs = acceptedAtMs + Math.max(0, momentMs);
        const call = { carrierId: outcome.carrierId, acceptedAtMs };
        const [ours] = await simulated.reports(call, [to]);
        const [theirs] = await aligo.reports(call, [to]);
        expect({ ...theirs, atMs: 0 }).toEqual({ ...ours, atMs: 0 });
      }
    }
  });
});

describe('the carrier of test keys', () => {
  it('gives each call its own id, remembers none, and needs no memory to report', async () => {
    const first = await simulated.submit(batchOf(['+821012345678']));
    const second = await simulated.submit(batchOf(['+821012345678']));
    expect(first).not.toEqual(second);
    expect(await simulated.findCalls(batchOf(['+821012345678']), 0, nowMs)).toEqual([]);
    const another = createSimulatedCarrier({ now: () => 10_500, newId: () => 'x' });
    expect(await another.reports({ carrierId: 'any', acceptedAtMs: 10_000 }, ['+821012345678'])).toEqual([
      { to: '+821012345678', status: 'delivered', atMs: 10_500 },
    ]);
  });
});
