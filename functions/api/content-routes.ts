import { type PreviewDeps, previewRoutes } from './previews.ts';
import type { Route } from './route.ts';
import { type CategoryDeps, categoryRoutes } from './template-categories.ts';
import { type TemplateDeps, templateRoutes } from './templates.ts';

/** The ports that the routes of texts need. */
export type ContentRouteDeps = TemplateDeps & CategoryDeps & PreviewDeps;

/** What customers write before they send; a function of its own serves it, so that those who send load none of it. */
export const contentRoutes: readonly Route<ContentRouteDeps>[] = [
  ...templateRoutes,
  ...categoryRoutes,
  ...previewRoutes,
];
