import '../../support/quiet-logs.ts';
import { randomBytes } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { monotonicFactory } from 'ulid';
import { expect } from 'vitest';
import type { DoorDeps } from '../../../functions/api/door.ts';
import { openDoor } from '../../../functions/api/door.ts';
import { makeDocument } from '../../../functions/api/openapi.ts';
import { openOperatorDoor } from '../../../functions/api/operator-door.ts';
import { type RouteDeps, routes } from '../../../functions/api/routes.ts';
import { accountPorts, contactApiPorts, contentPorts, permissionApiPorts } from '../../../functions/deps/accounts.ts';
import { senderNumberPorts } from '../../../functions/deps/identity.ts';
import { resultPorts } from '../../../functions/deps/results.ts';
import { apiPorts, campaignApiPorts, sideSendPorts } from '../../../functions/deps/sends.ts';
import { httpHandler } from '../../../functions/middleware/http.ts';
import { openAuditLog } from '../../../shared/adapters/dynamo/audit-log.ts';
import { createContactStore } from '../../../shared/adapters/dynamo/contact-store.ts';
import { openCreditStore } from '../../../shared/adapters/dynamo/credit-store.ts';
import { openIdempotencyStore } from '../../../shared/adapters/dynamo/idempotency.ts';
import { openIdentityStore } from '../../../shared/adapters/dynamo/identity-store.ts';
import { openKeyDoor, openOperatorKeyDoor } from '../../../shared/adapters/dynamo/key-store.ts';
import { openOperatorKeyStore } from '../../../shared/adapters/dynamo/operator-key-store.ts';
import { openOptOutLines, openOptOutNumberStore } from '../../../shared/adapters/dynamo/opt-out-number-store.ts';
import { createPermissionStore } from '../../../shared/adapters/dynamo/permission-store.ts';
import { openPhoneCheckStore } from '../../../shared/adapters/dynamo/phone-check-store.ts';
import { openSenderStore } from '../../../shared/adapters/dynamo/sender-store.ts';
import { openKeyRingStore } from '../../../shared/adapters/dynamo/settings-store.ts';
import type { Table } from '../../../shared/adapters/dynamo/table.ts';
import { openTenantStore } from '../../../shared/adapters/dynamo/tenant-store.ts';
import { openSignatureCheck } from '../../../shared/adapters/signatures.ts';
import { env } from '../../../shared/contracts/environment.ts';
import type { Queues } from '../../../shared/domain/dispatches/ports.ts';
import { openPhoneChecks } from '../../../shared/domain/phone-checks/check-phone.ts';
import { inlineListOf } from '../../../shared/domain/recipients/inline-list.ts';
import type { LocalDynamo } from '../../support/dynamo.ts';
import { createFakeDocuments, createFakeProvider } from '../../support/fakes/identity.ts';
import { type OpenApiDocument, openApiCheck } from '../../support/openapi-check.ts';

export type ApiDeps = RouteDeps & DoorDeps;

export const operatorSecret = 'operator-secret-of-the-tests';
/** As the stack makes it: letters and digits, which are base64 as they stand. */
export const callbackSecret = 'SecretOfTheCarriers080ServiceInTheseTests0123456';
export const operatorKey = `bk_op_${operatorSecret}`;

const nobodyListens: Queues = {
  prepare: async () => {},
  wave: async () => {},
  plan: async () => {},
  send: async () => {},
  report: async () => {},
  settle: async () => {},
};

const keptNowhere: ApiDeps['planning']['lists'] = {
  async write(place, recipients) {
    const { columns, rows, rejected } = inlineListOf(recipients);
    return { rowsKey: place, rejectedKey: place, columns, rows: rows.length, rejected: rejected.length };
  },
};

/** The real wiring over a table of the emulator; what the door asks the time of, asks `clock`. There is no S3, no SQS. */
export function apiDepsOn(dynamo: LocalDynamo, table: Table, clock: { readonly nowMs: number }): ApiDeps {
  const nowhere = Object.fromEntries(Object.values(env).map((name) => [name, 'nowhere']));
  Object.assign(process.env, nowhere, {
    [env.table]: table.name,
    [env.carrierMessagesPerSecond]: '',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_REGION: 'ap-northeast-2',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const at: Table = { ...table, now: () => clock.nowMs };
  const tenants = openTenantStore(at);
  const identities = openIdentityStore(at, tenants);
  const phoneChecks = openPhoneCheckStore(at);
  const ulid = monotonicFactory();
  const ports = apiPorts();
  const time = { now: () => clock.nowMs };
  const sides = sideSendPorts();
  const campaigns = campaignApiPorts();
  const content = contentPorts();
  const permissions = permissionApiPorts();
  const account = accountPorts();
  const campaignQueue = { campaign: async () => {} };
  return {
    ...sides,
    ...resultPorts(),
    ...content,
    ...permissions,
    ...contactApiPorts(),
    importing: { ...permissions.importing, importQueue: { step: async () => {} } },
    ...ports,
    ...campaigns,
    dispatches: ports.dispatches,
    ...account,
    ...senderNumberPorts(),
    showing: { uploads: account.uploads, links: account.links },
    contacts: createContactStore(at),
    templating: { ...content.templating, time },
    previewing: { ...content.previewing, time },
    planning: { ...campaigns.planning, time, lists: keptNowhere },
    publishing: { ...campaigns.publishing, time, campaignQueue },
    ending: { ...campaigns.ending, time, queues: nobodyListens, events: { publishWaiting: async () => {} } },
    creating: { ...ports.creating, time, queues: nobodyListens },
    starting: { ...ports.starting, time, queues: nobodyListens },
    rescheduling: { ...ports.rescheduling, time, queues: nobodyListens },
    sending: { ...ports.sending, time, queues: nobodyListens },
    telling: { ...sides.telling, time, queues: nobodyListens },
    canceling: { ...ports.canceling, time, queues: nobodyListens, events: { publishWaiting: async () => {} } },
    ids: { ulid: () => ulid(clock.nowMs) },
    now: () => clock.nowMs,
    randomBytes,
    document: async () => document,
    keyDoor: openKeyDoor(at),
    operators: openOperatorDoor({
      secret: async () => operatorSecret,
      keyDoor: openOperatorKeyDoor(at),
      log: openAuditLog(at),
      ids: { ulid: () => ulid(clock.nowMs) },
    }),
    operatorKeys: openOperatorKeyStore(at),
    auditLog: openAuditLog(at),
    signature: openSignatureCheck(async () => callbackSecret),
    lines: openOptOutLines(at),
    permissions: createPermissionStore(at, { ulid: () => ulid(clock.nowMs) }),
    optOutNumbers: openOptOutNumberStore(at),
    alarms: { raise: () => {} },
    idempotency: openIdempotencyStore(at),
    tenants,
    identities,
    phoneChecks,
    identityProvider: createFakeProvider(clock),
    identifying: { identities, checked: openPhoneChecks(phoneChecks), identityDocuments: createFakeDocuments() },
    outcomes: { tell: async () => {} },
    keyRings: openKeyRingStore(at),
    senders: openSenderStore(at),
    credits: openCreditStore(at),
  };
}

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly query?: string;
  readonly key?: string | null;
  readonly body?: unknown;
  /** The body as it travels, instead of `body` as JSON. */
  readonly raw?: string | Buffer;
  readonly base64?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Idempotency-Key; POSTs get a fresh one unless it is null. */
  readonly idem?: string | null;
}

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  readonly json: any;
}

export type Api = (asked: Asked) => Promise<Told>;

let requests = 0;

const document = { ...makeDocument() };
const flawOf = openApiCheck(document as unknown as OpenApiDocument);

/** Calls the handler as API Gateway does, and holds every answer to the OpenAPI document. */
export function openApi(deps: ApiDeps): Api {
  const handler = httpHandler(
    () => openDoor(routes, deps),
    "default-src 'none'",
    (event, { deps: door, requestId, facts }) => door(event, requestId, facts),
  );
  return async (asked) => {
    const result = (await handler(eventOf(asked), {
      awsRequestId: 'lambda',
    } as Context)) as APIGatewayProxyStructuredResultV2;
    const text = result.isBase64Encoded ? Buffer.from(result.body ?? '', 'base64').toString() : (result.body ?? '');
    const headers = Object.fromEntries(
      Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    const isJson = /[/+]json/.test(headers['content-type'] ?? '') && text !== '';
    const told = { status: result.statusCode ?? 0, headers, text, json: isJson ? JSON.parse(text) : null };
    const contentType = headers['content-type']?.split(';')[0];
    const { method = 'GET', path } = asked;
    expect(flawOf({ method, path, status: told.status, contentType, json: told.json })).toBeNull();
    return told;
  };
}

export function eventOf({
  method = 'GET',
  path,
  query = '',
  key,
  body,
  raw,
  base64 = false,
  headers = {},
  idem,
}: Asked) {
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const given: Record<string, string> = {
    ...(key === null || key === undefined ? {} : { Authorization: `Bearer ${key}` }),
    ...(text === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(method === 'POST' && idem !== null ? { 'Idempotency-Key': idem ?? `fresh-${++requests}` } : {}),
    ...headers,
  };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers: given,
    requestContext: { requestId: `req-${++requests}`, http: { method, path } },
    ...(text === undefined ? {} : { body: base64 ? Buffer.from(text as string).toString('base64') : text }),
    isBase64Encoded: base64,
  } as unknown as APIGatewayProxyEventV2;
}

export interface TestTenant {
  readonly id: string;
  readonly live: string;
  readonly test: string;
  readonly liveKeyId: string;
  readonly testKeyId: string;
}

/** A tenant made through the operator's API, whose identity is approved unless `facts` say otherwise. */
export async function newTenant(api: Api, name = 'Shop', facts: object = {}): Promise<TestTenant> {
  const { status, json } = await api({
    method: 'POST',
    path: '/operator/v1/tenants',
    key: operatorKey,
    body: { name, identityStatus: 'approved', ...facts },
  });
  if (status !== 201) throw new Error(`No tenant: ${JSON.stringify(json)}`);
  const [live, test] = json.apiKeys;
  return { id: json.id, live: live.secret, test: test.secret, liveKeyId: live.id, testKeyId: test.id };
}
