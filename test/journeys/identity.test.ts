import { expect, test } from 'vitest';
import { cloudSuite } from '../support/cloud.ts';
import { message, numbers, settled } from '../support/sends.ts';

const suite = cloudSuite();
const person = { name: '김하늘', number: '010-2345-6789' };

/** The code that arrived last, and one that did not. */
async function codes() {
  const { code } = (await suite.control.challenges())[0]!;
  return { right: code, wrong: String((Number(code) + 1) % 1_000_000).padStart(6, '0') };
}

test('whose a phone is, is asked of the provider, and before an approval nothing real goes', async () => {
  const facts = { name: 'Newcomer', representative: person };
  const { id, apiKeys } = await suite.operator.told(201, 'POST', '/operator/v1/tenants', { body: facts });
  const keyOf = (mode: string) => apiKeys.find((key: { mode: string }) => key.mode === mode).secret as string;
  const [live, trying] = [suite.customer(keyOf('live')), suite.customer(keyOf('test'))];
  const grant = { credits: 10, type: 'grant' };
  await suite.operator.told(201, 'POST', `/operator/v1/tenants/${id}/credits`, { body: grant });
  const sender = { number: '0212345678' };
  await suite.operator.told(201, 'POST', `/operator/v1/tenants/${id}/sender-numbers`, { body: sender });

  const body = { message: message(), recipients: [{ to: numbers(1, 1)[0] }] };
  expect(await live.told(403, 'POST', '/v1/messages', { body })).toMatchObject({ code: 'identity_not_verified' });
  const { dispatchId } = await trying.told(202, 'POST', '/v1/messages', { body });
  expect(await settled(suite.control, trying, dispatchId)).toMatchObject({ summary: { sent: 1 } });

  const late = await live.told(201, 'POST', '/v1/phone-checks', { body: person });
  const { right: lateCode } = await codes();
  await suite.control.advance('PT3M');
  const confirm = (checkId: string, status: number, code: string) =>
    live.told(status, 'POST', `/v1/phone-checks/${checkId}/confirm`, { body: { code } });
  expect(await confirm(late.checkId, 409, lateCode)).toMatchObject({ code: 'wrong_state' });

  const { checkId } = await live.told(201, 'POST', '/v1/phone-checks', { body: person });
  const { right, wrong } = await codes();
  expect(await confirm(checkId, 422, wrong)).toMatchObject({ code: 'wrong_code', triesLeft: 4 });
  expect(await confirm(checkId, 200, right)).toEqual({ status: 'confirmed' });

  const { version } = await live.get('/v1/identity/agreement');
  const given = {
    ...{ role: 'representative', ...person, checkId, agreement: { version } },
    documents: [{ kind: 'business_registration', uploadId: 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV' }],
  };
  const refused = await live.told(422, 'POST', '/v1/identity', { body: given });
  expect(refused).toMatchObject({ code: 'unprocessable', errors: [{ pointer: '/documents/0/uploadId' }] });
  expect(await suite.operator.get('/operator/v1/identities')).toEqual({ data: [], nextCursor: null });
  expect((await suite.control.arrivals()).length).toBe(0);
});

test('an approval that is taken back stops what was planned, and nothing of it is lost', async () => {
  const shop = await suite.newShop(10);
  const schedule = { at: new Date((await suite.control.nowMs()) + 3_600_000).toISOString() };
  const [to] = numbers(1, 2);
  const body = { message: message(), recipients: [{ to }], schedule };
  const { dispatchId } = await shop.live.told(202, 'POST', '/v1/messages', { body });
  const reason = { reason: 'The company was dissolved.' };
  await suite.operator.told(200, 'POST', `/operator/v1/tenants/${shop.id}/identity/revoke`, { body: reason });
  expect(await shop.live.get('/v1/identity')).toMatchObject({ status: 'rejected', ...reason });
  await suite.control.advance('PT61M');
  expect(await suite.control.arrivals(to)).toEqual([]);
  expect(await shop.live.get(`/v1/dispatches/${dispatchId}`)).toMatchObject({ progress: { planned: 1 } });
  await shop.live.told(200, 'POST', `/v1/dispatches/${dispatchId}/cancel`);
  expect(await settled(suite.control, shop.live, dispatchId)).toMatchObject({ progress: { canceled: 1 } });
  expect(await shop.live.money()).toMatchObject({ available: 10, held: 0 });
});

test('nothing was denied on the way', async () => {
  expect((await suite.control.iam()).denied).toEqual([]);
});
