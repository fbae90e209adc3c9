import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fitsPattern } from '../../../infra/local/bus/event-pattern.ts';
import { type Fixture, startFixture } from './support/fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

test('an event reaches the targets of the rules it fits, and no others', async () => {
  await fixture.deed('emit', { detail: { kind: 'unwanted' } });
  await fixture.deed('emit', { detail: { kind: 'wanted', n: 1 } });
  const { Messages } = await fixture.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: fixture.queueUrl('plain'), MaxNumberOfMessages: 10 }),
  );
  expect(Messages?.map(({ Body }) => JSON.parse(Body!))).toMatchObject([
    {
      version: '0',
      source: 'fixture',
      'detail-type': 'told',
      account: '000000000000',
      region: 'ap-northeast-2',
      detail: { kind: 'wanted', n: 1 },
    },
  ]);
});

test('the carrier secret tells where the simulator is, to who may read it', async () => {
  const arn = 'arn:aws:secretsmanager:ap-northeast-2:000000000000:secret:';
  const { body: refused } = await fixture.deed('secret', { arn: `${arn}other` });
  expect(refused).toMatchObject({ name: 'AccessDeniedException' });
  const { unused } = (await fixture.control('GET', '/iam')).body as {
    unused: { action: string; resources: string[] }[];
  };
  const own = unused.find(({ action }) => action === 'secretsmanager:GetSecretValue')!.resources[0];
  const { body } = await fixture.deed('secret', { arn: own });
  expect(JSON.parse(body as string)).toEqual({
    baseUrl: fixture.addresses.carrierUrl,
    key: expect.any(String),
    userId: expect.any(String),
  });
});

const event = { source: 'a', detail: { status: 'done', count: 5, tags: ['x', 'y'], nested: { deep: null } } };

test.each([
  [{ source: ['a', 'b'] }, true],
  [{ source: ['b'] }, false],
  [{ source: [{ prefix: 'a' }], detail: { status: [{ 'anything-but': ['failed'] }] } }, true],
  [{ detail: { count: [{ numeric: ['>', 4, '<=', 5] }] } }, true],
  [{ detail: { count: [{ numeric: ['>', 5] }] } }, false],
  [{ detail: { tags: ['y'] } }, true],
  [{ detail: { absent: [{ exists: false }] } }, true],
  [{ detail: { absent: ['x'] } }, false],
  [{ detail: { nested: { deep: [null] } } }, true],
  [{ absent: { deeper: ['x'] } }, false],
])('pattern %j fits: %s', (pattern, fits) => {
  expect(fitsPattern(pattern, event)).toBe(fits);
});

test('a comparison the local cloud does not know is an error, not a silent no', () => {
  expect(() => fitsPattern({ source: [{ cidr: '10.0.0.0/8' }] }, event)).toThrow(/cidr/);
});
