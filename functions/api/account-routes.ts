import type { KeyPorts } from '../../shared/domain/tenants/key-ring.ts';
import { apiKeyRoutes } from './api-keys.ts';
import { type CreditDeps, creditRoutes } from './credits.ts';
import type { Route } from './route.ts';
import { type SettingsDeps, settingsRoutes } from './settings.ts';
import { type UploadDeps, uploadRoutes } from './uploads.ts';

/** The ports that the routes of an account need. */
export type AccountDeps = KeyPorts & SettingsDeps & CreditDeps & UploadDeps;

/** What an account has and brings: keys, settings, credits, files. A function of its own serves it. */
export const accountRoutes: readonly Route<AccountDeps>[] = [
  ...apiKeyRoutes,
  ...settingsRoutes,
  ...creditRoutes,
  ...uploadRoutes,
];
