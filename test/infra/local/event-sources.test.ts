import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, startFixture, until } from './support/fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const tell = (told: { id: string; fail?: boolean; hang?: boolean; sleepMs?: number }, more = {}) =>
  fixture.sqs.send(
    new SendMessageCommand({ QueueUrl: fixture.queueUrl('work'), MessageBody: JSON.stringify(told), ...more }),
  );

test('a message reaches the function once and is gone', async () => {
  await tell({ id: 'plain' }, { MessageGroupId: 'ten_9' });
  await until(
    () => fixture.seen('plain'),
    ({ count }) => count === 1,
  );
  await until(
    () => fixture.queue('work'),
    ({ visible, inFlight }) => visible + inFlight === 0,
  );
  expect(await fixture.seen('plain')).toMatchObject({ count: 1, groupId: 'ten_9' });
});

test('of a batch only the failed record comes again, and in the end is dead', async () => {
  await Promise.all([tell({ id: 'good-1' }), tell({ id: 'poison', fail: true }), tell({ id: 'good-2' })]);
  await until(
    () => fixture.seen('poison'),
    ({ count }) => count === 1,
  );
  await fixture.control('POST', '/clock', { advance: 'PT7S' });
  await until(
    () => fixture.seen('poison'),
    ({ count }) => count === 2,
  );
  await fixture.control('POST', '/clock', { advance: 'PT7S' });
  await until(
    () => fixture.queue('work'),
    ({ deadLetters }) => deadLetters === 1,
  );
  expect(await fixture.seen('poison')).toMatchObject({ count: 2, receiveCount: '2' });
  expect((await fixture.seen('good-1')).count + (await fixture.seen('good-2')).count).toBe(2);
});

test('a function that runs out of time is ended; its message comes again', async () => {
  await tell({ id: 'slow', hang: true });
  await until(
    () => fixture.seen('slow'),
    ({ count }) => count === 1,
  );
  await until(
    async () => (await fixture.control('GET', '/usage')).body as { functions: { worker: { timeouts: number } } },
    ({ functions }) => functions.worker.timeouts === 1,
  );
  expect((await fixture.queue('work')).inFlight).toBe(1);
  await fixture.control('POST', '/clock', { advance: 'PT7S' });
  await until(
    () => fixture.seen('slow'),
    ({ count }) => count === 2,
  );
});

test('no more runs at once than the mapping allows', async () => {
  const sleepMs = 200;
  const ids = Array.from({ length: 8 }, (_, n) => `busy-${n}`);
  await Promise.all(ids.map((id) => tell({ id, sleepMs })));
  const all = await until(
    async () => Promise.all(ids.map(fixture.seen)),
    (seen) => seen.every(({ count }) => count >= 1),
  );
  const starts = all.map(({ lastAt }) => Date.parse(lastAt));
  const atOnce = starts.map((start) => starts.filter((other) => other <= start && start < other + sleepMs).length);
  expect(Math.max(...atOnce)).toBeLessThanOrEqual(2);
});
