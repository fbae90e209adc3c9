import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { tenantOf } from '../../contracts/ids.ts';
import type { Dispatch } from '../../domain/dispatches/dispatch.ts';
import type { Events } from '../../domain/dispatches/ports.ts';
import { eventKey } from '../dynamo/keys.ts';
import { queryAll, type Table } from '../dynamo/table.ts';

const shape = z.object({ pk: z.string(), sk: z.string(), id: z.string(), type: z.string(), atMs: z.int() });

/** The bus did not take an event; it stays in the table, and the sweeper publishes it later. */
export class BusRefused extends Error {
  override readonly name = 'BusRefused';
}

/** Publishes the events that a dispatch's folds left in the table, in order, and deletes each once the bus has it. */
export function createEvents(table: Table, client: EventBridgeClient, bus: string): Events {
  return {
    async publishWaiting(dispatch: Dispatch) {
      const query = {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': eventKey(dispatch.id, 0).pk, ':prefix': 'EVENT#' },
        ConsistentRead: true,
      };
      for await (const item of queryAll(table, query)) {
        const event = shape.parse(item);
        const { Entries = [] } = await client.send(
          new PutEventsCommand({ Entries: [{ EventBusName: bus, ...entryOf(dispatch, event) }] }),
        );
        const [entry] = Entries;
        if (!entry?.EventId)
          throw new BusRefused(`${event.id} was not taken: ${entry?.ErrorCode ?? 'no reason given'}`);
        await table.client.send(new DeleteCommand({ TableName: table.name, Key: { pk: event.pk, sk: event.sk } }));
      }
    },
  };
}

const entryOf = (dispatch: Dispatch, event: z.infer<typeof shape>) => ({
  Source: 'bongsu',
  DetailType: event.type,
  Time: new Date(event.atMs),
  Detail: JSON.stringify({
    id: event.id,
    tenantId: tenantOf(dispatch.owner),
    owner: dispatch.owner,
    dispatchId: dispatch.id,
    totals: dispatch.totals,
  }),
});
