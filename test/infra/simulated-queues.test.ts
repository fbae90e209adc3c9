import { expect, inject, test } from 'vitest';
import { sources } from '../properties/simulation/deliveries.ts';
import { queueSettings } from '../support/fakes/queues.ts';
import { readTemplate, target } from '../support/template.ts';

/** What is simulated is what is deployed: the same times, counts and batch sizes. */

const { Resources } = readTemplate(inject('assembly'));
const declared = ['prepare', 'wave', 'send', 'report', 'settle'] as const;

test.each(declared)('the %s queue', (name) => {
  const id = Object.keys(Resources).find((one) => new RegExp(`^Queues${name}Queue`, 'i').test(one))!;
  const { VisibilityTimeout, RedrivePolicy } = Resources[id]!.Properties;
  const { visibilitySeconds, receives } = queueSettings[name];
  expect([VisibilityTimeout, RedrivePolicy.maxReceiveCount]).toEqual([visibilitySeconds, receives]);

  const mapping = Object.values(Resources).find(
    ({ Type, Properties }) => Type === 'AWS::Lambda::EventSourceMapping' && target(Properties.EventSourceArn) === id,
  )!;
  const { BatchSize, MaximumBatchingWindowInSeconds = 0 } = mapping.Properties;
  expect([BatchSize, MaximumBatchingWindowInSeconds * 1_000]).toEqual([sources[name].batch, sources[name].windowMs]);
});
