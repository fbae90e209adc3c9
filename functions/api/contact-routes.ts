import { type TextLinkDeps, textLinkRoutes } from './contact-text-link.ts';
import { type ContactDeps, contactRoutes } from './contacts.ts';
import { contactImportRoutes, type ImportDeps } from './imports.ts';
import type { Route } from './route.ts';

/** The ports that the routes of contacts need. */
export type ContactRouteDeps = ContactDeps & ImportDeps & TextLinkDeps;

/** Whom a customer knows; a function of its own serves it. */
export const allContactRoutes: readonly Route<ContactRouteDeps>[] = [
  ...contactRoutes,
  ...contactImportRoutes,
  ...textLinkRoutes,
];
