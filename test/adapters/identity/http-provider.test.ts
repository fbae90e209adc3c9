import { afterEach, describe, expect, test } from 'vitest';
import { type IdentitySimulator, startIdentitySimulator } from '../../../infra/local/identity/identity-simulator.ts';
import { createHttpProvider, guardedUrl } from '../../../shared/adapters/identity/http-provider.ts';

const kim = { name: '김하늘', number: '01023456789' };
const minuteMs = 60_000;
let nowMs = Date.parse('2026-11-21T03:00:00Z');
let simulator: IdentitySimulator | undefined;
afterEach(() => simulator?.stop());

async function atSimulator() {
  simulator = await startIdentitySimulator(() => nowMs);
  const { url } = simulator;
  return { simulator, provider: createHttpProvider({ account: async () => ({ baseUrl: `${url}/`, key: 'key' }) }) };
}

describe('a provider, as its simulator plays it', () => {
  test('sends a code, judges wrong ones, and says whose the number is', async () => {
    const { simulator, provider } = await atSimulator();
    const challenge = await provider.challenge(kim);
    const [shown] = simulator.challenges();
    expect(challenge).toEqual({ kind: 'challenged', challengeId: shown!.id });
    expect(shown).toMatchObject({ ...kim, code: expect.stringMatching(/^\d{6}$/) });
    const wrong = String((Number(shown!.code) + 1) % 1_000_000).padStart(6, '0');
    expect(await provider.confirm(shown!.id, wrong)).toEqual({ kind: 'wrong_code' });
    expect(await provider.confirm(shown!.id, shown!.code)).toEqual({ kind: 'confirmed', person: kim });
  });

  test('lets a code expire after three minutes, and knows no other', async () => {
    const { simulator, provider } = await atSimulator();
    await provider.challenge(kim);
    const { id, code } = simulator.challenges()[0]!;
    nowMs += 3 * minuteMs;
    expect(await provider.confirm(id, code)).toEqual({ kind: 'expired' });
    expect(await provider.confirm('../../other', code)).toEqual({ kind: 'expired' });
  });

  test('has numbers that are nobody’s, and another person’s', async () => {
    const { simulator, provider } = await atSimulator();
    expect(await provider.challenge({ ...kim, number: '01099990001' })).toEqual({ kind: 'refused' });
    await provider.challenge({ ...kim, number: '01099990008' });
    const { id, code } = simulator.challenges()[0]!;
    const told = await provider.confirm(id, code);
    expect(told.kind === 'confirmed' && told.person.name).not.toBe(kim.name);
  });
});

describe('a provider that does not answer as agreed is unavailable, and asked once', () => {
  const redirect = new Response(null, { status: 307, headers: { location: 'https://elsewhere.example/' } });
  test.each([
    ['a server error', async () => new Response('{}', { status: 500 })],
    ['a refusal of our key', async () => new Response('{}', { status: 401 })],
    ['a redirect', async () => redirect.clone()],
    ['a page', async () => new Response('<html>')],
    ['JSON of another kind', async () => Response.json({ ok: true })],
    ['more than anybody would say', async () => new Response(`{"challengeId":"${'x'.repeat(20_000)}"}`)],
    ['no connection', () => Promise.reject(new TypeError('fetch failed'))],
  ])('%s', async (_, answer) => {
    const asked: RequestInit[] = [];
    const fetch = (_url: unknown, init: RequestInit = {}) => {
      asked.push(init);
      return answer();
    };
    const account = async () => ({ baseUrl: 'https://provider.example/v2', key: 'key' });
    const provider = createHttpProvider({ account, fetch: fetch as typeof globalThis.fetch });
    expect(await provider.confirm('one', '123456')).toEqual({ kind: 'unavailable' });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ redirect: 'manual', headers: { authorization: 'Bearer key' } });
    expect(await provider.challenge(kim)).toEqual({ kind: 'unavailable' });
    expect(asked).toHaveLength(2);
  });

  test('silence, after the time that a person waits', async () => {
    const fetch = (_url: unknown, { signal }: RequestInit = {}) =>
      new Promise<Response>((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)));
    const account = async () => ({ baseUrl: 'https://provider.example', key: 'key' });
    const provider = createHttpProvider({ account, timeoutMs: 20, fetch: fetch as typeof globalThis.fetch });
    expect(await provider.confirm('one', '123456')).toEqual({ kind: 'unavailable' });
  });

  test('no account', async () => {
    const provider = createHttpProvider({ account: () => Promise.reject(new Error('no secret')) });
    expect(await provider.challenge(kim)).toEqual({ kind: 'unavailable' });
  });
});

test.each([
  ['https://provider.example', 'https://provider.example/challenges'],
  ['https://provider.example/v2/', 'https://provider.example/v2/challenges'],
  ['http://127.0.0.1:81', 'http://127.0.0.1:81/challenges'],
  ['http://provider.example', null],
  ['http://127.0.0.1.example', null],
  ['http://169.254.169.254', null],
  ['https://user:pass@provider.example', null],
  ['ftp://127.0.0.1', null],
  ['provider.example', null],
  ['', null],
])('%j is called at %s', (baseUrl, url) => {
  expect(guardedUrl(baseUrl, 'challenges')?.href ?? null).toBe(url);
});
