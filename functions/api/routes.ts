import * as z from 'zod';
import { apiKeyRoutes } from './api-keys.ts';
import { creditRoutes } from './credits.ts';
import { type DispatchDeps, dispatchRoutes } from './dispatches.ts';
import type { DocumentDeps } from './document.ts';
import { type MessageDeps, messageRoutes } from './messages.ts';
import { type OperatorGrantDeps, operatorGrantRoutes } from './operator-grants.ts';
import { type OperatorTenantDeps, operatorTenantRoutes } from './operator-tenants.ts';
import { answer, type Route, route } from './route.ts';
import { senderNumberRoutes } from './sender-numbers.ts';
import { type SettingsDeps, settingsRoutes } from './settings.ts';
import { type UploadDeps, uploadRoutes } from './uploads.ts';

/** The ports that all routes together need: each noun's file says which are its own. */
export type RouteDeps = OperatorTenantDeps &
  OperatorGrantDeps &
  SettingsDeps &
  UploadDeps &
  DispatchDeps &
  MessageDeps &
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

/** The API. A noun's routes are in its own file; this table is all that routing, validation and the document know. */
export const routes: readonly Route<RouteDeps>[] = [
  ...uploadRoutes,
  ...dispatchRoutes,
  ...messageRoutes,
  ...creditRoutes,
  ...senderNumberRoutes,
  ...apiKeyRoutes,
  ...settingsRoutes,
  ...operatorTenantRoutes,
  ...operatorGrantRoutes,
  document,
];
