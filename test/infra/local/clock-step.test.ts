import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Clock } from '../../../infra/local/clock/clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'bongsu-clock-'));
const clock = new Clock(join(folder, 'clock.json'));
afterEach(() => {
  clock.stop();
  rmSync(folder, { recursive: true });
});

test('what falls due while a step of a move runs is done in that step, not after its longest wait', async () => {
  let isBusy = false;
  clock.join({ pause: () => undefined, resume: () => undefined, isQuiet: () => !isBusy });
  const startMs = clock.now();
  clock.at(startMs + 1_000, () => {
    // As a queue whose next message becomes visible a moment after the one that is handled now.
    isBusy = true;
    clock.at(clock.now() + 20, () => {
      isBusy = false;
    });
  });
  const movedAtMs = performance.now();
  await clock.move(startMs + 60_000);
  expect(isBusy).toBe(false);
  expect(clock.now()).toBeGreaterThanOrEqual(startMs + 60_000);
  expect(performance.now() - movedAtMs).toBeLessThan(5_000);
});
