import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDispatchStore } from '../../../shared/adapters/dynamo/dispatch-store.ts';
import { queryAll, type Table } from '../../../shared/adapters/dynamo/table.ts';
import { createEvents } from '../../../shared/adapters/eventbridge/events.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import type { NewEvent } from '../../../shared/domain/dispatches/ports.ts';
import { newUlid, noonMs, preparing } from '../../support/contracts/samples.ts';
import { type LocalDynamo, startDynamo } from '../../support/dynamo.ts';

let dynamo: LocalDynamo;
let table: Table;
beforeAll(async () => {
  dynamo = await startDynamo();
  table = await dynamo.newTable();
});
afterAll(() => dynamo.stop());

const taken = { FailedEntryCount: 0, Entries: [{ EventId: '1' }] };

/** A dispatch with so many events that wait, and a bus that can be told what to answer. */
async function waiting(count: number) {
  const store = createDispatchStore(table, { ulid: newUlid });
  const dispatch = preparing({ state: 'sending' });
  await store.create(dispatch, null);
  const events = Array.from(
    { length: count },
    (_, i): NewEvent => ({
      id: `evt_${newUlid()}`,
      type: i === 0 ? 'dispatch.completed' : 'dispatch.settled',
      atMs: noonMs + i,
    }),
  );
  const folded = (await store.fold(dispatch, { ...dispatch, events: count }, [], events)) as Dispatch;
  const client = new EventBridgeClient({ region: 'ap-northeast-2' });
  const mock = mockClient(client);
  const left = async () => {
    const found: unknown[] = [];
    const query = {
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': `DISPATCH#${dispatch.id}`, ':prefix': 'EVENT#' },
    };
    for await (const item of queryAll(table, query)) found.push(item.id);
    return found;
  };
  const published = () =>
    mock.commandCalls(PutEventsCommand).map(({ args }) => JSON.parse(args[0].input.Entries?.[0]?.Detail ?? '{}').id);
  const publish = () => createEvents(table, client, 'bongsu').publishWaiting(folded);
  return { dispatch: folded, ids: events.map(({ id }) => id), mock, left, published, publish };
}

test('events are published in order, then forgotten; publishing again publishes nothing', async () => {
  const { ids, mock, left, published, publish } = await waiting(3);
  mock.on(PutEventsCommand).resolves(taken);
  await publish();
  expect(published()).toEqual(ids);
  expect(await left()).toEqual([]);
  await publish();
  expect(published()).toEqual(ids);
});

test('an event says what happened, to which dispatch, of whom, and where all its messages stand', async () => {
  const { dispatch, ids, mock, publish } = await waiting(1);
  mock.on(PutEventsCommand).resolves(taken);
  await publish();
  const [entry] = mock.commandCalls(PutEventsCommand)[0]!.args[0].input.Entries!;
  expect(entry).toMatchObject({ EventBusName: 'bongsu', Source: 'bongsu', DetailType: 'dispatch.completed' });
  expect(entry?.Time).toEqual(new Date(noonMs));
  expect(JSON.parse(entry!.Detail!)).toEqual({
    id: ids[0],
    tenantId: dispatch.owner,
    owner: dispatch.owner,
    dispatchId: dispatch.id,
    totals: dispatch.totals,
  });
});

test('an event that the bus refuses stays with all behind it, and is published the next time', async () => {
  const { ids, mock, left, published, publish } = await waiting(3);
  const refused = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slow' }] };
  mock.on(PutEventsCommand).resolvesOnce(taken).resolvesOnce(refused).resolves(taken);
  await expect(publish()).rejects.toMatchObject({ name: 'BusRefused' });
  expect(await left()).toEqual(ids.slice(1));
  await publish();
  expect(published()).toEqual([ids[0], ids[1], ids[1], ids[2]]);
  expect(await left()).toEqual([]);
});

test.each([{}, { Entries: [] }, { Entries: [{}] }])(
  'an answer that names no event (%j) keeps the event',
  async (answer) => {
    const { ids, mock, left, publish } = await waiting(1);
    mock.on(PutEventsCommand).resolves(answer);
    await expect(publish()).rejects.toMatchObject({ name: 'BusRefused' });
    expect(await left()).toEqual(ids);
  },
);

test('a call that fails keeps the event', async () => {
  const { ids, mock, left, publish } = await waiting(1);
  mock.on(PutEventsCommand).rejects(Object.assign(new Error('gone'), { name: 'TimeoutError' }));
  await expect(publish()).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(await left()).toEqual(ids);
});
