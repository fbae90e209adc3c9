import '../../support/quiet-logs.ts';
import { gunzipSync } from 'node:zlib';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { problems } from '../../../functions/api/problems.ts';
import { handler } from '../../../functions/docs/handler.ts';

async function get(path: string, encoding = '') {
  const event = {
    rawPath: path,
    rawQueryString: '',
    headers: { 'Accept-Encoding': encoding },
    requestContext: { requestId: 'r', http: { method: 'GET', path } },
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEventV2;
  const told = await handler(event, { awsRequestId: 'lambda' } as Context);
  const headers = Object.fromEntries(Object.entries(told.headers ?? {}).map(([k, v]) => [k.toLowerCase(), String(v)]));
  return { status: told.statusCode, headers, body: told.body ?? '', isBase64: told.isBase64Encoded };
}

describe('the pages', () => {
  test('come from here alone: no page names another source, and the policy allows none', async () => {
    for (const path of ['/docs', '/docs/problems']) {
      const { status, headers, body } = await get(path);
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toMatch(/^public, max-age=\d+$/);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toMatch(/https?:|\*|unsafe-eval/);
      const sources = [...body.matchAll(/(?:src|href|spec-url)="([^"]*)"/g)].map(([, source]) => source);
      expect(sources.length).toBeGreaterThan(0);
      for (const source of sources) expect(source).toMatch(/^\/(docs|openapi\.json)/);
      expect(body).not.toMatch(/<script(?![^>]*src=)/);
    }
  });

  test('the component is served whole, packed if the reader takes it', async () => {
    const [plain, packed] = [
      await get('/docs/openapi-explorer.js'),
      await get('/docs/openapi-explorer.js', 'br, gzip'),
    ];
    expect(plain.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.headers.vary).toBe('accept-encoding');
    expect(gunzipSync(Buffer.from(packed.body, 'base64')).toString()).toBe(plain.body);
    expect(plain.body).toContain('openapi-explorer');
    expect(packed.body.length).toBeLessThan(1_000_000);
  });

  test('every problem is described where its type points', async () => {
    const { body } = await get('/docs/problems');
    for (const code of Object.keys(problems)) expect(body).toContain(`id="${code}"`);
  });

  test('others are not there', async () => {
    for (const path of ['/docs/', '/docs/x', '/docs/../etc/passwd', '/docs/problems/']) {
      const { status, headers } = await get(path);
      expect([status, headers['content-type']]).toEqual([404, 'application/problem+json']);
    }
  });
});
