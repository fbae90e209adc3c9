/**
 * Trigger: the HTTP API, `/docs` and below.
 * Effect: none; answers pages that are the same for everybody.
 * Replay: the same page again.
 * Failures: a problem document; the reader reloads.
 */
import { gunzipSync } from 'node:zlib';
import { problem } from '../api/problems.ts';
import { respondProblem } from '../api/respond.ts';
import { type HttpEvent, type HttpResult, httpHandler } from '../middleware/http.ts';
import { openPages, type Page } from './pages.ts';

/** Nothing from anywhere but here. The component styles itself inline. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const handler = httpHandler(openPages, contentPolicy, async (event, { deps: pages, requestId, facts }) => {
  const page = pages.get(event.rawPath);
  if (!page) return respondProblem(problem('not_found', 'There is no such page.'), requestId, {});
  facts.route = `GET ${event.rawPath}`;
  return respondPage(page, event);
});

function respondPage({ contentType, maxAgeSeconds, gzip }: Page, event: HttpEvent): HttpResult {
  const takesGzip = /\bgzip\b/.test(event.headers['accept-encoding'] ?? '');
  return {
    statusCode: 200,
    headers: {
      'content-type': contentType,
      'cache-control': `public, max-age=${maxAgeSeconds}`,
      vary: 'accept-encoding',
      ...(takesGzip ? { 'content-encoding': 'gzip' } : {}),
    },
    ...(takesGzip
      ? { body: gzip.toString('base64'), isBase64Encoded: true }
      : { body: gunzipSync(gzip).toString(), isBase64Encoded: false }),
  };
}
