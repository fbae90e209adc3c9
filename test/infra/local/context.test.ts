import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { contextOf } from '../../../infra/local/context.ts';
import { startLocalCloud } from '../../../infra/local/local-cloud.ts';
import { SettingsRefused } from '../../../infra/settings.ts';
import { ofType, readTemplate } from '../../support/template.ts';
import { newHome } from './support/fixture.ts';

const home = newHome();
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('-c name=value', () => {
  test('gives settings by name, each of them, as text', () => {
    expect(contextOf([])).toEqual({});
    expect(contextOf(['sendConcurrency=4', 'alarmEmail=a=b@example.com'])).toEqual({
      sendConcurrency: '4',
      alarmEmail: 'a=b@example.com',
    });
  });

  test.each(['sendConcurrency', 'sendConcurency=4', '=4', ''])('that is no setting is refused: %j', (given) => {
    expect(() => contextOf([given])).toThrow(SettingsRefused);
    expect(() => contextOf([given])).toThrow('carrierMessagesPerSecond');
  });

  test.each(['sendConcurrency=1', 'nonsense=1'])('with %s the local cloud says why it does not start', (given) => {
    const main = join(import.meta.dirname, '../../../infra/local/main.ts');
    const env = { ...process.env, BONGSU_HOME: home, PORT: '0' };
    const { status, stderr } = spawnSync(process.execPath, [main, '-c', given], { env, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain(given.split('=')[0]);
    expect(stderr).not.toContain('    at ');
  });
});

test('the local cloud runs the stack with the settings it is given, told only to those who need them', async () => {
  const context = { sendConcurrency: 4, carrierMessagesPerSecond: 300 };
  const cloud = await startLocalCloud({ home, context, withDemoTenant: false });
  await cloud.stop();
  const template = readTemplate(join(home, 'assembly'));
  const told = ofType(template, 'AWS::Lambda::Function')
    .filter(([, { Environment }]) => JSON.stringify(Environment).includes('"CARRIER_MESSAGES_PER_SECOND":"300"'))
    .map(([id]) => /^Functions(\w+?)Function/.exec(id)?.[1]);
  expect(told.sort()).toEqual(['Api', 'PrepareDispatch', 'SendBatch', 'SideSends']);
  const [[, mapping]] = ofType(template, 'AWS::Lambda::EventSourceMapping').filter(([id]) =>
    id.startsWith('FunctionsSendBatchMapping'),
  ) as [[string, { ScalingConfig: unknown }]];
  expect(mapping.ScalingConfig).toEqual({ MaximumConcurrency: 4 });
});

test('without a setting nobody is told of it, and settings for a stack that is made already are refused', async () => {
  expect(JSON.stringify(readTemplate(inject('assembly')))).not.toContain('CARRIER_MESSAGES_PER_SECOND');
  await expect(startLocalCloud({ home, assembly: inject('assembly'), context: {} })).rejects.toThrow('Settings');
});
