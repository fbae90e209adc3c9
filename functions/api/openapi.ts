import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { failureCodes, fileCodes, rowCodes, skipReasons } from '../../shared/contracts/codes.ts';
import { senderNumberRefusals } from '../../shared/domain/numbers/sender-number.ts';
import { fieldCodes, type ProblemCode, problems } from './problems.ts';
import { beforeIdentityOf, type FileResponse, type Responses, type Route, whileSuspendedOf } from './route.ts';
import { routes } from './routes.ts';

const words = (names: readonly string[], id: string, description: string) =>
  z.enum(names as [string, ...string[]]).meta({ id, description });

const problemCode = words(Object.keys(problems), 'ProblemCode', 'Why a request was refused');
const codeLists = {
  FieldErrorCode: words(fieldCodes, 'FieldErrorCode', 'What is wrong with one field, parameter or header'),
  SkipReason: words(Object.keys(skipReasons), 'SkipReason', 'Why a recipient was left out before sending'),
  FailureCode: words(Object.keys(failureCodes), 'FailureCode', 'Why a message did not reach the phone'),
  FileCode: words(fileCodes, 'FileCode', 'What is wrong with a whole file'),
  SenderNumberRefusal: words(senderNumberRefusals, 'SenderNumberRefusal', 'Which rule a sender number breaks'),
  RowCode: words(rowCodes, 'RowCode', 'What is wrong with one row of a file'),
};

const problemShape = z
  .looseObject({
    type: z.string().meta({ description: 'Where the problem is described' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: problemCode,
    requestId: z.string(),
    errors: z.array(
      z.object({
        in: z.enum(['body', 'query', 'path', 'header']),
        pointer: z
          .string()
          .meta({ description: 'JSON pointer into what `in` names', example: '/recipients/list/3/to' }),
        code: codeLists.FieldErrorCode,
        detail: z.string(),
      }),
    ),
  })
  .meta({
    id: 'Problem',
    description: 'RFC 9457; some codes carry further members, such as `required` and `available`',
  });

const schemes = {
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: '`bk_live_…`, or `bk_test_…` for separate data and a simulated carrier',
  },
  operatorKey: {
    type: 'http',
    scheme: 'bearer',
    description: '`bk_op_…`: the company running the service, within the scopes of the key',
  },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description:
      'Standard Webhooks, symmetric: `v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`, with the secret behind `whsec_`, which we hand to the carrier. Refused if the timestamp is more than five minutes off.',
  },
} as const;

const limitHeaders = {
  RateLimit: {
    description: 'Requests left and seconds until all are there again',
    schema: { type: 'string' as const },
  },
  'RateLimit-Policy': {
    description: 'Requests at once and the window in seconds',
    schema: { type: 'string' as const },
  },
};

/** The OpenAPI 3.1 document of the API, all of it from the table of routes. The bundler asks for it. */
export function makeDocument() {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Bongsu',
      version: '1',
      description:
        'Bulk text messages to Korean phones. Numbers go in in any usual form and come out as E.164; times come out in UTC and go in with an offset, or as local time beside an IANA `timeZone`.',
    },
    paths,
    components: { securitySchemes: schemes, schemas: { ProblemCode: problemCode, ...codeLists } },
  });
}

function operationOf<D>(route: Route<D>): ZodOpenApiOperationObject {
  const security = {
    tenant: [{ apiKey: [] }],
    operator: [{ operatorKey: [] }],
    callback: [{ signature: [] }],
    public: [],
  }[route.auth];
  return {
    operationId: operationIdOf(route),
    tags: [route.tag],
    summary: route.summary,
    ...descriptionOf(route),
    security,
    requestParams: {
      ...(route.params ? { path: route.params as z.ZodObject } : {}),
      ...(route.query ? { query: route.query as z.ZodObject } : {}),
      ...(route.idempotent ? { header: idempotencyHeader } : {}),
      ...(route.auth === 'callback' ? { header: callbackHeaders } : {}),
    },
    ...(route.body ? { requestBody: { content: { 'application/json': { schema: route.body } } } } : {}),
    responses: { ...answersOf(route), ...refusalsOf(route) },
  };
}

/** With the scope that an operator's key needs. */
function descriptionOf<D>({ description, scope }: Route<D>) {
  const parts = [description, scope && `Scope: \`${scope}\`.`].filter((part) => part !== undefined);
  return parts.length === 0 ? {} : { description: parts.join(' ') };
}

const idempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .meta({
      description:
        'Your own name for this request. The same request under the same key gets the first answer again (with `Idempotency-Replayed: true`, without secrets); another request is 422. Kept at least 72 hours, and until a day after the time of a scheduled send.',
    }),
});

const callbackHeaders = z.object({
  'webhook-id': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .meta({ description: 'Your own name for what you tell; the same when you tell it again' }),
  'webhook-timestamp': z
    .string()
    .regex(/^\d{1,12}$/)
    .meta({ description: 'When you send this, in seconds since 1970' }),
});

/** `GET /v1/uploads/{id}` → `getV1UploadsId`. */
const operationIdOf = ({ method, path }: Pick<Route<never>, 'method' | 'path'>) =>
  method.toLowerCase() +
  path.replace(/[^a-zA-Z0-9]+(.)?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '');

function answersOf<D>({ responses, auth, idempotent }: Route<D>) {
  const headers = {
    ...(hasKey(auth) ? limitHeaders : {}),
    ...(idempotent
      ? { 'Idempotency-Replayed': { description: '`true` on a replay', schema: { type: 'string' as const } } }
      : {}),
  };
  return Object.fromEntries(
    Object.entries(responses).map(([status, body]) => [
      status,
      { description: descriptions[status] ?? 'Done', headers, ...contentOf(body) },
    ]),
  );
}

const hasKey = (auth: Route<never>['auth']): boolean => auth === 'tenant' || auth === 'operator';

const descriptions: Readonly<Record<string, string>> = { 201: 'Created', 202: 'Accepted', 204: 'Done; no body' };

function contentOf(body: Responses[number]) {
  if (body === null || body === undefined) return {};
  if (!isFile(body)) return { content: { 'application/json': { schema: body } } };
  return { content: Object.fromEntries(body.files.map((type) => [type, { schema: { type: 'string' as const } }])) };
}
const isFile = (body: z.ZodType | FileResponse): body is FileResponse => 'files' in body;

/** The problems of its own and those that any such request may meet, by status. */
function refusalsOf<D>(route: Route<D>) {
  const codes = new Set<ProblemCode>([...(route.problems ?? []), 'internal_error', 'temporarily_unavailable']);
  const add = (condition: unknown, ...more: ProblemCode[]) => condition && more.map((code) => codes.add(code));
  add(true, 'invalid_request');
  add(route.query && 'cursor' in (route.query as z.ZodObject).shape, 'invalid_cursor');
  add(hasKey(route.auth), 'unauthorized', 'rate_limited');
  add(route.auth === 'operator', 'scope_missing');
  add(route.auth === 'callback', 'invalid_signature', 'rate_limited');
  add(route.params, 'not_found');
  add(route.body, 'malformed_json', 'body_too_large', 'unsupported_media_type');
  add(route.idempotent, 'idempotency_key_missing', 'invalid_idempotency_key', 'idempotency_key_reused', 'conflict');
  add(whileSuspendedOf(route) === 'refused', 'tenant_suspended', 'tenant_closed');
  add(beforeIdentityOf(route) !== 'allowed', 'identity_not_verified');
  const byStatus = Object.groupBy([...codes], (code) => String(problems[code][0]));
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, found]) => [
      status,
      {
        description: found!.map((code) => `\`${code}\`: ${problems[code][1]}`).join('; '),
        content: { 'application/problem+json': { schema: problemShape } },
      },
    ]),
  );
}
