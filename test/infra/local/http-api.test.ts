import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, startFixture } from './support/fixture.ts';

let fixture: Fixture;
let api: string;
beforeAll(async () => {
  fixture = await startFixture();
  api = fixture.addresses.apiUrl;
});
afterAll(() => fixture.end());

const event = async (path: string, init: RequestInit = {}) =>
  (await (await fetch(`${api}${path}`, init)).json()) as Record<string, unknown>;

test('a request becomes an event of payload format 2.0', async () => {
  const seen = await event('/v1/a%2Fb/c?x=1&x=2&y=%EA%B0%80', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'X-Mixed': 'Case', cookie: 'a=1; b=2' },
    body: '{"text":"봉수"}',
  });
  expect(seen).toMatchObject({
    version: '2.0',
    routeKey: 'ANY /v1/{proxy+}',
    rawPath: '/v1/a%2Fb/c',
    rawQueryString: 'x=1&x=2&y=%EA%B0%80',
    queryStringParameters: { x: '1,2', y: '가' },
    pathParameters: { proxy: 'a/b/c' },
    cookies: ['a=1', 'b=2'],
    headers: { 'x-mixed': 'Case', 'content-type': 'application/json' },
    requestContext: { http: { method: 'POST', path: '/v1/a%2Fb/c', sourceIp: '127.0.0.1' }, stage: '$default' },
    body: '{"text":"봉수"}',
    isBase64Encoded: false,
  });
});

test('a body that is not text travels as base64', async () => {
  const bytes = Buffer.from([0, 255, 254, 10]);
  const seen = await event('/v1/binary', {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  });
  expect(seen).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true });
});

test('a whole path wins over a parameter, and only for its method', async () => {
  expect(await event('/things/all')).toMatchObject({ routeKey: 'GET /things/all' });
  expect(await event('/things/all', { method: 'POST' })).toMatchObject({
    routeKey: 'ANY /things/{id}',
    pathParameters: { id: 'all' },
  });
  expect(await event('/things/7')).toMatchObject({ pathParameters: { id: '7' } });
});

test('what no route knows is not found', async () => {
  const answer = await fetch(`${api}/nowhere`);
  expect([answer.status, await answer.json()]).toEqual([404, { message: 'Not Found' }]);
});

test('a body over API Gateway’s limit is refused', async () => {
  const answer = await fetch(`${api}/v1/large`, { method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1) });
  expect(answer.status).toBe(413);
});

test.each(['throw', 'crash', 'hang'])('after a %s the answer is 500 and the next request is served', async (name) => {
  expect(await fixture.deed(name)).toEqual({ status: 500, body: { message: 'Internal Server Error' } });
  expect((await fixture.deed('now')).status).toBe(200);
});

test('a function sees its own variables and nothing of this process', async () => {
  process.env.BONGSU_SECRET_OF_THE_HOST = 'x';
  const { body } = await fixture.deed('environment');
  expect(body).toMatchObject({ TABLE_NAME: 'fixture-table', AWS_REGION: 'ap-northeast-2', AWS_ENDPOINT_URL: api });
  expect(body).not.toHaveProperty('BONGSU_SECRET_OF_THE_HOST');
});
