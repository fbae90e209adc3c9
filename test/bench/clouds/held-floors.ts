import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { monotonicFactory } from 'ulid';
import { batchKey, batchPrefix } from '../../../shared/adapters/dynamo/keys.ts';
import type { DispatchId } from '../../../shared/contracts/ids.ts';
import { type HeldService, writeBatches } from './held-service.ts';
import { secondsOf, sideBySide } from './side-by-side.ts';

/** What no way of doing it could leave out, asked by a process of its own of the same cloud; and the usual way. */

const ulid = monotonicFactory();
const entriesPerCall = 10;
/** As many as the product asks at once. */
const sendsAtOnce = 8;
const cancelsAtOnce = 25;
/** Recipients of the usual design's release: a million would take minutes. */
export const usualSample = 10_000;

/** Reads the batches of a dispatch and puts a record of each into the queue; nothing is held, checked or marked. */
export const releaseFloor = (service: HeldService, id: DispatchId): Promise<number> =>
  secondsOf(async () => {
    const numbers: number[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await service.table.client.send(
        new QueryCommand({
          TableName: service.table.name,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': batchKey(id, '', 0).pk, ':prefix': batchPrefix(id.slice(4)) },
          ConsistentRead: true,
          ExclusiveStartKey: from,
        }),
      );
      numbers.push(...(page.Items ?? []).map(({ n }) => Number(n)));
      from = page.LastEvaluatedKey;
    } while (from);
    await queue(
      service,
      numbers.map((batch) => ({ dispatchId: id, batch })),
    );
  });

/** A queue message for each recipient, by the same calls. Seconds for all, from a sample if they are many. */
export async function usualRelease(service: HeldService, recipients: number): Promise<number> {
  const sample = Math.min(recipients, usualSample);
  const dispatchId = `dsp_${ulid()}`;
  const messages = Array.from({ length: sample }, (_, recipient) => ({ dispatchId, recipient }));
  return ((await secondsOf(() => queue(service, messages))) * recipients) / sample;
}

/** Marks each batch as canceled if it is still as it was; nothing is read, folded or given back. */
export async function cancelFloor(service: HeldService, recipients: number): Promise<number> {
  const id: DispatchId = `dsp_${ulid()}`;
  const { table } = service;
  const batches = await writeBatches(service, id, [recipients], Date.now());
  return secondsOf(() =>
    sideBySide(batches, cancelsAtOnce, ({ n, version }) =>
      table.client.send(
        new UpdateCommand({
          TableName: table.name,
          Key: batchKey(id, id.slice(4), n),
          UpdateExpression: 'SET #state = :canceled, version = :next',
          ConditionExpression: 'version = :version',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':canceled': 'canceled', ':version': version, ':next': version + 1 },
        }),
      ),
    ),
  );
}

async function queue({ sqs, sendQueueUrl, tenant }: HeldService, bodies: readonly unknown[]): Promise<void> {
  const calls = Array.from({ length: Math.ceil(bodies.length / entriesPerCall) }, (_, i) =>
    bodies.slice(i * entriesPerCall, (i + 1) * entriesPerCall),
  );
  await sideBySide(calls, sendsAtOnce, async (some) => {
    const Entries = some.map((body, i) => ({
      Id: String(i),
      MessageBody: JSON.stringify(body),
      MessageGroupId: tenant.id,
    }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: sendQueueUrl, Entries }));
    if (Failed.length > 0) throw new Error(`${Failed.length} records were not taken`);
  });
}
