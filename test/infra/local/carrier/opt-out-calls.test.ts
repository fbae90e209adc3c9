import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tellOptOutCall } from '../../../../infra/local/carrier/opt-out-calls.ts';
import { startVendor } from './vendor-client.ts';

const secret = 'SecretOfTheCarriers080ServiceInTheseTests0123456';
const nowMs = Date.parse('2026-11-21T03:00:00.900Z');

let server: Server;
let received: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
let url: string;

beforeEach(async () => {
  received = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ headers: request.headers, body });
    response.writeHead(received.length === 1 ? 200 : 503, { 'content-type': 'application/json' });
    response.end('{"result":"recorded"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks`;
});
afterEach(() => void server.close());

test('a call is told under one name, signed for the simulator’s own time, as often as asked', async () => {
  const call = { from: '010-2345-6789', to: '080-123-4567', repeat: 2 };
  const reply = await tellOptOutCall({ url, secret }, call, () => nowMs);
  const { id } = reply.body as { id: string };
  expect(reply).toEqual({
    status: 200,
    body: {
      id,
      answers: [
        { status: 200, body: { result: 'recorded' } },
        { status: 503, body: { result: 'recorded' } },
      ],
    },
  });
  expect(received).toHaveLength(2);
  for (const { headers, body } of received) {
    expect(JSON.parse(body)).toEqual({
      optOutNumber: '0801234567',
      phoneNumber: '01023456789',
      at: '2026-11-21T03:00:00.900Z',
    });
    const timestamp = String(Math.floor(nowMs / 1_000));
    const mac = createHmac('sha256', Buffer.from(secret, 'base64'))
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64');
    expect(headers).toMatchObject({
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${mac}`,
    });
  }
});

test('its name and time may be given', async () => {
  const call = { from: '01023456789', to: '0801234567', at: '2026-11-20T12:00:00+09:00', id: 'call-7', repeat: 1 };
  await tellOptOutCall({ url, secret }, call, () => nowMs);
  expect(received[0]?.headers['webhook-id']).toBe('call-7');
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ at: '2026-11-20T12:00:00+09:00' });
});

test('a simulator that nobody listens to says so', async () => {
  const vendor = await startVendor();
  const call = { from: '01023456789', to: '0801234567' };
  expect(await vendor.control('POST', '/carrier/opt-out-calls', call)).toMatchObject({ status: 404 });
  expect(await vendor.control('GET', '/carrier/opt-out-calls')).toMatchObject({ status: 405 });
  await vendor.stop();
});
