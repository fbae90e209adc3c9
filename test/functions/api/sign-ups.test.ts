import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { currentAgreement } from '../../../shared/domain/identity/agreement.ts';
import { rightCode } from '../../support/fakes/identity.ts';
import { newTenant, operatorKey, type TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
const kim = { name: '김하늘', number: '010-2345-6789' };
const park = { name: '박바다', number: '010-8765-4321' };
const shownKim = { name: kim.name, number: '+821023456789' };
const shownPark = { name: park.name, number: '+821087654321' };

const operator = (method: string, path: string, body?: unknown) =>
  suite.api({ method, path: `/operator/v1${path}`, key: operatorKey, body });
const correct = ({ id }: Pick<TestTenant, 'id'>, body: unknown) => operator('PATCH', `/tenants/${id}`, body);
const look = async ({ id }: Pick<TestTenant, 'id'>) => (await operator('GET', `/tenants/${id}`)).json;
async function decide({ id }: TestTenant, verb: 'approve' | 'reject' | 'revoke') {
  const path = `/tenants/${id}/identity`;
  const { submission, checklist = [] } = (await operator('GET', path)).json;
  const submittedAt = submission?.submittedAt;
  const checks = Object.fromEntries(checklist.map((each: string) => [each, true]));
  const reason = 'No';
  const body = { approve: { submittedAt, checks }, reject: { submittedAt, reason }, revoke: { reason } }[verb];
  return operator('POST', `${path}/${verb}`, body);
}
const signedUp = (facts: object = {}) =>
  newTenant(suite.api, 'Shop', { identityStatus: 'unverified', representative: kim, ...facts });

/** Hands an identity in, as whoever this is. */
async function submit({ live: key }: TestTenant, person: typeof kim) {
  const { json } = await suite.api({ method: 'POST', path: '/v1/phone-checks', key, body: person });
  const path = `/v1/phone-checks/${json.checkId}/confirm`;
  await suite.api({ method: 'POST', path, key, body: { code: rightCode } });
  const body = {
    ...{ role: 'representative', ...person, checkId: json.checkId },
    agreement: { version: currentAgreement.version },
    documents: [{ kind: 'business_registration', uploadId: 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV' }],
  };
  return suite.api({ method: 'POST', path: '/v1/identity', key, body });
}

describe('what was recorded at a sign-up', () => {
  test('is put right, field by field, in the list of tenants, too', async () => {
    const tenant = await signedUp({ notificationEmails: ['old@shop.kr'] });
    const before = await look(tenant);
    expect((await correct(tenant, { name: ' Shop Inc. ' })).json).toEqual({ ...before, name: 'Shop Inc.' });
    const emails = ['ops@shop.kr', 'kim@shop.kr'];
    expect((await correct(tenant, { notificationEmails: emails })).json.notificationEmails).toEqual(emails);
    expect((await correct(tenant, { representative: park })).json.representative).toEqual(shownPark);
    const after = { ...before, name: 'Shop Inc.', notificationEmails: emails, representative: shownPark };
    expect(await look(tenant)).toEqual(after);
    expect((await operator('GET', '/tenants')).json.data).toEqual([after]);
    expect((await correct(tenant, {})).json).toEqual(after);
  });

  test('stands in the audit log before and after, masked, as far as it changed', async () => {
    const tenant = await signedUp({ notificationEmails: ['old@shop.kr'] });
    suite.clock.nowMs += 1_000;
    await correct(tenant, { name: 'Shop', notificationEmails: ['new@shop.kr'], representative: park });
    const [entry] = (await operator('GET', '/audit')).json.data;
    expect(entry).toMatchObject({
      action: 'PATCH /operator/v1/tenants/{id}',
      tenantId: tenant.id,
      outcome: 'done',
      status: 200,
      before: { notificationEmails: ['o***@shop.kr'], signUp: { name: kim.name, number: '010****6789' } },
      after: { notificationEmails: ['n***@shop.kr'], signUp: { name: park.name, number: '010****4321' } },
    });
    expect([entry.before.name, entry.after.name]).toEqual([undefined, undefined]);
  });

  test.each([
    [{ representative: { name: park.name, number: '02-123-4567' } }, 422, '/representative/number'],
    [{ representative: { name: park.name } }, 400, '/representative/number'],
    [{ representative: null }, 400, '/representative'],
    [{ name: ' ' }, 400, '/name'],
    [{ notificationEmails: ['nobody'] }, 400, '/notificationEmails/0'],
    [{ identityStatus: 'approved' }, 400, '/identityStatus'],
  ])('is not put right by %j', async (body, status, pointer) => {
    const tenant = await signedUp();
    const told = await correct(tenant, body);
    expect([told.status, told.json.errors[0].pointer]).toEqual([status, pointer]);
    expect(await look(tenant)).toMatchObject({ name: 'Shop', representative: shownKim, identityStatus: 'unverified' });
  });

  test('is for operators of tenants, of tenants that are there and not closed', async () => {
    const tenant = await signedUp();
    for (const key of [tenant.live, tenant.test]) {
      const told = await suite.api({ method: 'PATCH', path: `/operator/v1/tenants/${tenant.id}`, key, body: {} });
      expect(told.status).toBe(401);
    }
    expect((await correct({ id: 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV' }, { name: 'A' })).status).toBe(404);
    await operator('POST', `/tenants/${tenant.id}/suspend`);
    expect((await correct(tenant, { name: 'A' })).json).toMatchObject({ name: 'A', status: 'suspended' });
    await operator('POST', `/tenants/${tenant.id}/close`);
    expect((await correct(tenant, { name: 'B' })).json.code).toBe('wrong_state');
    expect(await look(tenant)).toMatchObject({ name: 'A', status: 'closed' });
  });
});

describe('another person than who handed an identity in', () => {
  test.each([
    ['reviewing', ['submit'], 'reject'],
    ['approved', ['submit', 'approve'], 'revoke'],
  ] as const)('is not put in their place while it is %s', async (status, steps, end) => {
    const tenant = await signedUp();
    for (const step of steps) await (step === 'submit' ? submit(tenant, kim) : decide(tenant, step));
    const refused = await correct(tenant, { name: 'Other', representative: park });
    expect(refused).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
    expect(refused.text).not.toContain('6789');
    expect(await look(tenant)).toMatchObject({ name: 'Shop', representative: shownKim, identityStatus: status });
    // The same person spelled otherwise, and where mails go, may be put right
    const spelled = { name: ` ${kim.name.normalize('NFD')}`, number: kim.number };
    const emails = ['new@shop.kr'];
    expect((await correct(tenant, { notificationEmails: emails, representative: spelled })).json).toMatchObject({
      notificationEmails: emails,
    });
    // The name is what the documents are read against: it stays until that is decided
    const renamed = await correct(tenant, { name: 'Other' });
    expect([renamed.status, renamed.json.name ?? renamed.json.errors[0].pointer]).toEqual(
      status === 'reviewing' ? [409, '/name'] : [200, 'Other'],
    );

    await decide(tenant, end);
    expect((await correct(tenant, { representative: park })).json.representative).toEqual(shownPark);
    expect((await submit(tenant, kim)).json.code).toBe('identity_mismatch');
    expect((await submit(tenant, park)).status).toBe(202);
    expect((await decide(tenant, 'approve')).status).toBe(200);
  });

  test('is recorded of a tenant that was created as approved: nobody was compared with anybody', async () => {
    const tenant = await newTenant(suite.api);
    expect((await correct(tenant, { representative: kim })).json.representative).toEqual(shownKim);
    expect((await correct(tenant, { representative: park })).json).toMatchObject({
      representative: shownPark,
      identityStatus: 'approved',
    });
  });

  test('wins or loses against a submission and an approval, and never stands beside them', async () => {
    for (let i = 0; i < 6; i++) {
      const tenant = await signedUp();
      if (i % 2 === 1) await submit(tenant, kim);
      const others = i % 2 === 1 ? [() => decide(tenant, 'approve')] : [() => submit(tenant, kim)];
      await Promise.all([correct(tenant, { representative: park }), ...others.map((other) => other())]);
      const { representative, identityStatus } = await look(tenant);
      expect(representative.name === kim.name || identityStatus === 'unverified').toBe(true);
    }
  });

  test('and other changes at once are all kept', async () => {
    for (let i = 0; i < 4; i++) {
      const tenant = await signedUp();
      const changes = [
        () => correct(tenant, { name: 'Renamed' }),
        () => correct(tenant, { notificationEmails: ['ops@shop.kr'] }),
        () => correct(tenant, { representative: park }),
        () => operator('POST', `/tenants/${tenant.id}/suspend`),
      ];
      const told = await Promise.all(changes.map((change) => change()));
      expect(told.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      const kept = { name: 'Renamed', notificationEmails: ['ops@shop.kr'], representative: shownPark };
      expect(await look(tenant)).toMatchObject({ ...kept, status: 'suspended' });
    }
  });
});

test('a tenant of before tenants had a version is edited all the same', async () => {
  const tenant = await signedUp();
  for (const Key of [
    { pk: `T#${tenant.id}`, sk: 'TENANT' },
    { pk: 'TENANTS', sk: tenant.id },
  ]) {
    const old = { TableName: suite.table.name, Key, UpdateExpression: 'REMOVE #version' };
    await suite.table.client.send(new UpdateCommand({ ...old, ExpressionAttributeNames: { '#version': 'version' } }));
  }
  expect((await correct(tenant, { name: 'A' })).json.name).toBe('A');
  expect((await correct(tenant, { name: 'B' })).json.name).toBe('B');
  expect((await operator('GET', '/tenants')).json.data).toMatchObject([{ name: 'B' }]);
});
