import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { makeDocument } from '../../functions/api/openapi.ts';
import { functionNames } from '../../infra/bundle.ts';

const bundles = inject('bundles');

/** What a cold start reads before it can answer: the target of every function. */
const bytesMax = 600_000;

test.each(functionNames)('%s stays small enough for a quick cold start', (name) => {
  const { bytes, bytesByPackage } = bundles[name];
  expect(bytes, `largest: ${bytesByPackage.slice(0, 8).join(' ')}`).toBeLessThanOrEqual(bytesMax);
  expect(bytes).toBe(readFileSync(join(bundles[name].directory, 'index.mjs')).length);
});

test.each(functionNames)('%s brings all it needs: it imports nothing but Node itself', (name) => {
  const code = readFileSync(join(bundles[name].directory, 'index.mjs'), 'utf8');
  const imported = [...code.matchAll(/(?:^|[;}\n])import(?:[^'"();]*from)?\s*["']([^"']+)["']/g)].map(
    ([, from]) => from!,
  );
  const node = new Set(builtinModules.flatMap((module) => [module, `node:${module}`]));
  expect(imported).toContain('node:module'); // the pattern finds imports
  expect(imported.filter((from) => !node.has(from))).toEqual([]);
  expect(code).toMatch(/export\s*\{[^}]*\bhandler\b/);
});

test('the documentation page’s component lies beside its function', () => {
  expect(existsSync(join(bundles.docs.directory, 'openapi-explorer.min.js'))).toBe(true);
});

test('what the API says to people is said in its document only', () => {
  const code = readFileSync(join(bundles.api.directory, 'index.mjs'), 'utf8');
  const document = readFileSync(join(bundles.api.directory, 'openapi.json'), 'utf8');
  const summaries = [...document.matchAll(/"summary":"([^"\\]+)"/g)].map(([, summary]) => summary!);
  expect(summaries.length).toBeGreaterThan(20);
  expect(summaries.filter((summary) => code.includes(summary))).toEqual([]);
  // What it answers with stays: the titles of problems among it
  expect(code).toContain('Not enough credits');
});

test('the API’s document lies beside its function, made from its routes', () => {
  const text = readFileSync(join(bundles.api.directory, 'openapi.json'), 'utf8');
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(makeDocument())));
});
