import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface DocumentDeps {
  /** The OpenAPI document. */
  readonly document: () => Promise<Readonly<Record<string, unknown>>>;
}

/**
 * Reads the document from where the bundler leaves it, beside the function. It describes the routes and so never
 * changes between two deployments: making it here would only cost every cold start the code that makes it.
 */
export function openDocument(directory: string): DocumentDeps['document'] {
  let read: ReturnType<DocumentDeps['document']> | null = null;
  return () => {
    read ??= readFile(join(directory, 'openapi.json'), 'utf8').then(JSON.parse);
    return read;
  };
}
