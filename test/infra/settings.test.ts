import { App } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { readSettings, warningsOf } from '../../infra/settings.ts';

const read = (context: Record<string, unknown>) => readSettings(new App({ context }).node);

test('without any settings the deployment is made for production', () => {
  expect(read({})).toEqual({ stackName: 'Bongsu', retainData: true, sendConcurrency: 20, apiRequestsPerSecond: 1000 });
});

test('settings from the command line are text, and mean what they say', () => {
  const given = { stackName: 'Trial', retainData: 'false', sendConcurrency: '50', alarmEmail: 'ops@example.com' };
  expect(read(given)).toMatchObject({ ...given, retainData: false, sendConcurrency: 50 });
});

test('whoever deploys without an address for mails is told that none are sent', () => {
  expect(warningsOf(read({}))).toEqual([{ id: 'bongsu:no-mails', text: expect.stringContaining('-c mailFrom=') }]);
  expect(warningsOf(read({ mailFrom: 'bongsu@example.com' }))).toEqual([]);
});

test('without a contract with the carrier there is no limit of our own', () => {
  expect(read({}).carrierMessagesPerSecond).toBeUndefined();
  expect(read({ carrierMessagesPerSecond: '300' }).carrierMessagesPerSecond).toBe(300);
});

test.each([
  ['carrierMessagesPerSecond', '0'],
  ['carrierMessagesPerSecond', '1.5'],
  ['carrierMessagesPerSecond', ''],
  ['retainData', 'perhaps'],
  ['sendConcurrency', '1'],
  ['sendConcurrency', 'many'],
  ['apiRequestsPerSecond', '0'],
  ['alarmEmail', 'nobody'],
  ['mailFrom', 'Bongsu <bongsu@example.com>'],
  ['stackName', '1st stack'],
])('a setting that makes no sense stops the deployment by name: %s=%s', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(name);
});
