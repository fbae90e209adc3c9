import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { createOutcomeBus } from '../../../shared/adapters/eventbridge/outcome-bus.ts';
import { outcomeOf } from '../../support/contracts/outcome-store-contract.ts';
import { noonMs } from '../../support/contracts/samples.ts';

const client = new EventBridgeClient({ region: 'ap-northeast-2' });
const mock = mockClient(client);
const bus = createOutcomeBus(client, 'bongsu');
const outcome = outcomeOf();
beforeEach(() => mock.reset());

test('an event says what was decided, about whom, when, and by which id a repetition is told', async () => {
  mock.on(PutEventsCommand).resolves({ Entries: [{ EventId: '1' }] });
  await bus.publish(outcome);
  const [entry] = mock.commandCalls(PutEventsCommand)[0]!.args[0].input.Entries!;
  expect(entry).toMatchObject({ EventBusName: 'bongsu', Source: 'bongsu', DetailType: 'sender_number.rejected' });
  const { id, tenantId, facts } = outcome;
  expect(JSON.parse(entry!.Detail!)).toEqual({ id, tenantId, at: new Date(noonMs).toISOString(), ...facts });
});

test.each([{}, { Entries: [] }, { Entries: [{ ErrorCode: 'ThrottlingException' }] }])(
  'an answer that names no event (%j) is a refusal',
  async (answer) => {
    mock.on(PutEventsCommand).resolves(answer);
    await expect(bus.publish(outcome)).rejects.toMatchObject({ name: 'BusRefused' });
  },
);
