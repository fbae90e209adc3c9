import { type Api, newTenant, operatorKey, type TestTenant } from './api-client.ts';

/** Something of a tenant's live data, and the id of nothing. */
export interface Thing {
  readonly id: string;
  readonly absentId: string;
}

const absentUlid = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
export const recipient = '01023456789';

/**
 * How to make one thing of each noun that routes address by id (`/v1/<noun>/{id}`, or below). A new noun belongs here: the test
 * of isolation walks the table of routes and asks for it.
 */
export const makers: Readonly<Record<string, (api: Api, tenant: TestTenant) => Promise<Thing>>> = {
  'api-keys': async (api, { live }) => {
    const { json } = await api({ method: 'POST', path: '/v1/api-keys', key: live });
    return { id: json.id, absentId: `key_${absentUlid}` };
  },
  uploads: async (api, { live }) => {
    const body = { purpose: 'recipients', fileName: 'vip.csv', onInvalidRows: 'skip' };
    const { status, json } = await api({ method: 'POST', path: '/v1/uploads', key: live, body });
    if (status !== 201) throw new Error(`No upload: ${JSON.stringify(json)}`);
    return { id: json.id, absentId: `upl_${absentUlid}` };
  },
  dispatches: async (api, tenant) => {
    const { dispatchId } = await sentMessage(api, tenant);
    return { id: dispatchId, absentId: `dsp_${absentUlid}` };
  },
  campaigns: async (api, tenant) => {
    await letSend(api, tenant, 10);
    const { status, json } = await api({
      method: 'POST',
      path: '/v1/campaigns',
      key: tenant.live,
      body: campaignBody(),
    });
    if (status !== 201) throw new Error(`No campaign: ${JSON.stringify(json)}`);
    return { id: json.id, absentId: `cmp_${absentUlid}` };
  },
  templates: async (api, { live }) => {
    const body = { name: 'Shipping', text: '{{ name }} hello' };
    const { json } = await api({ method: 'POST', path: '/v1/templates', key: live, body });
    return { id: json.id, absentId: `tpl_${absentUlid}` };
  },
  'template-categories': async (api, { live }) => {
    const { json } = await api({ method: 'POST', path: '/v1/template-categories', key: live, body: { name: 'News' } });
    return { id: json.id, absentId: `cat_${absentUlid}` };
  },
  'opt-out-numbers': async (api, { live }) => {
    const { json } = await api({ method: 'POST', path: '/v1/opt-out-numbers', key: live, body: {} });
    return { id: json.id, absentId: `opt_${absentUlid}` };
  },
  contacts: async (api, { live }) => {
    const body = { number: '010-7777-7777', name: 'Secret Name', tags: ['secret-tag'], attributes: { city: 'Secret' } };
    const { status, json } = await api({ method: 'POST', path: '/v1/contacts', key: live, body });
    if (status !== 201 && status !== 409) throw new Error(`No contact: ${JSON.stringify(json)}`);
    return { id: json.id ?? json.contactId, absentId: `con_${absentUlid}` };
  },
  'phone-checks': async (api, { live }) => {
    const body = { number: recipient, name: 'Kim' };
    const { status, json } = await api({ method: 'POST', path: '/v1/phone-checks', key: live, body });
    if (status !== 201) throw new Error(`No check: ${JSON.stringify(json)}`);
    return { id: json.checkId, absentId: `chk_${absentUlid}` };
  },
  'consents/imports': (api, tenant) => importOf(api, tenant, '/v1/consents/imports'),
  'opt-outs/imports': (api, tenant) => importOf(api, tenant, '/v1/opt-outs/imports'),
  'contacts/imports': (api, tenant) => importOf(api, tenant, '/v1/contacts/imports', { existing: 'skip' }),
  messages: async (api, tenant) => {
    const { data } = await sentMessage(api, tenant);
    return { id: data[0].messageId, absentId: `msg_${absentUlid}b0r0` };
  },
};

/** An import of an upload that waits for its file. */
async function importOf(api: Api, { live }: TestTenant, path: string, more: object = {}): Promise<Thing> {
  const upload = { purpose: 'recipients', fileName: 'known.csv', onInvalidRows: 'skip' };
  const { json } = await api({ method: 'POST', path: '/v1/uploads', key: live, body: upload });
  const told = await api({ method: 'POST', path, key: live, body: { uploadId: json.id, ...more } });
  if (told.status !== 202) throw new Error(`No import: ${told.text}`);
  return { id: told.json.id, absentId: `imp_${absentUlid}` };
}

/** A message sent to `recipient`, which nobody takes out of the queue. */
async function sentMessage(api: Api, tenant: TestTenant) {
  await letSend(api, tenant, 10);
  const { live } = tenant;
  const body = { message: { from: '0212345678', text: 'Hello' }, recipients: [{ to: recipient }] };
  const { status, json } = await api({ method: 'POST', path: '/v1/messages', key: live, body });
  if (status !== 202) throw new Error(`Not sent: ${JSON.stringify(json)}`);
  return json;
}

/** Gives a tenant what sending takes: credits, and an approved sender number, 0212345678. */
async function letSend(api: Api, { id }: TestTenant, credits: number): Promise<void> {
  const path = `/operator/v1/tenants/${id}`;
  await api({ method: 'POST', path: `${path}/credits`, key: operatorKey, body: { credits, type: 'grant' } });
  await api({ method: 'POST', path: `${path}/sender-numbers`, key: operatorKey, body: { number: '0212345678' } });
}

/** A tenant that can send, with 1,000 credits. */
export async function newShop(api: Api): Promise<TestTenant> {
  const tenant = await newTenant(api);
  await letSend(api, tenant, 1_000);
  return tenant;
}

/** A campaign to `recipient` from one day after the clock of the API tests until the next. */
export const campaignBody = (over: object = {}) => ({
  name: 'November sale',
  message: { from: '0212345678', text: '{{ name }} hello' },
  recipients: { list: [{ to: recipient, variables: { name: 'Kim' } }] },
  period: { startAt: '2026-11-22T12:00:00+09:00', endAt: '2026-11-23T12:00:00+09:00' },
  ...over,
});

/** Opens an 080 number of the tenant's, 0801234567 unless told otherwise; answers its id. */
export async function openOptOutNumber(api: Api, { id, live }: TestTenant, number = '0801234567'): Promise<string> {
  const { json } = await api({ method: 'POST', path: '/v1/opt-out-numbers', key: live, body: {} });
  const path = `/operator/v1/tenants/${id}/opt-out-numbers/${json.id}/open`;
  const { status } = await api({ method: 'POST', path, key: operatorKey, body: { number } });
  if (status !== 200) throw new Error(`Not opened: ${status}`);
  return json.id;
}
