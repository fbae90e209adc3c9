import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { problems } from '../api/problems.ts';

/** The interactive page: a kept component, served by us, that reads the API's own document. */
const explorerPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bongsu API</title>
<script type="module" src="/docs/openapi-explorer.js"></script>
<style>body { margin: 0 } noscript { display: block; margin: 2rem; font-family: sans-serif }</style>
</head>
<body>
<noscript>The same as a document: <a href="/openapi.json">/openapi.json</a>. <a href="/docs/problems">Problems</a>.</noscript>
<openapi-explorer spec-url="/openapi.json" hide-server-selection>
<div slot="overview-footer"><p><a href="/docs/problems">What each problem means</a></p></div>
</openapi-explorer>
</body>
</html>
`;

/** What the \`type\` of a problem document points to. */
const problemsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bongsu API: problems</title>
<style>body { margin: 2rem; font-family: sans-serif } td { padding: .2rem 1rem .2rem 0 } :target { background: #ff9 }</style>
</head>
<body>
<h1>Problems</h1>
<p>Every refusal is an RFC 9457 document with one of these codes. <a href="/docs">Back to the API</a>.</p>
<table>
<tr><th>Status</th><th>Code</th><th>Meaning</th></tr>
${Object.entries(problems)
  .map(
    ([code, [status, title]]) =>
      `<tr id="${code}"><td>${status}</td><td><code>${code}</code></td><td>${title}</td></tr>`,
  )
  .join('\n')}
</table>
</body>
</html>
`;

export interface Page {
  readonly contentType: string;
  readonly maxAgeSeconds: number;
  readonly gzip: Buffer;
}

const html = (text: string): Page => ({
  contentType: 'text/html; charset=utf-8',
  maxAgeSeconds: 300,
  gzip: gzipSync(text),
});

/** All pages by path; made once, at cold start. */
export function openPages(): ReadonlyMap<string, Page> {
  return new Map<string, Page>([
    ['/docs', html(explorerPage)],
    ['/docs/problems', html(problemsPage)],
    [
      '/docs/openapi-explorer.js',
      { contentType: 'text/javascript; charset=utf-8', maxAgeSeconds: 86_400, gzip: gzipSync(explorerScript()) },
    ],
  ]);
}

/** The component lies beside the bundle once deployed, and in its package before. */
function explorerScript(): Buffer {
  const file = 'openapi-explorer.min.js';
  try {
    return readFileSync(join(import.meta.dirname, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const own = createRequire(import.meta.url).resolve('openapi-explorer/package.json');
    return readFileSync(join(own, '..', 'dist/browser', file));
  }
}
