import { beforeEach, describe, expect, test } from 'vitest';
import { pipelineRules } from '../../../shared/domain/dispatches/rules/pipeline-rules.ts';
import { operatorKey, type TestTenant } from './api-client.ts';
import { apiSuite, startMs } from './api-suite.ts';
import { newShop } from './things.ts';

const suite = apiSuite();
const second = '+821023456789';
const time = (ms: number) => new Date(startMs + ms).toISOString();

let shop: TestTenant;
beforeEach(async () => {
  shop = await newShop(suite.api);
});

const ask = (method: string, path: string, body?: unknown) =>
  suite.api({ method, path, key: shop.live, ...(body === undefined ? {} : { body }) });

async function sent(recipients: readonly object[], over: object = {}): Promise<string> {
  const message = { from: '0212345678', text: '{{ name }} hello', ...over };
  const told = await ask('POST', '/v1/messages', { message, recipients, onShortfall: 'partial' });
  expect(told.status).toBe(202);
  return told.json.dispatchId;
}
const to = (number: string, name = 'Kim') => ({ to: number, variables: { name } });

async function recipient(id: string, number: string) {
  const { status, json } = await ask('GET', `/v1/dispatches/${id}/recipients/${encodeURIComponent(number)}`);
  expect(status).toBe(200);
  return json;
}

/** The one rule that left a recipient out. */
async function excluded(id: string, number: string, nth = 0) {
  const { data } = await recipient(id, number);
  const [found, ...others] = data[nth].rules.filter(({ outcome }: { outcome: string }) => outcome === 'excluded');
  expect(others).toEqual([]);
  expect(found.reason).toBe(data[nth].reason);
  return found;
}

describe('a recipient', () => {
  test('is told with every rule, in order, beside what there was before', async () => {
    const id = await sent([to('010-2345-6789')]);
    const told = await recipient(id, '010 2345 6789');
    expect(told).toMatchObject({
      number: second,
      more: 0,
      data: [{ dispatchId: id, row: 1, to: second, status: 'planned', text: 'Kim hello', reason: null }],
    });
    const { rules } = told.data[0];
    expect(rules.map(({ stage, rule }: { stage: string; rule: string }) => [stage, rule])).toEqual(
      pipelineRules.map(({ stage, rule }) => [stage, rule]),
    );
    const outcomes = rules.map(({ outcome }: { outcome: string }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['passed', 'not_asked', 'not_reached']));
    expect(rules.at(-1)).toEqual({
      ...{ stage: 'carrier', rule: 'report', outcome: 'not_reached', reason: null },
      ...{ message: 'It is queued', record: null },
    });
    expect(rules.find(({ rule }: { rule: string }) => rule === 'length').record).toEqual({
      ...{ kind: 'length', type: 'sms', bytes: 9, bytesMax: 90, subjectBytes: null },
    });
  });

  test('that was left out has the record of it', async () => {
    const id = await sent([
      to('01023456789'),
      to('+82 10 2345 6789'),
      to('+14155550100'),
      to('01023456780', ''),
      to('01023456781', 'K☃m'),
    ]);
    const first = { kind: 'row', row: 2, uploadId: null, column: 'to', firstRow: 1 };
    expect(await excluded(id, second, 1)).toMatchObject({ rule: 'unique', reason: 'duplicate_number', record: first });
    expect(await excluded(id, '+14155550100')).toMatchObject({
      ...{ rule: 'country', reason: 'foreign_number', record: { kind: 'number', number: '+14155550100' } },
    });
    expect(await excluded(id, '01023456780')).toMatchObject({
      ...{ rule: 'variables', reason: 'missing_variable', record: { kind: 'variable', variable: 'name' } },
    });
    expect(await excluded(id, '01023456781')).toMatchObject({
      ...{ rule: 'characters', reason: 'unsendable_character' },
      record: { kind: 'characters', policy: 'refuse', unsendable: [{ character: '☃', position: 1, in: 'text' }] },
    });
  });

  test('who opted out sees what was said then, whatever is so today', async () => {
    await ask('PATCH', '/v1/settings', { informationalToOptedOut: 'exclude' });
    await ask('POST', '/v1/sms/unsubscribe', { phoneNumbers: [second] });
    suite.clock.nowMs += 60_000;
    const id = await sent([to(second), to('01023456780')]);
    suite.clock.nowMs += 600_000;
    await ask('POST', '/v1/sms/subscribe', { phoneNumbers: [second] });
    await ask('PATCH', '/v1/settings', { informationalToOptedOut: 'send' });
    const nothing = { value: null, at: null, evidence: null, evidenceUploadId: null };
    expect(await excluded(id, second)).toEqual({
      ...{ stage: 'prepare', rule: 'permission', outcome: 'excluded', reason: 'opted_out' },
      message: 'Had opted out',
      record: {
        ...{ kind: 'permission', about: 'informational', informationalToOptedOut: 'exclude', unknownConsent: 'warn' },
        ...{ at: time(60_000), known: true },
        change: {
          ...{ id: expect.any(String), version: 1, at: time(0), source: 'api' },
          ...{ marketing: nothing, night: nothing, optedOut: { at: time(0), source: 'api' } },
        },
      },
    });
    const { data } = await recipient(id, '01023456780');
    expect(data[0].rules.find(({ rule }: { rule: string }) => rule === 'permission')).toMatchObject({
      ...{ outcome: 'passed', message: 'Had not opted out', record: { change: null, known: true } },
    });
  });

  test('behind the last credit is told where they ended', async () => {
    const path = `/operator/v1/tenants/${shop.id}/credits`;
    const body = { credits: -998, type: 'adjust', note: 'x' };
    await suite.api({ method: 'POST', path, key: operatorKey, body });
    const id = await sent([to('01023456780'), to('01023456781'), to(second)]);
    expect(await excluded(id, second)).toMatchObject({
      ...{ stage: 'hold', rule: 'credits', reason: 'insufficient_credits' },
      record: { kind: 'credits', row: 3, credits: 1, lastRow: 2 },
    });
  });

  test('is nobody’s where it is not in the dispatch, or the dispatch is another’s', async () => {
    const id = await sent([to('01023456789')]);
    const path = `/v1/dispatches/${id}/recipients/`;
    const other = await newShop(suite.api);
    const answers = await Promise.all([
      ask('GET', `${path}01099999999`),
      ask('GET', `${path}nobody`),
      suite.api({ path: `${path}01023456789`, key: other.live }),
      suite.api({ path: `${path}01023456789`, key: shop.test }),
    ]);
    expect(answers.map(({ status, json }) => [status, json.code])).toEqual(answers.map(() => [404, 'not_found']));
  });
});
