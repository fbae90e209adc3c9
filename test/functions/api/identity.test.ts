import { describe, expect, test } from 'vitest';
import type { UploadId } from '../../../shared/contracts/ids.ts';
import { currentAgreement } from '../../../shared/domain/identity/agreement.ts';
import { type FakeDocuments, rightCode } from '../../support/fakes/identity.ts';
import { newTenant, operatorKey, type TestTenant } from './api-client.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
const dayMs = 86_400_000;
const name = '김하늘';
const number = '010-2345-6789';
const upload = (n: number): UploadId => `upl_01ARZ3NDEKTSV4RRFFQ69G5F${String(n).padStart(2, '0')}`;
const registration = { kind: 'business_registration', uploadId: upload(1) };
const employment = { kind: 'employment_proof', uploadId: upload(2) };
const documents = () => suite.deps.identifying.identityDocuments as FakeDocuments;

const signedUp = (facts: object = { representative: { name, number } }) =>
  newTenant(suite.api, 'Shop', { identityStatus: 'unverified', ...facts });

async function checked({ live }: TestTenant, person: object = { name, number }): Promise<string> {
  const { json } = await suite.api({ method: 'POST', path: '/v1/phone-checks', key: live, body: person });
  const path = `/v1/phone-checks/${json.checkId}/confirm`;
  const { status } = await suite.api({ method: 'POST', path, key: live, body: { code: rightCode } });
  if (status !== 200) throw new Error('Not confirmed');
  return json.checkId;
}

const identityOf = (checkId: string, over: object = {}) => ({
  ...{ role: 'representative', name, number, checkId },
  agreement: { version: currentAgreement.version },
  documents: [registration],
  ...over,
});
const submit = ({ live }: Pick<TestTenant, 'live'>, body: object, idem?: string) =>
  suite.api({ method: 'POST', path: '/v1/identity', key: live, body, ...(idem ? { idem } : {}) });
const look = ({ live }: Pick<TestTenant, 'live'>) => suite.api({ path: '/v1/identity', key: live });
const shown = async ({ id }: Pick<TestTenant, 'id'>) =>
  (await suite.api({ path: `/operator/v1/tenants/${id}/identity`, key: operatorKey })).json;
const confirming = (checklist: readonly string[]) => Object.fromEntries(checklist.map((each) => [each, true]));
/** About what waits now, with everything confirmed, unless the body says otherwise. */
async function decide({ id }: TestTenant, verb: string, body: object = {}) {
  const { submission, checklist = [] } = await shown({ id });
  const submittedAt = submission?.submittedAt ?? '2026-11-01T00:00:00Z';
  const about = { approve: { submittedAt, checks: confirming(checklist) }, reject: { submittedAt } }[verb];
  const path = `/operator/v1/tenants/${id}/identity/${verb}`;
  return suite.api({ method: 'POST', path, key: operatorKey, body: { ...about, ...body } });
}
/** The operator puts right what was recorded at the sign-up. */
const correct = ({ id }: Pick<TestTenant, 'id'>, body: object) =>
  suite.api({ method: 'PATCH', path: `/operator/v1/tenants/${id}`, key: operatorKey, body });
const mayCreate = async ({ live }: TestTenant) =>
  (
    await suite.api({
      method: 'POST',
      path: '/v1/templates',
      key: live,
      body: { name: `T${Math.random()}`, text: 'x' },
    })
  ).status === 201;
const pointers = (json: { errors: { pointer: string }[] }) => json.errors.map(({ pointer }) => pointer);

async function submitted(): Promise<TestTenant> {
  const tenant = await signedUp();
  const told = await submit(tenant, identityOf(await checked(tenant)));
  if (told.status !== 202) throw new Error(told.text);
  return tenant;
}

describe('an identity', () => {
  test('is handed in, looked at and approved, and then the tenant may create', async () => {
    const tenant = await signedUp();
    expect((await look(tenant)).json).toEqual({
      status: 'unverified',
      reason: null,
      decidedAt: null,
      submission: null,
    });
    const checkId = await checked(tenant);
    suite.clock.nowMs += 60_000;
    const told = await submit(tenant, identityOf(checkId));
    const at = new Date(suite.clock.nowMs).toISOString();
    expect(told).toMatchObject({
      status: 202,
      json: {
        status: 'reviewing',
        submission: {
          ...{ role: 'representative', name, number: '+821023456789', checkId, submittedAt: at },
          agreement: { version: currentAgreement.version, agreedAt: at },
          documents: [{ ...registration, fileName: expect.any(String), bytes: expect.any(Number) }],
        },
      },
    });
    for (const key of [tenant.live, tenant.test]) expect((await look({ live: key })).json).toEqual(told.json);
    expect(documents().taken).toEqual([[tenant.id, registration.uploadId]]);
    expect(await mayCreate(tenant)).toBe(false);
    expect((await decide(tenant, 'approve')).json).toMatchObject({ status: 'approved', tenantId: tenant.id });
    expect((await look(tenant)).json.status).toBe('approved');
    expect(await mayCreate(tenant)).toBe(true);
    const shown = await suite.api({ path: `/operator/v1/tenants/${tenant.id}`, key: operatorKey });
    expect(shown.json).toMatchObject({
      identityStatus: 'approved',
      representative: { name, number: '+821023456789' },
    });
  });

  test('of an employee needs proof of employment, too', async () => {
    const tenant = await signedUp();
    const given = identityOf(await checked(tenant), { role: 'employee' });
    for (const [handedIn, where] of [
      [[registration], ['/documents']],
      [[employment], ['/documents']],
      [[registration, { ...employment, uploadId: registration.uploadId }], ['/documents/1']],
      [[registration, employment, { ...employment, uploadId: upload(3) }], ['/documents/2']],
    ] as const) {
      const { status, json } = await submit(tenant, { ...given, documents: handedIn });
      expect([status, json.code, pointers(json)]).toEqual([422, 'invalid_documents', where]);
    }
    const idle = await submit(tenant, { ...given, role: 'representative', documents: [registration, employment] });
    expect([idle.json.code, pointers(idle.json)]).toEqual(['invalid_documents', ['/documents/1/kind']]);
    expect(documents().taken).toEqual([]);
    expect((await submit(tenant, { ...given, documents: [employment, registration] })).status).toBe(202);
  });

  test.each([
    ['another name than the sign-up', { name: '박바다' }, {}, ['/name', '/name']],
    ['another number than the sign-up', { number: '01087654321' }, {}, ['/number', '/number']],
    ['a check of another name', {}, { name: '박바다' }, ['/name']],
    ['a check of another number', {}, { number: '01087654321' }, ['/number']],
    [
      'another person altogether, well checked',
      { name: '박바다', number: '01087654321' },
      { name: '박바다', number: '01087654321' },
      ['/name', '/number'],
    ],
  ])('with %s is refused, and what is known is not told', async (_, over, person, where) => {
    const tenant = await signedUp();
    const told = await submit(tenant, identityOf(await checked(tenant, { name, number, ...person }), over));
    expect([told.status, told.json.code, pointers(told.json)]).toEqual([422, 'identity_mismatch', where]);
    for (const known of [name, '2345', '6789']) expect(told.text).not.toContain(known);
    expect((await look(tenant)).json.status).toBe('unverified');
    expect(documents().taken).toEqual([]);
  });

  test('takes a name however a keyboard composes it', async () => {
    const tenant = await signedUp({ representative: { name: 'Kim  Ha Neul', number } });
    const id = await checked(tenant, { name: 'KIM HA NEUL', number: '+82 10 2345 6789' });
    expect((await submit(tenant, identityOf(id, { name: 'kim ha neul ' }))).status).toBe(202);
    const other = await signedUp();
    const composed = identityOf(await checked(other), { name: name.normalize('NFD') });
    expect((await submit(other, composed)).status).toBe(202);
  });

  test('relies on no check that was not confirmed, is another tenant’s, or is a day old', async () => {
    const [tenant, other] = [await signedUp(), await signedUp()];
    const { json } = await suite.api({
      method: 'POST',
      path: '/v1/phone-checks',
      key: tenant.live,
      body: { name, number },
    });
    const confirmed = await checked(tenant);
    const refused = async (id: string) => pointers((await submit(tenant, identityOf(id))).json);
    expect(await refused(json.checkId)).toEqual(['/checkId']);
    expect(await refused(await checked(other))).toEqual(['/checkId']);
    expect(await refused('chk_01ARZ3NDEKTSV4RRFFQ69G5FAV')).toEqual(['/checkId']);
    suite.clock.nowMs += dayMs;
    expect(await refused(confirmed)).toEqual(['/checkId']);
  });

  test('asks for agreement to the text in force, at a time that was', async () => {
    const tenant = await signedUp();
    const agreement = (await suite.api({ path: '/v1/identity/agreement', key: tenant.live })).json;
    expect(agreement).toMatchObject({ version: currentAgreement.version, text: expect.stringContaining('동의') });
    const id = await checked(tenant);
    const at = (ms: number) => new Date(suite.clock.nowMs + ms).toISOString();
    for (const [given, code, pointer] of [
      [{ version: '2020-01-01' }, 'agreement_outdated', '/agreement/version'],
      [{ agreedAt: at(1) }, 'unprocessable', '/agreement/agreedAt'],
      [{ agreedAt: at(-30 * dayMs - 1) }, 'unprocessable', '/agreement/agreedAt'],
    ] as const) {
      const body = identityOf(id, { agreement: { version: agreement.version, ...given } });
      const { status, json } = await submit(tenant, body);
      expect([status, json.code, pointers(json)]).toEqual([422, code, [pointer]]);
    }
    const agreedAt = at(-dayMs);
    const told = await submit(tenant, identityOf(id, { agreement: { version: agreement.version, agreedAt } }));
    expect(told.json.submission.agreement).toEqual({ version: agreement.version, agreedAt });
  });

  test.each([
    ['not_found', 'unprocessable'],
    ['awaiting_file', 'unprocessable'],
    ['validating', 'unprocessable'],
    ['rejected', 'upload_rejected'],
    ['expired', 'upload_expired'],
  ] as const)('with a document that is %s is refused: %s', async (why, code) => {
    const tenant = await signedUp();
    documents().refused.set(employment.uploadId, why);
    const given = identityOf(await checked(tenant), { role: 'employee', documents: [registration, employment] });
    const { status, json } = await submit(tenant, given);
    expect([status, json.code, pointers(json)]).toEqual([422, code, ['/documents/1/uploadId']]);
  });

  test('is handed in once, whoever repeats it and however many do it at once', async () => {
    const tenant = await signedUp();
    const given = identityOf(await checked(tenant));
    const twins = await Promise.all([1, 2, 3].map(() => submit(tenant, given, 'one')));
    expect(twins.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(twins.map(({ text }) => text)).size).toBe(1);
    expect((await submit(tenant, given)).json.code).toBe('wrong_state');
    const racing = await signedUp();
    const others = identityOf(await checked(racing));
    const told = await Promise.all([1, 2, 3].map(() => submit(racing, others)));
    expect(told.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
  });

  test('that was rejected is handed in again with the same check while it holds, and the reason is gone', async () => {
    const tenant = await signedUp();
    const checkId = await checked(tenant);
    await submit(tenant, identityOf(checkId));
    await decide(tenant, 'reject', { reason: 'The certificate cannot be read.' });
    expect((await look(tenant)).json).toMatchObject({ status: 'rejected', reason: 'The certificate cannot be read.' });
    expect(await mayCreate(tenant)).toBe(false);
    suite.clock.nowMs += dayMs - 1;
    const again = identityOf(checkId, { documents: [{ ...registration, uploadId: upload(9) }] });
    expect(await submit(tenant, again)).toMatchObject({ status: 202, json: { status: 'reviewing', reason: null } });
    expect((await decide(tenant, 'approve')).status).toBe(200);
    expect(await submit(tenant, again)).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
  });

  test.each(['reject', 'revoke'])(
    'is handed in anew a day after a check with another one only, after %s',
    async (verb) => {
      const tenant = await signedUp();
      const checkId = await checked(tenant);
      await submit(tenant, identityOf(checkId));
      if (verb === 'revoke') await decide(tenant, 'approve');
      await decide(tenant, verb, { reason: 'No' });
      suite.clock.nowMs += dayMs;
      const told = await submit(tenant, identityOf(checkId));
      expect([told.json.code, pointers(told.json)]).toEqual(['identity_mismatch', ['/checkId']]);
      expect((await look(tenant)).json).toMatchObject({ status: 'rejected', reason: 'No' });
      expect((await submit(tenant, identityOf(await checked(tenant)))).status).toBe(202);
    },
  );

  test('is not handed in anew by somebody else with the check of before', async () => {
    const tenant = await signedUp();
    const checkId = await checked(tenant);
    await submit(tenant, identityOf(checkId));
    await decide(tenant, 'reject', { reason: 'No' });
    const other = { name: '박바다', number: '01087654321' };
    await correct(tenant, { representative: other });
    expect(pointers((await submit(tenant, identityOf(checkId, other))).json)).toEqual(['/name', '/number']);
    expect(pointers((await submit(tenant, identityOf(checkId))).json)).toEqual(['/name', '/number']);
    expect((await submit(tenant, identityOf(await checked(tenant, other), other))).status).toBe(202);
  });

  test('is the account’s, not that of its tests, and one tenant’s only', async () => {
    const [tenant, other] = [await submitted(), await signedUp()];
    const given = identityOf(await checked(other));
    expect((await submit({ live: other.test }, given)).json.code).toBe('live_key_required');
    expect((await look(other)).json.submission).toBeNull();
    expect((await look(tenant)).json.submission).not.toBeNull();
  });

  test('is not handed in before anybody is on record as having signed up', async () => {
    const tenant = await signedUp({});
    const given = identityOf(await checked(tenant));
    expect(await submit(tenant, given)).toMatchObject({ status: 409, json: { code: 'representative_missing' } });
    expect(documents().taken).toEqual([]);
    await correct(tenant, { representative: { name: '박바다', number } });
    expect((await submit(tenant, given)).json.code).toBe('identity_mismatch');
    await correct(tenant, { representative: { name, number } });
    expect((await submit(tenant, given)).status).toBe(202);
  });
});

describe('the operator', () => {
  const waiting = async (query = '') => {
    const { json } = await suite.api({ path: '/operator/v1/identities', key: operatorKey, query });
    return json.data.map(({ tenantId }: { tenantId: string }) => tenantId);
  };

  test('sees what waits, page by page, longest first, and what came of the rest, newest first', async () => {
    const tenants: string[] = [];
    for (let i = 0; i < 3; i++) {
      suite.clock.nowMs += 1_000;
      tenants.push((await submitted()).id);
    }
    expect(await waiting()).toEqual(tenants);
    const page = (await suite.api({ path: '/operator/v1/identities', key: operatorKey, query: 'limit=2' })).json;
    expect(await waiting(`limit=2&cursor=${page.nextCursor}`)).toEqual([tenants[2]]);
    await decide({ id: tenants[1]! } as TestTenant, 'approve');
    await decide({ id: tenants[2]! } as TestTenant, 'reject', { reason: 'No' });
    expect(await waiting('status=reviewing')).toEqual([tenants[0]]);
    expect(await waiting('status=approved')).toEqual([tenants[1]]);
    expect(await waiting('status=rejected')).toEqual([tenants[2]]);
    await decide({ id: tenants[0]! } as TestTenant, 'approve');
    expect(await waiting('status=approved')).toEqual([tenants[1], tenants[0]]);
  });

  test.each([
    ['approve', {}],
    ['reject', { reason: 'No' }],
    ['revoke', { reason: 'No' }],
  ])('may %s only from where it makes sense', async (verb, body) => {
    const from = { approve: 'reviewing', reject: 'reviewing', revoke: 'approved' }[verb];
    const states = {
      unverified: await signedUp(),
      reviewing: await submitted(),
      rejected: await submitted(),
      approved: await newTenant(suite.api),
    };
    await decide(states.rejected, 'reject', { reason: 'No' });
    for (const [state, tenant] of Object.entries(states)) {
      const told = await decide(tenant, verb, body);
      expect([state, told.status, told.json.code]).toEqual([
        state,
        ...(state === from ? [200, undefined] : [409, 'wrong_state']),
      ]);
    }
  });

  test('is one of many who decide at once: one decision stands, with one outcome of it', async () => {
    const tenant = await submitted();
    const told = await Promise.all([
      decide(tenant, 'approve'),
      decide(tenant, 'reject', { reason: 'A' }),
      decide(tenant, 'approve'),
      decide(tenant, 'reject', { reason: 'B' }),
    ]);
    expect(told.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const { status } = told.find((one) => one.status === 200)!.json;
    expect((await look(tenant)).json.status).toBe(status);
    expect(await mayCreate(tenant)).toBe(status === 'approved');
  });

  test('sees what to look at, and approves only what was confirmed', async () => {
    const employee = await signedUp();
    const { checkId } = { checkId: await checked(employee) };
    await submit(employee, identityOf(checkId, { role: 'employee', documents: [registration, employment] }));
    expect((await shown(await signedUp())).checklist).toEqual([]);
    for (const tenant of [employee, await submitted()]) {
      const { checklist } = await shown(tenant);
      expect(checklist).toContain('registration_names_business');
      expect(checklist.includes('resident_number_masked')).toBe(tenant === employee);
      for (const left of checklist) {
        for (const checks of [
          { ...confirming(checklist), [left]: false },
          { ...confirming(checklist), [left]: undefined },
        ]) {
          expect(await decide(tenant, 'approve', { checks })).toMatchObject({
            status: 422,
            json: { code: 'checks_missing', errors: [{ pointer: `/checks/${left}` }] },
          });
        }
      }
      expect((await decide(tenant, 'approve', { checks: { beautiful: true } })).status).toBe(400);
      expect(await mayCreate(tenant)).toBe(false);
      expect((await decide(tenant, 'approve')).status).toBe(200);
    }
  });

  test.each([
    ['approve', {}],
    ['reject', { reason: 'No' }],
  ])('may %s only what was looked at: not what was handed in since, in the same moment', async (verb, body) => {
    const tenant = await signedUp();
    const given = identityOf(await checked(tenant));
    await submit(tenant, given);
    const { submittedAt } = (await shown(tenant)).submission;
    await decide(tenant, 'reject', { reason: 'Not legible' });
    expect((await submit(tenant, { ...given, documents: [{ ...registration, uploadId: upload(3) }] })).status).toBe(
      202,
    );
    const now = await shown(tenant);
    expect(await decide(tenant, verb, { ...body, submittedAt })).toMatchObject({
      status: 409,
      json: {
        ...{ code: 'wrong_state', submittedAt: now.submission.submittedAt },
        errors: [{ pointer: '/submittedAt' }],
      },
    });
    expect(await shown(tenant)).toEqual(now);
    expect(now.status).toBe('reviewing');
    expect((await decide(tenant, verb, { ...body, submittedAt: undefined })).status).toBe(400);
    expect((await decide(tenant, verb, body)).status).toBe(200);
  });

  test('takes an approval back, of one that handed in nothing, too; it may hand in then', async () => {
    const tenant = await newTenant(suite.api, 'Shop');
    expect(await mayCreate(tenant)).toBe(true);
    const { json } = await decide(tenant, 'revoke', { reason: 'The company was dissolved.' });
    expect(json).toMatchObject({ status: 'rejected', reason: 'The company was dissolved.', submission: null });
    expect(await mayCreate(tenant)).toBe(false);
    await correct(tenant, { representative: { name, number } });
    expect((await submit(tenant, identityOf(await checked(tenant)))).status).toBe(202);
  });

  test('who suspends and approves at once does both', async () => {
    for (let i = 0; i < 5; i++) {
      const tenant = await submitted();
      const suspend = { method: 'POST', path: `/operator/v1/tenants/${tenant.id}/suspend`, key: operatorKey };
      await Promise.all([decide(tenant, 'approve'), suite.api(suspend)]);
      const { json } = await suite.api({ path: `/operator/v1/tenants/${tenant.id}`, key: operatorKey });
      expect(json).toMatchObject({ status: 'suspended', identityStatus: 'approved' });
    }
  });

  test('decides nothing of a closed tenant, nor of one that is not there, and not without a reason', async () => {
    const tenant = await submitted();
    expect((await decide(tenant, 'reject')).status).toBe(400);
    expect((await decide(tenant, 'reject', { reason: ' ' })).status).toBe(400);
    const nobody = { id: 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV' } as TestTenant;
    expect((await decide(nobody, 'approve')).status).toBe(404);
    expect((await suite.api({ path: `/operator/v1/tenants/${nobody.id}/identity`, key: operatorKey })).status).toBe(
      404,
    );
    await suite.api({ method: 'POST', path: `/operator/v1/tenants/${tenant.id}/close`, key: operatorKey });
    expect((await decide(tenant, 'approve')).json.code).toBe('wrong_state');
  });

  test('names who signs up by a mobile number, and creates nobody as half looked at', async () => {
    const create = (facts: object) =>
      suite.api({ method: 'POST', path: '/operator/v1/tenants', key: operatorKey, body: { name: 'A', ...facts } });
    const told = await create({ representative: { name, number: '02-1234-5678' } });
    expect([told.status, told.json.code, pointers(told.json)]).toEqual([
      422,
      'invalid_number',
      ['/representative/number'],
    ]);
    for (const identityStatus of ['reviewing', 'rejected']) expect((await create({ identityStatus })).status).toBe(400);
    expect((await create({})).json).toMatchObject({ identityStatus: 'unverified', representative: null });
  });
});
