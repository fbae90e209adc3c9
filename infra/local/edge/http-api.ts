import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod';
import type { Outcome } from '../lambda/environment.ts';
import { account, region } from '../template/names.ts';
import type { HttpRoutes, MatchedRoute } from './http-routes.ts';
import { jsonReply, type Reply } from './reply.ts';

const mostBodyBytes = 10 * 1024 * 1024;
// Lambda's own limit for a synchronous event and answer.
const mostPayloadBytes = 6 * 1024 * 1024;
const textual = /^(text\/|application\/(.*\+)?json|application\/(xml|javascript|x-www-form-urlencoded))/i;

const answerShape = z.looseObject({
  statusCode: z.coerce.number(),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

/** Calls the function of a route. */
export type InvokeRoute = (functionArn: string, event: string) => Promise<Outcome>;

/** The public HTTP API: requests become events of payload format 2.0, answers become responses. */
export class HttpApi {
  readonly #routes: HttpRoutes;
  readonly #invoke: InvokeRoute;

  constructor(routes: HttpRoutes, invoke: InvokeRoute) {
    this.#routes = routes;
    this.#invoke = invoke;
  }

  async handle(request: IncomingMessage): Promise<Reply> {
    const [rawPath, rawQueryString = ''] = splitOnce(request.url ?? '/', '?');
    const matched = this.#routes.match(request.method ?? 'GET', rawPath);
    if (!matched) return jsonReply(404, { message: 'Not Found' });
    const body = await readBody(request, mostBodyBytes);
    if (!body) return jsonReply(413, { message: 'Request Entity Too Large' });
    const event = JSON.stringify(eventOf(request, matched, rawPath, rawQueryString, body));
    if (event.length > mostPayloadBytes) return jsonReply(413, { message: 'Request Entity Too Large' });
    const { functionArn, timeoutMs } = matched.route;
    const waiting = new AbortController();
    const late = sleep(timeoutMs, undefined, { signal: waiting.signal }).catch(() => undefined);
    const outcome = await Promise.race([this.#invoke(functionArn, event), late]);
    waiting.abort();
    // The function runs on: API Gateway only stops waiting.
    return outcome ? answerOf(outcome) : jsonReply(503, { message: 'Service Unavailable' });
  }
}

/** Reads a body, or undefined if it is longer than allowed; the rest is then read and dropped so that the answer arrives. */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
  }
  return bytes > mostBytes ? undefined : Buffer.concat(chunks);
}

function eventOf(
  request: IncomingMessage,
  matched: MatchedRoute,
  rawPath: string,
  rawQueryString: string,
  body: Buffer,
): APIGatewayProxyEventV2 {
  const { cookie, ...headers } = request.headers;
  const joined = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(',')]));
  const query = [...new URLSearchParams(rawQueryString)];
  const isText = body.length === 0 || textual.test(request.headers['content-type'] ?? 'text/plain');
  const now = new Date();
  return {
    version: '2.0',
    routeKey: matched.route.routeKey,
    rawPath,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers: joined,
    ...(query.length > 0 && { queryStringParameters: joinRepeated(query) }),
    ...(matched.pathParameters && { pathParameters: matched.pathParameters }),
    requestContext: {
      accountId: account,
      apiId: 'local',
      domainName: request.headers.host ?? 'localhost',
      domainPrefix: 'local',
      http: {
        method: request.method ?? 'GET',
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: matched.route.routeKey,
      stage: '$default',
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: !isText,
  };
}

/** A result without a status code is the whole body of a 200, as payload format 2.0 has it. */
function answerOf(outcome: Outcome): Reply {
  if (outcome.kind !== 'returned') return jsonReply(500, { message: 'Internal Server Error' });
  if (outcome.payload.length > mostPayloadBytes) return jsonReply(500, { message: 'Internal Server Error' });
  const result: unknown = JSON.parse(outcome.payload);
  const answer = answerShape.safeParse(result);
  if (!answer.success) return jsonReply(200, result);
  const { statusCode, headers, cookies, body, isBase64Encoded } = answer.data;
  const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return {
    status: statusCode,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...named,
      'apigw-requestid': randomUUID(),
      ...(cookies.length > 0 && { 'set-cookie': cookies }),
    },
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  };
}

function joinRepeated(query: [string, string][]): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of query) joined[name] = name in joined ? `${joined[name]},${value}` : value;
  return joined;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** The ARN that a Lambda permission of this API names. */
export function apiSourceArn(apiArnPath: string): string {
  return `arn:aws:execute-api:${region}:${account}:${apiArnPath}`;
}
