import { type App, CfnOutput, Fn } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { buildApp } from '../../../infra/app.ts';
import type { Functions } from '../../../infra/constructs/functions.ts';
import type { Queues } from '../../../infra/constructs/queues.ts';
import type { Schedules } from '../../../infra/constructs/schedules.ts';
import type { Table } from '../../../infra/constructs/table.ts';
import type { BuildApp } from '../../../infra/local/template/synthesize.ts';
import { heldOutputs } from './held-outputs.ts';

/**
 * The product's own stack with the event sources of send-batch switched off, as an operator would who stops all sending:
 * everything up to the queued batch works as ever, and no carrier is called.
 */
export const buildHeldService: BuildApp = async (options): Promise<{ app: App }> => {
  const { app, stack } = await buildApp(options);
  const part = <P>(id: string) => stack.node.findChild(id) as P;
  const sendBatch = part<Functions>('Functions').byName['send-batch'];
  const mappings = sendBatch.node.findAll().filter((one) => one instanceof CfnEventSourceMapping);
  if (mappings.length === 0) throw new Error('Nothing drives send-batch any more');
  for (const mapping of mappings) mapping.enabled = false;

  const queues = part<Queues>('Queues');
  const schedules = part<Schedules>('Schedules');
  const values = {
    heldQueues: Fn.join(',', [queues.send.queue.queueName, queues.auth.queue.queueName]),
    table: part<Table>('Data').table.tableName,
    sendQueue: queues.send.queue.queueUrl,
    waveQueueArn: queues.wave.queue.queueArn,
    scheduleGroup: schedules.group.ref,
    scheduleRole: schedules.role.roleArn,
    scheduleDeadLetters: schedules.deadLetters.queueArn,
  } satisfies Record<keyof typeof heldOutputs, string>;
  for (const [name, value] of Object.entries(values)) {
    new CfnOutput(stack, heldOutputs[name as keyof typeof heldOutputs], { value });
  }
  return { app };
};
