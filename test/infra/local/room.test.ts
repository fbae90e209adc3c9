import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Usage } from '../../../infra/local/control/usage.ts';
import { LambdaFunction } from '../../../infra/local/lambda/lambda-function.ts';

const folder = mkdtempSync(join(tmpdir(), 'bongsu-room-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const made = async (drivers: number, reservedConcurrency?: number) => {
  const declared = {
    name: 'f',
    arn: 'arn:f',
    file: 'f.mjs',
    handlerName: 'handler',
    roleArn: 'arn:r',
    timeoutMs: 1_000,
    memoryMb: 128,
    environment: {},
    reservedConcurrency,
  };
  const surroundings = { offset: new Float64Array(1), usage: new Usage(), logFile: () => join(folder, 'f.log') };
  const one = new LambdaFunction(declared, {}, surroundings, drivers);
  await one.stop();
  return one;
};

test.each([0, 1, 2, 3])(
  'a function driven by %i queues has room for each when the others are full',
  async (drivers) => {
    const { concurrency, concurrencyPerDriver } = await made(drivers);
    expect(concurrencyPerDriver).toBeGreaterThanOrEqual(4);
    expect(concurrencyPerDriver * Math.max(1, drivers)).toBe(concurrency);
  },
);

test('what the template reserves is the most for all of them together', async () => {
  expect(await made(2, 3)).toMatchObject({ concurrency: 3, concurrencyPerDriver: 3 });
});
