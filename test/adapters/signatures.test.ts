import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openSignatureCheck } from '../../shared/adapters/signatures.ts';

/** Signed here by the words of Standard Webhooks, not by the library that is used. */

const key = Buffer.from('SecretOfTheCarriers080ServiceInTheseTests0123456', 'base64');
const secret = `whsec_${key.toString('base64')}`;
const nowMs = Date.parse('2026-11-21T03:00:00Z');
const body = '{"phoneNumber":"010-1234-5678","name":"봉수"}';

function signed(over: { readonly atMs?: number; readonly body?: string; readonly id?: string } = {}) {
  const { atMs = nowMs, id = 'call-1' } = over;
  const timestamp = String(Math.floor(atMs / 1_000));
  const mac = createHmac('sha256', key)
    .update(`${id}.${timestamp}.${over.body ?? body}`)
    .digest('base64');
  return { id, timestamp, signature: `v1,${mac}`, body: over.body ?? body };
}

const check = openSignatureCheck(async () => secret);

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: nowMs }));
afterEach(() => void vi.useRealTimers());

test('what is signed as the standard says holds, also among other signatures, and with the bare secret', async () => {
  const good = signed();
  expect(await check(good)).toBe(true);
  expect(await check({ ...good, signature: `v1,bm9uZQ== v1a,bm9uZQ== ${good.signature}` })).toBe(true);
  expect(await openSignatureCheck(async () => secret.slice('whsec_'.length))(good)).toBe(true);
});

test.each([
  ['another body', { body: `${body} ` }],
  ['another id', { id: 'call-2' }],
  ['another time', { timestamp: String(nowMs / 1_000 + 1) }],
  ['no signature', { signature: '' }],
  ['an unknown version alone', { signature: signed().signature.replace('v1', 'v2') }],
  ['a signature without its version', { signature: signed().signature.slice(3) }],
])('%s does not', async (_, over) => {
  expect(await check({ ...signed(), ...over })).toBe(false);
});

test.each([
  [-301, false],
  [-300, true],
  [300, true],
  [301, false],
])('%i seconds off: %s', async (seconds, holds) => {
  expect(await check(signed({ atMs: nowMs + seconds * 1_000 }))).toBe(holds);
});

test('the time that counts is the clock’s at that moment', async () => {
  const good = signed();
  vi.setSystemTime(nowMs + 5 * 60_000);
  expect(await check(good)).toBe(true);
  vi.setSystemTime(nowMs + 5 * 60_000 + 1_000);
  expect(await check(good)).toBe(false);
});

test('a secret that is none is our fault, not a wrong signature', async () => {
  await expect(openSignatureCheck(async () => 'whsec_')(signed())).rejects.toThrow();
  await expect(openSignatureCheck(async () => 'whsec_!!')(signed())).rejects.toThrow();
});
