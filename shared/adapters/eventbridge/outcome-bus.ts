import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Bus } from '../../domain/outcomes/ports.ts';
import { BusRefused } from './events.ts';

/** Outcomes as events on the bus: `detail-type` is the outcome's, and `detail.id` tells a repetition. */
export const createOutcomeBus = (client: EventBridgeClient, bus: string): Bus => ({
  async publish({ id, type, tenantId, atMs, facts }) {
    const Time = new Date(atMs);
    const Detail = JSON.stringify({ id, tenantId, at: Time.toISOString(), ...facts });
    const entry = { EventBusName: bus, Source: 'bongsu', DetailType: type, Time, Detail };
    const { Entries: [told] = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
    if (!told?.EventId) throw new BusRefused(`${id} was not taken: ${told?.ErrorCode ?? 'no reason given'}`);
  },
});
