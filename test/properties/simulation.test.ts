import { describe, expect, test } from 'vitest';
import { addFaults, faultKinds, noFaults } from './simulation/faults.ts';
import { simulate, storyOf } from './simulation/runner.ts';

const shares = 20;
const seedsPerShare = 100;

describe('a life of the service, whatever goes wrong in it', () => {
  const counts = noFaults();
  let messages = 0;

  test.each(Array.from({ length: shares }, (_, i) => [i * seedsPerShare + 1, (i + 1) * seedsPerShare]))(
    'keeps every promise in seeds %i to %i',
    async (from, until) => {
      for (let seed = from; seed <= until; seed++) {
        const run = await simulate(seed);
        addFaults(counts, run.counts);
        messages += run.messages;
        if (run.broken.length > 0) expect.fail(storyOf(run));
      }
    },
    120_000,
  );

  test('met every kind of fault, and sent something', () => {
    expect(faultKinds.filter((kind) => counts[kind] === 0)).toEqual([]);
    expect(messages).toBeGreaterThan(shares * seedsPerShare);
  });
});

test.each([3, 14, 159])('seed %i is the same life every time', async (seed) => {
  const [one, other] = [await simulate(seed), await simulate(seed)];
  expect(other.hash).toBe(one.hash);
  expect(other.trace).toEqual(one.trace);
});

test('other seeds are other lives', async () => {
  const hashes = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) hashes.add((await simulate(seed)).hash);
  expect(hashes.size).toBe(20);
});
