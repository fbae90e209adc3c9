import { describe, expect, test } from 'vitest';
import type { OwnerId } from '../../../shared/contracts/ids.ts';
import { type Asked, newTenant } from './api-client.ts';
import { apiSuite, startMs } from './api-suite.ts';

const suite = apiSuite();
const number = '+821023456789';
const time = (ms: number) => new Date(startMs + ms).toISOString();
const noEvidence = { evidence: null, evidenceUploadId: null };
const unknown = { value: null, at: null, ...noEvidence };
const nothing = { marketing: unknown, night: unknown, optedOut: null };

const at = (path: string) => `/v1/consents/${encodeURIComponent(path)}`;
const read = (key: string, of = number) => suite.api({ path: at(of), key });
const write = (key: string, body: object, of = number, more: Partial<Asked> = {}) =>
  suite.api({ method: 'PUT', path: at(of), key, body, ...more });

describe('what is known of a number', () => {
  test.each(['010-2345-6789', '821023456789', '+82 10 2345 6789'])('%s: nothing, at first', async (form) => {
    const { live } = await newTenant(suite.api);
    const told = await read(live, form);
    expect([told.status, told.json]).toEqual([200, { number, ...nothing, history: [] }]);
  });

  test('is what was recorded, when, how, and every change before', async () => {
    const { live } = await newTenant(suite.api);
    const evidence = '가입 신청서 2026-11-02, "광고 수신 동의"';
    const first = await write(live, { marketing: true, night: true, evidence }, '010-2345-6789');
    const given = { value: true, at: time(0), evidence, evidenceUploadId: null };
    const afterFirst = { marketing: given, night: given, optedOut: null };
    const entry = { at: time(0), source: 'api', importId: null, ...afterFirst };
    expect([first.status, first.json]).toEqual([200, { number, ...afterFirst, history: [entry] }]);

    suite.clock.nowMs += 60_000;
    const second = await write(live, { marketing: false, night: null, evidence: null });
    const refused = { value: false, at: time(60_000), ...noEvidence };
    const afterSecond = { marketing: refused, night: unknown, optedOut: null };
    const history = [{ at: time(60_000), source: 'api', importId: null, ...afterSecond }, entry];
    expect(second.json).toEqual({ number, ...afterSecond, history });
    expect((await read(live)).json).toEqual(second.json);
  });

  test('recorded again as it is, it stays as it is; recorded with another time, it was confirmed', async () => {
    const { live } = await newTenant(suite.api);
    const said = { marketing: true, night: false, evidence: 'form' };
    const { json } = await write(live, said);
    suite.clock.nowMs += 60_000;
    expect((await write(live, said)).json).toEqual(json);
    const confirmed = (await write(live, { ...said, at: '2026-11-21T12:00:30+09:00' })).json;
    expect(confirmed.marketing).toEqual({ value: true, at: time(30_000), evidence: 'form', evidenceUploadId: null });
    expect(confirmed.history).toHaveLength(2);
  });

  test('can be of long ago, down to the very moment of the request', async () => {
    const { live } = await newTenant(suite.api);
    for (const [given, shown] of [
      ['2019-05-01T00:00:00+09:00', '2019-04-30T15:00:00.000Z'],
      [time(0), time(0)],
    ] as const) {
      const { json } = await write(live, { marketing: true, night: null, at: given });
      expect(json.marketing.at).toBe(shown);
      expect(json.history[0].at).toBe(time(0));
    }
  });

  test('keeps its last fifty changes, newest first', async () => {
    const { live } = await newTenant(suite.api);
    for (let i = 0; i < 53; i++) {
      suite.clock.nowMs = startMs + i * 1_000;
      await write(live, { marketing: i % 2 === 0, night: null });
    }
    const { history } = (await read(live)).json;
    expect(history).toHaveLength(50);
    expect([history[0].at, history[49].at]).toEqual([time(52_000), time(3_000)]);
  }, 30_000);

  test('consent does not end an opt-out, nor an opt-out consent', async () => {
    const { live } = await newTenant(suite.api);
    await write(live, { marketing: true, night: null });
    const turn = (verb: string) =>
      suite.api({ method: 'POST', path: `/v1/sms/${verb}`, key: live, body: { phoneNumbers: [number] } });
    await turn('unsubscribe');
    const optedOut = { at: time(0), source: 'api' };
    expect((await write(live, { marketing: true, night: true })).json).toMatchObject({
      marketing: { value: true },
      night: { value: true },
      optedOut,
    });
    await turn('subscribe');
    expect((await read(live)).json).toMatchObject({ marketing: { value: true }, optedOut: null });
  });
});

describe('what is refused', () => {
  const said = { marketing: true, night: null };

  test.each<[object, number, string, string, string]>([
    [{ night: null }, 400, 'invalid_request', '/marketing', 'missing'],
    [{ marketing: true }, 400, 'invalid_request', '/night', 'missing'],
    [{ ...said, marketing: 'yes' }, 400, 'invalid_request', '/marketing', 'wrong_type'],
    [{ ...said, marketing: 1 }, 400, 'invalid_request', '/marketing', 'wrong_type'],
    [{ ...said, evidence: 'x'.repeat(501) }, 400, 'invalid_request', '/evidence', 'too_big'],
    [{ ...said, evidence: '  ' }, 400, 'invalid_request', '/evidence', 'too_small'],
    [{ ...said, at: '2026-11-20' }, 400, 'invalid_request', '/at', 'invalid_format'],
    [{ ...said, at: '2026-11-20T10:00:00' }, 400, 'invalid_request', '/at', 'invalid_format'],
    [{ ...said, at: null }, 400, 'invalid_request', '/at', 'wrong_type'],
    [{ ...said, optedOut: true }, 400, 'invalid_request', '/optedOut', 'unknown_field'],
    [{ ...said, at: '2026-11-21T12:00:00.001+09:00' }, 422, 'invalid_consent', '/at', 'in_the_future'],
    [{ marketing: false, night: true }, 422, 'invalid_consent', '/night', 'invalid_value'],
    [{ marketing: null, night: true }, 422, 'invalid_consent', '/night', 'invalid_value'],
  ])('%j', async (body, status, code, pointer, fieldCode) => {
    const { live } = await newTenant(suite.api);
    const told = await write(live, body);
    expect(told).toMatchObject({ status, json: { code, errors: [{ in: 'body', pointer, code: fieldCode }] } });
    expect((await read(live)).json.history).toEqual([]);
  });

  test.each(['010-12', 'everybody', '+82'])('%s is no number', async (of) => {
    const { live } = await newTenant(suite.api);
    expect(await read(live, of)).toMatchObject({ status: 404, json: { code: 'not_found' } });
    const told = await write(live, said, of);
    expect(told).toMatchObject({ status: 422, json: { code: 'invalid_number', errors: [{ in: 'path' }] } });
    expect(told.text).not.toContain(of);
  });
});

test('another tenant’s, or the other mode’s, are never seen, nor changed', async () => {
  const [owner, other] = [await newTenant(suite.api), await newTenant(suite.api)];
  const { json } = await write(owner.live, { marketing: true, night: true, evidence: 'secret form' });
  for (const key of [other.live, other.test, owner.test]) {
    expect((await read(key)).json).toEqual({ number, ...nothing, history: [] });
    const written = (await write(key, { marketing: false, night: null })).json;
    expect(written.history).toHaveLength(1);
    expect(JSON.stringify(written)).not.toContain('secret');
  }
  expect((await read(owner.live)).json).toEqual(json);
});

test('what came from elsewhere says so', async () => {
  const { id, live } = await newTenant(suite.api);
  const change = (source: 'call' | 'import', ms: number) =>
    suite.deps.permissions.change(
      id as OwnerId,
      number.slice(1),
      { source, optedOut: source === 'call' },
      startMs + ms,
    );
  await change('call', 0);
  expect((await read(live)).json.optedOut).toEqual({ at: time(0), source: 'call' });
  await change('import', 1);
  expect((await read(live)).json.history).toMatchObject([{ source: 'import', optedOut: null }, { source: 'call' }]);
});
