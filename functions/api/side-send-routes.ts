import { type TestSendDeps, testSendRoutes } from './campaign-test-sends.ts';
import { type NoticeDeps, noticeRoutes } from './notices.ts';
import type { Route } from './route.ts';

/** The ports that the routes of side sends need. */
export type SideSendDeps = NoticeDeps & TestSendDeps;

/** Small sends beside those that customers plan: notices, and tests of campaigns. A function of its own serves them. */
export const sideSendRoutes: readonly Route<SideSendDeps>[] = [...noticeRoutes, ...testSendRoutes];
