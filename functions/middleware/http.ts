import middy from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpSecurityHeaders from '@middy/http-security-headers';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { answerBroken } from './broken.ts';
import { coldStart } from './cold-start.ts';
import { type RequestContext, requestLog } from './request-log.ts';

export type HttpEvent = APIGatewayProxyEventV2;
export type HttpResult = APIGatewayProxyStructuredResultV2;

/** What an HTTP function's own work gets beside the event. */
export interface HttpContext<D> extends Context, RequestContext {
  readonly deps: D;
}

/**
 * A function behind the HTTP API: names and logs the request, opens what it needs on a cold start, sets the security
 * headers, and answers what was thrown. `openDeps` runs once per process; `contentPolicy` is the
 * Content-Security-Policy of every answer.
 */
export function httpHandler<D>(
  openDeps: () => Promise<D> | D,
  contentPolicy: string,
  work: (event: HttpEvent, context: HttpContext<D>) => Promise<HttpResult>,
) {
  return middy<HttpEvent, HttpResult>()
    .use(requestLog())
    .use(
      httpSecurityHeaders({
        // Each function has its own policy; which devices a page may use matters to no answer of ours.
        contentSecurityPolicy: false,
        permissionsPolicy: false,
        strictTransportSecurity: { maxAge: 63_072_000, includeSubDomains: true, preload: false },
      }),
    )
    .use(withHeader('content-security-policy', contentPolicy))
    .use(answerBroken())
    .use(httpHeaderNormalizer())
    .use(coldStart(openDeps))
    .handler(async (event: HttpEvent, context: Context) => {
      const result = await work(event, context as HttpContext<D>);
      return event.requestContext.http.method === 'HEAD' ? withoutBody(result) : result;
    });
}

function withHeader(name: string, value: string): middy.MiddlewareObj<HttpEvent, HttpResult> {
  const set = ({ response }: middy.Request<HttpEvent, HttpResult>) => {
    if (response) response.headers = { ...response.headers, [name]: value };
  };
  return { after: set, onError: set };
}

function withoutBody({ body: _, isBase64Encoded: __, ...head }: HttpResult): HttpResult {
  return head;
}
