import type middy from '@middy/core';
import type { Facts } from '../api/door.ts';
import { logger } from '../logger.ts';

/** What later parts of an invocation find in its context. */
export interface RequestContext {
  readonly requestId: string;
  /** The door notes here what may be logged: ids, codes and the route's pattern; never numbers, texts, bodies or paths. */
  readonly facts: Facts;
}

/** Names the request, as the gateway does, in the context, in the answer and in one log line with what came of it. */
export function requestLog(): middy.MiddlewareObj<GatewayEvent, GatewayAnswer> {
  const startedAtMs = new WeakMap<object, number>();
  const told = (request: middy.Request<GatewayEvent, GatewayAnswer>) => {
    const { requestId, facts } = request.context as unknown as RequestContext;
    const { response } = request;
    if (!response) return;
    response.headers = { ...response.headers, 'x-request-id': requestId };
    const ms = Math.round(performance.now() - (startedAtMs.get(request.context) ?? 0));
    logger.info('request', { requestId, status: response.statusCode, ms, ...facts });
  };
  return {
    before: ({ event, context }) => {
      startedAtMs.set(context, performance.now());
      const requestId = event.requestContext?.requestId ?? context.awsRequestId;
      Object.assign(context, { requestId, facts: {} } satisfies RequestContext);
    },
    after: told,
    onError: told,
  };
}

interface GatewayEvent {
  readonly requestContext?: { readonly requestId?: string };
}
interface GatewayAnswer {
  statusCode?: number;
  headers?: Record<string, string | number | boolean>;
}

/** Names the broken thing in the log, where only we look. */
export function logBroken(error: unknown, facts: Facts): void {
  logger.error('broken', { ...facts, error: error instanceof Error ? error : new Error(String(error)) });
}
