import { beforeEach, describe, expect, test } from 'vitest';
import { createDocumentCases } from '../../../shared/adapters/dynamo/document-cases.ts';
import type { Outcome } from '../../../shared/domain/outcomes/outcome.ts';
import { checklistOf, requiredDocuments } from '../../../shared/domain/senders/required-documents.ts';
import type { SenderDocumentKind, SenderKind } from '../../../shared/domain/senders/sender.ts';
import { sweepUpload } from '../../../shared/domain/uploads/sweep-upload.ts';
import { World } from '../../domain/uploads/fake-uploads.ts';
import { pdf } from '../../support/evidence-files.ts';
import { type Api, newTenant, openApi, operatorKey, type TestTenant, type Told } from './api-client.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
const dayMs = 86_400_000;
const number = '15441234';
const checkId = 'chk_01ARZ3NDEKTSV4RRFFQ69G5FAV';
let api: Api;
let tenant: TestTenant;
let other: TestTenant;
let world: World;
let told: Outcome['id'][];
let confirmed: Map<string, string>;

beforeEach(async () => {
  world = new World();
  world.nowMs = suite.clock.nowMs;
  const { uploads, senders } = suite.deps;
  Object.assign(world, {
    uploads,
    documentCases: createDocumentCases(senders, suite.deps.identities),
    documentTenants: suite.deps.tenants,
  });
  told = [];
  confirmed = new Map();
  const documentFiles = {
    read: async (key: string, bytes: number) => world.objects.get(key)?.subarray(0, bytes) ?? null,
    keep: async (key: string, bytes: Uint8Array) => void world.objects.set(key, Buffer.from(bytes)),
    remove: async (keys: readonly string[]) => keys.forEach((key) => void world.objects.delete(key)),
  };
  const phoneChecks = {
    confirmedNumber: async (whose: string, id: string) => confirmed.get(`${whose} ${id}`) ?? null,
  };
  api = openApi({
    ...suite.deps,
    objects: { remove: async () => {}, removeUnder: async () => {} },
    registering: { ...suite.deps.registering, documentFiles, phoneChecks },
    outcomes: { tell: async (id) => void told.push(id) },
  });
  [tenant, other] = [await newTenant(api), await newTenant(api, 'Other')];
});

async function handIn(whose = tenant, content: Buffer | null = pdf()): Promise<string> {
  const body = { purpose: 'document', fileName: '증명원.pdf' };
  const { status, json } = await api({ method: 'POST', path: '/v1/uploads', key: whose.live, body });
  expect(status).toBe(201);
  if (content !== null) {
    const upload = (await suite.deps.uploads.find(whose.id as 'ten_', json.id))!;
    await world.deliver(world.put(upload.objectKey, content));
  }
  return json.id;
}
const issuedOn = '2026-11-01';
async function documentsFor(kind: SenderKind, whose = tenant) {
  const documents: { kind: SenderDocumentKind; uploadId: string; issuedOn: string | null }[] = [];
  for (const each of requiredDocuments[kind]) {
    documents.push({ kind: each, uploadId: await handIn(whose), issuedOn });
  }
  return documents;
}
const post = (path: string, key: string, body?: unknown, idem?: string) =>
  api({ method: 'POST', path, key, ...(body === undefined ? {} : { body }), ...(idem === undefined ? {} : { idem }) });
const ask = async (kind: SenderKind = 'representative', whose = tenant, over: object = {}): Promise<Told> =>
  post('/v1/sender-numbers', whose.live, {
    number,
    method: 'documents',
    kind,
    documents: await documentsFor(kind, whose),
    ...over,
  });
const get = (path = `/v1/sender-numbers/${number}`, key = tenant.live) => api({ path, key });
const withdraw = (whose = tenant) => post(`/v1/sender-numbers/${number}/withdraw`, whose.live);
const reviewed = (whose = tenant) => `/operator/v1/tenants/${whose.id}/sender-numbers/${number}`;
const look = async (whose = tenant) => (await api({ path: reviewed(whose), key: operatorKey })).json;
/** About the request that waits now, unless the body says which. */
async function decide(move: string, body: object, whose = tenant) {
  const { requestedAt = '2026-11-01T00:00:00Z' } = await look(whose);
  const about = move === 'block' ? {} : { requestedAt };
  return post(`${reviewed(whose)}/${move}`, operatorKey, { ...about, ...body });
}
const confirming = (checklist: readonly string[]) => Object.fromEntries(checklist.map((each) => [each, true]));
async function approve(whose = tenant) {
  const { checklist, requestedAt } = await look(whose);
  return decide('approve', { requestedAt, checks: confirming(checklist) }, whose);
}
const allow = (whose: TestTenant, given = number) =>
  post(`/operator/v1/tenants/${whose.id}/sender-numbers`, operatorKey, { number: given });
const maySend = async (whose = tenant) => {
  const tenants = suite.deps.creating.tenants;
  return tenants.isApprovedSender(whose.id as 'ten_', number);
};
const isKept = (uploadId: string, whose = tenant) => world.objects.has(`documents/${whose.id}/${uploadId}/file`);

describe('a number that is asked for', () => {
  test.each(Object.keys(requiredDocuments) as SenderKind[])(
    'as %s is reviewed, and may be sent from once it is approved',
    async (kind) => {
      const asked = await ask(kind, tenant, { number: '1544-1234' });
      expect(asked.status).toBe(202);
      expect(asked.json).toMatchObject({
        number,
        status: 'reviewing',
        method: 'documents',
        kind,
        approvedAt: null,
        reason: null,
      });
      expect(asked.json.documents.map(({ kind: each }: { kind: string }) => each)).toEqual(requiredDocuments[kind]);
      expect(asked.json.documents[0]).toMatchObject({
        fileName: '증명원.pdf',
        format: 'pdf',
        bytes: pdf().length,
        issuedOn,
      });
      expect(await maySend()).toBe(false);
      const waiting = (await api({ path: '/operator/v1/sender-numbers', key: operatorKey })).json;
      expect(waiting.data).toMatchObject([{ tenantId: tenant.id, number, status: 'reviewing' }]);
      expect(waiting.data[0].checklist.length).toBeGreaterThan(0);
      suite.clock.nowMs += 1_000;
      const { status, json } = await approve();
      expect([status, json.status]).toEqual([200, 'approved']);
      const approvedAt = new Date(suite.clock.nowMs).toISOString();
      expect((await get()).json).toMatchObject({ status: 'approved', approvedAt, kind });
      expect(await maySend()).toBe(true);
      expect(told).toHaveLength(1);
      expect((await api({ path: '/operator/v1/sender-numbers', key: operatorKey })).json.data).toEqual([]);
      expect((await get('/v1/sender-numbers', tenant.test)).json.data).toMatchObject([{ number, status: 'approved' }]);
    },
  );

  test('answers a repeated request as at first, and asks once', async () => {
    const body = { number, method: 'documents', kind: 'company', documents: await documentsFor('company') };
    const both = await Promise.all([1, 2].map(() => post('/v1/sender-numbers', tenant.live, body, 'same')));
    expect(both.map(({ status }) => status)).toEqual([202, 202]);
    expect(both[0]!.json).toEqual(both[1]!.json);
    expect((await post('/v1/sender-numbers', tenant.live, body, 'other')).json).toMatchObject({ code: 'wrong_state' });
  });

  test.each<[string, string]>([
    ['+82 2 2123 4567', 'country_code'],
    ['+14155552671', 'foreign'],
    ['00000000', 'all_zero'],
    ['212-3456', 'area_code_missing'],
    ['02-1544-1234', 'area_code_before_representative'],
    ['02-070-7123-4567', 'area_code_before_network_number'],
    ['1544-1234-56', 'extension'],
    ['1022345678', 'leading_zero_missing'],
    ['010-1234-5678', 'unassigned'],
    ['112', 'reserved'],
    ['15441', 'length'],
    ['015-2234-5678', 'unknown_format'],
    ['Bongsu', 'not_digits'],
  ])('%s is refused, whoever asks: %s', async (given, reason) => {
    const refused = { status: 422, json: { code: 'invalid_sender_number', reason, errors: [{ pointer: '/number' }] } };
    expect(await ask('company', tenant, { number: given })).toMatchObject(refused);
    expect(await allow(tenant, given)).toMatchObject(refused);
    expect((await get('/v1/sender-numbers')).json.data).toEqual([]);
  });

  test('without what its kind needs, with what it does not, or with what is out of date is refused, all of it at once', async () => {
    const [certificate] = await documentsFor('company');
    const of = (documents: readonly object[], kind = 'employee') =>
      post('/v1/sender-numbers', tenant.live, { number, method: 'documents', kind, documents });
    expect(await of([certificate!])).toMatchObject({
      status: 422,
      json: { code: 'document_missing', errors: [{ pointer: '/documents', code: 'missing' }] },
    });
    expect(await of([{ ...certificate, issuedOn: '2026-08-20' }], 'company')).toMatchObject({
      status: 422,
      json: { code: 'document_outdated', errors: [{ pointer: '/documents/0/issuedOn' }] },
    });
    expect(await of([{ ...certificate, issuedOn: '2026-11-22' }], 'company')).toMatchObject({
      json: { code: 'unprocessable', errors: [{ pointer: '/documents/0/issuedOn', code: 'in_the_future' }] },
    });
    expect(await of([{ ...certificate, issuedOn: null }, { ...certificate }], 'company')).toMatchObject({
      json: {
        errors: [{ pointer: '/documents/0/issuedOn', code: 'missing' }, { pointer: '/documents/1/uploadId' }],
      },
    });
    const proof = { kind: 'employment_proof', uploadId: await handIn(), issuedOn };
    expect(await of([certificate!, proof], 'company')).toMatchObject({
      json: { code: 'unprocessable', errors: [{ pointer: '/documents/1/kind', code: 'no_effect' }] },
    });
    expect(isKept(certificate!.uploadId)).toBe(false);
    expect((await get()).status).toBe(404);
  });

  test.each<[string, object, string, string]>([
    ['no kind', { kind: undefined }, '/kind', 'missing'],
    ['no documents', { documents: undefined }, '/documents', 'missing'],
    ['an empty list', { documents: [] }, '/documents', 'too_small'],
    ['an unknown kind', { kind: 'friend' }, '/kind', 'invalid_value'],
    ['a phone check as well', { checkId }, '/checkId', 'no_effect'],
    ['documents with a phone check', { method: 'mobile', checkId }, '/kind', 'no_effect'],
    ['no phone check', { method: 'mobile', kind: undefined, documents: undefined }, '/checkId', 'missing'],
    ['a way that is none', { method: 'fax' }, '/method', 'invalid_value'],
    [
      'a day that is none',
      {
        documents: [
          { kind: 'service_certificate', uploadId: 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV', issuedOn: '2026-02-30' },
        ],
      },
      '/documents/0/issuedOn',
      'invalid_format',
    ],
  ])('with %s is malformed', async (_, over, pointer, code) => {
    const asked = await ask('company', tenant, over);
    expect(asked.status).toBe(400);
    expect(asked.json.errors).toContainEqual(expect.objectContaining({ pointer, code }));
  });

  test('with a document that cannot be taken is refused, and says which', async () => {
    const given = async (uploadId: string) =>
      (await ask('company', tenant, { documents: [{ kind: 'service_certificate', uploadId, issuedOn }] })).json;
    const pointer = '/documents/0/uploadId';
    const at = (code: string) => ({ code, errors: [{ pointer }] });
    expect(await given(await handIn(tenant, null))).toMatchObject(at('unprocessable'));
    expect(await given(await handIn(tenant, pdf(['<</S/JavaScript/JS(1)>>'])))).toMatchObject(at('upload_rejected'));
    expect(await given(await handIn(tenant, Buffer.alloc(10 * 1024 * 1024 + 1)))).toMatchObject(at('upload_rejected'));
    const late = await handIn();
    suite.clock.nowMs += 8 * dayMs;
    expect(await given(late)).toMatchObject(at('upload_expired'));
    // Another's is answered like nobody's
    const [theirs, nobodys] = [await handIn(other), 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV'];
    const answers = [await given(theirs), await given(nobodys)].map((json) => ({ ...json, requestId: '' }));
    expect(answers[0]).toMatchObject(at('unprocessable'));
    expect(answers[0]).toEqual(answers[1]);
  });

  test('with a test key is refused, and so is a document', async () => {
    const documents = await documentsFor('company');
    const body = { number, method: 'documents', kind: 'company', documents };
    const live = { status: 403, json: { code: 'live_key_required' } };
    expect(await post('/v1/sender-numbers', tenant.test, body)).toMatchObject(live);
    expect(await post('/v1/uploads', tenant.test, { purpose: 'document', fileName: 'a.pdf' })).toMatchObject(live);
    await ask();
    expect(await post(`/v1/sender-numbers/${number}/withdraw`, tenant.test)).toMatchObject(live);
  });
});

describe('by phone check', () => {
  const mobile = { method: 'mobile', number: '010-2234-5678', checkId };
  const check = (over: object = {}) => post('/v1/sender-numbers', tenant.live, { ...mobile, ...over });

  test('a number that was confirmed is approved at once', async () => {
    confirmed.set(`${tenant.id} ${checkId}`, '+821022345678');
    const { status, json } = await check();
    expect(status).toBe(201);
    expect(json).toMatchObject({
      number: '01022345678',
      status: 'approved',
      method: 'mobile',
      kind: null,
      documents: [],
    });
  });

  test('one that was not, another, or one that another tenant confirmed is refused', async () => {
    const refused = { status: 422, json: { code: 'phone_check_not_confirmed', errors: [{ pointer: '/checkId' }] } };
    expect(await check()).toMatchObject(refused);
    confirmed.set(`${other.id} ${checkId}`, '01022345678');
    expect(await check()).toMatchObject(refused);
    confirmed.set(`${tenant.id} ${checkId}`, '01022345679');
    expect(await check()).toMatchObject(refused);
    expect(await check({ number: '02-2123-4567' })).toMatchObject({
      status: 422,
      json: { code: 'invalid_sender_number' },
    });
    expect((await get('/v1/sender-numbers')).json.data).toEqual([]);
  });

  test('a number that another account has is refused', async () => {
    await allow(other, '01022345678');
    confirmed.set(`${tenant.id} ${checkId}`, '01022345678');
    expect(await check()).toMatchObject({ status: 409, json: { code: 'sender_number_taken' } });
  });
});

describe('a number of another tenant', () => {
  const taken = { status: 409, json: { code: 'sender_number_taken' } };

  test.each<[SenderKind, boolean]>([
    ['representative', false],
    ['company', false],
    ['employee', false],
    ['third_party', true],
    ['other_person', true],
  ])('may be asked for as %s: %s', async (kind, may) => {
    await allow(other);
    const asked = await ask(kind);
    expect(asked).toMatchObject(may ? { status: 202 } : taken);
    if (may) expect(await approve()).toMatchObject({ status: 200 });
    expect(await maySend()).toBe(may);
    expect(await maySend(other)).toBe(true);
  });

  test('is not approved if the other got it while this one was reviewed, until that gives it up', async () => {
    await ask();
    await ask('company', other);
    const both = await Promise.all([approve(), approve(other)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [winner, loser] = both[0]!.status === 200 ? [tenant, other] : [other, tenant];
    expect([await maySend(winner), await maySend(loser)]).toEqual([true, false]);
    expect(await approve(loser)).toMatchObject(taken);
    await withdraw(winner);
    expect(await approve(loser)).toMatchObject({ status: 200 });
  });

  test('is not betrayed to who asks without documents that could be taken', async () => {
    const documents = [{ kind: 'service_certificate', uploadId: 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV', issuedOn }];
    const answers = [await ask('company', tenant, { documents })];
    await allow(other);
    answers.push(await ask('company', tenant, { documents }));
    const [free, held] = answers.map(({ json }) => ({ ...json, requestId: '' }));
    expect(held).toEqual(free);
    expect(held.code).toBe('unprocessable');
  });

  test('is told to nobody but its own', async () => {
    const asked = (await ask('company', other)).json;
    for (const key of [tenant.live, tenant.test]) {
      expect((await get(undefined, key)).status).toBe(404);
      expect((await post(`/v1/sender-numbers/${number}/withdraw`, key)).status).toBe(404);
      const { text } = await get('/v1/sender-numbers', key);
      for (const mark of [number, asked.documents[0].uploadId]) expect(text).not.toContain(mark);
      expect((await get(`/v1/uploads/${asked.documents[0].uploadId}`, key)).status).toBe(404);
    }
    expect((await get(`/v1/sender-numbers/${encodeURIComponent('no number')}`)).status).toBe(404);
    expect((await get(undefined, other.live)).json).toMatchObject({ status: 'reviewing' });
  });
});

describe('what the operator decides', () => {
  test('an approval needs everything confirmed that a person has to look at', async () => {
    await ask('employee');
    const { checklist } = await look();
    expect(checklist).toContain('certificate_date_matches');
    const allBut = (left: string, value?: false) =>
      Object.fromEntries(
        checklist.flatMap((each: string) => (each !== left ? [[each, true]] : value === false ? [[each, false]] : [])),
      );
    for (const left of checklist) {
      for (const checks of [allBut(left), allBut(left, false)]) {
        const refused = await decide('approve', { checks });
        expect(refused).toMatchObject({
          status: 422,
          json: { code: 'checks_missing', errors: [{ pointer: `/checks/${left}` }] },
        });
      }
    }
    expect((await decide('approve', { checks: { beautiful: true } })).status).toBe(400);
    expect((await decide('approve', {})).status).toBe(400);
    expect([await maySend(), told]).toEqual([false, []]);
    expect((await approve()).status).toBe(200);
  });

  test('a rejection says why, and documents may be handed in again, the good ones too', async () => {
    const first = (await ask('employee')).json.documents;
    expect((await decide('reject', {})).status).toBe(400);
    expect((await decide('reject', { reason: ' ' })).status).toBe(400);
    const { status, json } = await decide('reject', { reason: 'No stamp' });
    expect([status, json.status, json.reason]).toEqual([200, 'rejected', 'No stamp']);
    expect((await get()).json).toMatchObject({ status: 'rejected', reason: 'No stamp' });
    suite.clock.nowMs += 1_000;
    const proof = { kind: 'employment_proof', uploadId: await handIn(), issuedOn };
    const again = [{ kind: 'service_certificate', uploadId: first[0].uploadId, issuedOn }, proof];
    const asked = await ask('employee', tenant, { documents: again });
    expect([asked.status, asked.json.status, asked.json.reason]).toEqual([202, 'reviewing', null]);
    expect((await approve()).status).toBe(200);
    expect(told).toHaveLength(2);
    // What the second request replaced goes after thirty days, what it kept stays
    for (let day = 0; day < 32; day++) {
      suite.clock.nowMs += dayMs;
      world.nowMs = suite.clock.nowMs;
      for (const { uploadId } of [...first, proof]) await sweepUpload(world, uploadId);
    }
    expect([...first, proof].map(({ uploadId }) => isKept(uploadId))).toEqual([true, false, true]);
    const replaced = `/v1/uploads/${first[1].uploadId}`;
    expect((await get(replaced)).json).toMatchObject({ status: 'expired' });
  });

  test('a number that is blocked is sent from no more, and only the operator lets it again', async () => {
    await allow(tenant);
    const { status, json } = await decide('block', { reason: 'Complaints' });
    expect([status, json.status, json.approvedAt]).toEqual([200, 'blocked', null]);
    expect(await maySend()).toBe(false);
    expect(await ask()).toMatchObject({ status: 409, json: { code: 'wrong_state', senderNumberStatus: 'blocked' } });
    expect(await withdraw()).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
    const body = { message: { from: number, text: 'Hello' }, recipients: [{ to: '01023456789' }] };
    expect(await post('/v1/messages', tenant.live, body)).toMatchObject({
      status: 422,
      json: { code: 'sender_not_approved' },
    });
    expect((await allow(tenant)).json).toMatchObject({ status: 'approved', method: 'operator' });
    expect(await maySend()).toBe(true);
  });

  const all = ['approve', 'reject', 'block', 'withdraw', 'ask'] as const;
  test.each<[string, readonly (typeof all)[number][]]>([
    ['absent', ['ask']],
    ['reviewing', ['approve', 'reject', 'withdraw']],
    ['approved', ['block', 'withdraw']],
    ['rejected', ['ask']],
    ['blocked', []],
    ['withdrawn', ['ask']],
  ])('of a number that is %s only %j goes', async (state, may) => {
    const ways: Record<string, () => Promise<unknown>> = {
      absent: async () => {},
      reviewing: () => ask(),
      approved: () => allow(tenant),
      rejected: async () => {
        await ask();
        await decide('reject', { reason: 'x' });
      },
      blocked: async () => {
        await allow(tenant);
        await decide('block', { reason: 'x' });
      },
      withdrawn: async () => {
        await ask();
        await withdraw();
      },
    };
    const checks = confirming(checklistOf('representative'));
    const moves = {
      approve: () => decide('approve', { checks }),
      reject: () => decide('reject', { reason: 'x' }),
      block: () => decide('block', { reason: 'x' }),
      withdraw: () => withdraw(),
      ask: () => ask(),
    };
    await ways[state]!();
    for (const move of all.filter((each) => !may.includes(each))) {
      const { status, json } = await moves[move]();
      expect([move, status, json.code]).toEqual(
        state === 'absent' ? [move, 404, 'not_found'] : [move, 409, 'wrong_state'],
      );
    }
    expect((await get()).json.status).toBe(state === 'absent' ? 404 : state);
    if (may[0] !== undefined) expect((await moves[may[0]]()).status).toBeLessThan(300);
  });

  test.each(['suspend', 'identity/revoke', 'close'])(
    'is given up by whoever may send nothing, too: after %s',
    async (verb) => {
      for (const state of ['reviewing', 'approved']) {
        const other = await newTenant(api);
        expect((await ask('representative', other)).status).toBe(202);
        if (state === 'approved') await approve(other);
        const body = verb === 'identity/revoke' ? { reason: 'No' } : undefined;
        expect((await post(`/operator/v1/tenants/${other.id}/${verb}`, operatorKey, body)).status).toBe(200);
        expect((await post('/v1/sender-numbers', other.live, {})).status).toBe(403);
        expect(await withdraw(other)).toMatchObject({ status: 200, json: { status: 'withdrawn' } });
        expect(await maySend(other)).toBe(false);
      }
    },
  );

  test('an approval and a withdrawal that race end as one after the other would, and the number is as it was told', async () => {
    for (let round = 0; round < 5; round++) {
      await ask();
      const [approval, withdrawal] = await Promise.all([approve(), withdraw()]);
      // An approved number can be withdrawn, a withdrawn one cannot be approved
      expect(withdrawal.status).toBe(200);
      expect([200, 409]).toContain(approval.status);
      if (approval.status === 409) expect(approval.json.code).toBe('wrong_state');
      expect((await get()).json.status).toBe('withdrawn');
      expect(await maySend()).toBe(false);
      expect(told).toHaveLength(approval.status === 200 ? 1 : 0);
      expect((await ask('company', other)).status).toBe(202);
      await withdraw(other);
      told.length = 0;
    }
  });

  test('an approval of what was looked at does not count for another request', async () => {
    await ask();
    const { checklist, requestedAt } = await look();
    const { senders } = suite.deps;
    const checks = confirming(checklist);
    let asked = false;
    const slow = openApi({
      ...suite.deps,
      senders: {
        ...senders,
        async write(before, after, along) {
          if (!asked) {
            asked = true;
            await withdraw();
            suite.clock.nowMs += 1;
            await ask('employee');
          }
          return senders.write(before, after, along);
        },
      },
    });
    const body = { requestedAt, checks };
    const approved = await slow({ method: 'POST', path: `${reviewed()}/approve`, key: operatorKey, body });
    expect(approved).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
    expect(await maySend()).toBe(false);
  });

  test.each([
    ['approve', { checks: confirming(checklistOf('representative')) }],
    ['reject', { reason: 'No stamp' }],
  ])(
    '%s names the request that was looked at: of one that came in between, in the same moment too, it says which waits',
    async (move, body) => {
      await ask();
      const { requestedAt } = await look();
      await withdraw();
      await ask();
      const now = await look();
      expect(Date.parse(now.requestedAt)).toBeGreaterThan(Date.parse(requestedAt));
      expect(await decide(move, { requestedAt, ...body })).toMatchObject({
        status: 409,
        json: { code: 'wrong_state', requestedAt: now.requestedAt, errors: [{ pointer: '/requestedAt' }] },
      });
      expect(await look()).toEqual(now);
      expect(told).toEqual([]);
      const without = await post(`${reviewed()}/${move}`, operatorKey, body);
      expect(without).toMatchObject({ status: 400, json: { errors: [{ pointer: '/requestedAt', code: 'missing' }] } });
      expect(await decide(move, { requestedAt: now.requestedAt, ...body })).toMatchObject({ status: 200 });
    },
  );

  test('lists have what is in a state, page by page', async () => {
    for (const [i, whose] of [tenant, other].entries()) {
      suite.clock.nowMs += i + 1;
      await ask('other_person', whose);
    }
    const page = async (query: string) =>
      (await api({ path: '/operator/v1/sender-numbers', key: operatorKey, query })).json;
    const first = await page('limit=1');
    expect(first.data).toMatchObject([{ tenantId: tenant.id }]);
    const second = await page(`limit=1&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ data: [{ tenantId: other.id }], nextCursor: null });
    await decide('reject', { reason: 'x' });
    expect((await page('')).data).toMatchObject([{ tenantId: other.id }]);
    expect((await page('status=rejected')).data).toMatchObject([{ tenantId: tenant.id, reason: 'x' }]);
    expect((await get('/v1/sender-numbers')).json.data).toHaveLength(1);
    const approved = await api({ path: '/v1/sender-numbers', key: tenant.live, query: 'status=approved' });
    expect(approved.json.data).toEqual([]);
  });
});

describe('documents', () => {
  const link = (uploadId: string, whose = tenant, body: object = {}, key = operatorKey) =>
    api({ method: 'POST', path: `/operator/v1/tenants/${whose.id}/documents/${uploadId}/link`, key, body });

  test('that were handed in are shown to the operator for a short time, and to nobody else', async () => {
    const { documents } = (await ask()).json;
    const { uploadId } = documents[0];
    const { status, json } = await link(uploadId, tenant, { seconds: 120 });
    expect(status).toBe(200);
    const url = new URL(json.url);
    expect(url.pathname).toContain(`/documents/${tenant.id}/${uploadId}/file`);
    expect(url.searchParams.get('X-Amz-Expires')).toBe('120');
    expect(url.searchParams.get('response-content-disposition')).toContain(`attachment; filename="${uploadId}.pdf"`);
    expect(url.searchParams.get('response-content-type')).toBe('application/pdf');
    expect(json).toMatchObject({ fileName: '증명원.pdf', format: 'pdf', bytes: pdf().length });
    expect(json.expiresAt).toBe(new Date(suite.clock.nowMs + 120_000).toISOString());
    expect(new URL((await link(uploadId)).json.url).searchParams.get('X-Amz-Expires')).toBe('60');
    for (const seconds of [59, 301]) expect((await link(uploadId, tenant, { seconds })).status).toBe(400);
    expect((await link(uploadId, other)).status).toBe(404);
    for (const key of [tenant.live, tenant.test]) expect((await link(uploadId, tenant, {}, key)).status).toBe(401);
    expect((await link(await handIn())).status).toBe(404);
    // Its tenant is told what it is, and gets it back by no route
    const own = await get(`/v1/uploads/${uploadId}`);
    expect(own.json).toMatchObject({
      status: 'ready',
      fileName: '증명원.pdf',
      downloadUrl: null,
      errorReportUrl: null,
      expiresAt: null,
    });
    expect(own.text).not.toContain('documents/');
    const removed = await api({ method: 'DELETE', path: `/v1/uploads/${uploadId}`, key: tenant.live });
    expect(removed).toMatchObject({ status: 409, json: { code: 'upload_in_use' } });
  });

  test('evidence of a consent is not shown as a document, nor the other way round', async () => {
    const body = { purpose: 'evidence', fileName: 'a.pdf' };
    const { id } = (await post('/v1/uploads', tenant.live, body)).json;
    expect((await link(id)).status).toBe(404);
    const consent = { marketing: true, night: null, evidenceUploadId: await handIn() };
    const recorded = await api({ method: 'PUT', path: '/v1/consents/01023456789', key: tenant.live, body: consent });
    expect(recorded).toMatchObject({ status: 422, json: { code: 'unprocessable' } });
  });

  test.each([
    ['rejected', () => decide('reject', { reason: 'x' })],
    ['withdrawn', () => withdraw()],
    [
      'blocked',
      async () => {
        expect((await approve()).status).toBe(200);
        return decide('block', { reason: 'Spam' });
      },
    ],
    ['its tenant closed', () => post(`/operator/v1/tenants/${tenant.id}/close`, operatorKey)],
  ])('go thirty days after the number is %s', async (_, end) => {
    const { uploadId } = (await ask()).json.documents[0];
    const later = async (days: number) => {
      for (let day = 0; day < days; day++) {
        suite.clock.nowMs += dayMs;
        world.nowMs = suite.clock.nowMs;
        await sweepUpload(world, uploadId);
      }
    };
    await later(40);
    expect(isKept(uploadId)).toBe(true);
    expect((await end()).status).toBe(200);
    await later(29);
    expect(isKept(uploadId)).toBe(true);
    expect((await link(uploadId)).status).toBe(200);
    await later(2);
    expect(isKept(uploadId)).toBe(false);
    expect((await link(uploadId)).status).toBe(404);
  });

  test('the form for an agreement can be downloaded', async () => {
    const path = '/v1/sender-numbers/usage-agreement-form';
    const form = await api({ path, query: 'format=text', key: tenant.live });
    expect(form.headers['content-type']).toContain('text/plain');
    expect(form.headers['content-disposition']).toContain('usage-agreement.txt');
    expect(form.text).toContain('발신번호 사용 동의서');
    // As a page to print, it says the same, and needs nothing from anywhere
    const page = await get(path);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-disposition']).toContain("attachment; filename*=UTF-8''usage-agreement.html");
    const words = (text: string) => text.match(/[가-힣A-Za-z]{2,}/g) ?? [];
    expect(new Set(words(page.text.replace(/<style>[\s\S]*<\/style>|<[^>]*>/g, ' ')))).toEqual(
      new Set(words(form.text)),
    );
    expect(page.text).toContain('<meta charset="utf-8">');
    expect(page.text).not.toMatch(/<script|<link|src=|url\(|https?:/i);
    expect((await api({ path, query: 'format=pdf', key: tenant.live })).status).toBe(400);
  });
});
