import * as z from 'zod';
import { type DispatchMoveDeps, dispatchMoveRoutes } from './dispatch-moves.ts';
import { type DispatchDeps, dispatchRoutes } from './dispatches.ts';
import type { DocumentDeps } from './document.ts';
import { type MessageDeps, messageRoutes } from './messages.ts';
import { answer, type Route, route } from './route.ts';

/** The ports that the routes of sending together need: each noun's file says which are its own. */
export type CustomerDeps = DispatchDeps & DispatchMoveDeps & MessageDeps & DocumentDeps;

const document = route({
  method: 'GET',
  path: '/openapi.json',
  auth: 'public',
  tag: 'Document',
  summary: 'This document',
  responses: { 200: z.record(z.string(), z.unknown()) },
  run: async (_call, deps: DocumentDeps) =>
    answer(200, await deps.document(), { 'cache-control': 'public, max-age=300' }),
});

/** What customers send and look after, and the document, which is the public's. A noun's routes are in its own file. */
export const customerRoutes: readonly Route<CustomerDeps>[] = [
  ...dispatchRoutes,
  ...dispatchMoveRoutes,
  ...messageRoutes,
  document,
];
