import { expect, inject, test } from 'vitest';
import { sources } from '../properties/simulation/deliveries.ts';
import { queueSettings } from '../support/fakes/queues.ts';
import { ofType, readTemplate, target } from '../support/template.ts';

/** What is simulated is what is deployed: the same times, counts and batch sizes. */

const { Resources } = readTemplate(inject('assembly'));
const declared = ['prepare', 'wave', 'send', 'report', 'settle', 'campaign'] as const;

test.each(declared)('the %s queue', (name) => {
  const id = Object.keys(Resources).find((one) => new RegExp(`^Queues${name}Queue`, 'i').test(one))!;
  const { visibilitySeconds, receives } = queueSettings[name];
  expect(Resources[id]?.Properties).toMatchObject({
    VisibilityTimeout: visibilitySeconds,
    RedrivePolicy: { maxReceiveCount: receives },
  });

  const mapping = ofType({ Resources }, 'AWS::Lambda::EventSourceMapping')
    .map(([, properties]) => properties)
    .find(({ EventSourceArn }) => target(EventSourceArn) === id);
  const { BatchSize, MaximumBatchingWindowInSeconds } = mapping!;
  const { batch, windowMs } = sources[name];
  expect([BatchSize, Number(MaximumBatchingWindowInSeconds ?? 0) * 1_000]).toEqual([batch, windowMs]);
});
