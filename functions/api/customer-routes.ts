import * as z from 'zod';
import type { KeyPorts } from '../../shared/domain/tenants/key-ring.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { type CreditDeps, creditRoutes } from './credits.ts';
import { type DispatchMoveDeps, dispatchMoveRoutes } from './dispatch-moves.ts';
import { type DispatchDeps, dispatchRoutes } from './dispatches.ts';
import type { DocumentDeps } from './document.ts';
import { type MessageDeps, messageRoutes } from './messages.ts';
import { answer, type Route, route } from './route.ts';
import { type SenderDeps, senderNumberRoutes } from './sender-numbers.ts';
import { type SettingsDeps, settingsRoutes } from './settings.ts';
import { type UploadDeps, uploadRoutes } from './uploads.ts';

/** The ports that the customers' routes together need: each noun's file says which are its own. */
export type CustomerDeps = UploadDeps &
  DispatchDeps &
  DispatchMoveDeps &
  MessageDeps &
  CreditDeps &
  SenderDeps &
  KeyPorts &
  SettingsDeps &
  DocumentDeps;

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

/** What customers and the public ask for. A noun's routes are in its own file. */
export const customerRoutes: readonly Route<CustomerDeps>[] = [
  ...uploadRoutes,
  ...dispatchRoutes,
  ...dispatchMoveRoutes,
  ...messageRoutes,
  ...creditRoutes,
  ...senderNumberRoutes,
  ...apiKeyRoutes,
  ...settingsRoutes,
  document,
];
