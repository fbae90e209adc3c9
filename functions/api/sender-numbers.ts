import * as z from 'zod';
import type { Sender, SenderStore } from '../../shared/domain/tenants/sender.ts';
import { answer, route } from './route.ts';
import { listShape, pageQuery, shownPage, shownTime, timeShape } from './shapes.ts';

export interface SenderDeps {
  readonly senders: SenderStore;
}

export const senderShape = z
  .object({
    number: z.string().meta({ description: 'National digits, as used in `from`', example: '0212345678' }),
    approvedAt: timeShape,
  })
  .meta({ id: 'SenderNumber' });

export const shownSender = ({ number, approvedAtMs }: Sender) => ({ number, approvedAt: shownTime(approvedAtMs) });

/** Where a page of sender numbers goes on: behind these digits. */
export const senderPosition = z.string().regex(/^\d{8,12}$/);

const list = route({
  method: 'GET',
  path: '/v1/sender-numbers',
  auth: 'tenant',
  tag: 'Sender numbers',
  summary: 'The numbers this account may send from',
  query: z.strictObject(pageQuery(senderPosition)),
  responses: { 200: listShape(senderShape) },
  run: async ({ caller, query }, { senders }: SenderDeps) =>
    answer(200, shownPage(await senders.list(caller.tenantId, query.limit, query.cursor ?? null), shownSender)),
});

export const senderNumberRoutes = [list];
