import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Problem, problems } from './problems.ts';
import type { Answer, FileBody } from './route.ts';

export type Headers = Readonly<Record<string, string>>;

const json = (
  status: number,
  body: string,
  contentType: string,
  headers: Headers,
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { 'content-type': contentType, 'cache-control': 'no-store', ...headers },
  body,
});

/** JSON that was made before: a replay. */
export const respondJson = (status: number, body: string, headers: Headers) =>
  json(status, body, 'application/json', headers);

export function respond({ status, body, headers: own }: Answer, more: Headers): APIGatewayProxyStructuredResultV2 {
  const headers = { ...more, ...own };
  if (body === null) return { statusCode: status, headers: { 'cache-control': 'no-store', ...headers } };
  if (isFile(body)) {
    const { bytes, contentType, fileName } = body;
    return {
      statusCode: status,
      headers: {
        'content-type': contentType,
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
        'cache-control': 'no-store',
        ...headers,
      },
      body: Buffer.from(bytes).toString('base64'),
      isBase64Encoded: true,
    };
  }
  return respondJson(status, JSON.stringify(body), headers);
}

const isFile = (body: unknown): body is FileBody =>
  typeof body === 'object' && body !== null && 'bytes' in body && body.bytes instanceof Uint8Array;

/** The one place where a refusal becomes HTTP: RFC 9457. */
export function respondProblem(
  { problem: code, detail, errors, members, retryAfterSeconds }: Problem,
  requestId: string,
  headers: Headers,
): APIGatewayProxyStructuredResultV2 {
  const [status, title] = problems[code];
  const type = `/docs/problems#${code}`;
  const document = { type, title, status, detail, code, requestId, errors, ...members };
  const retry: Headers = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
  return json(status, JSON.stringify(document), 'application/problem+json', { ...headers, ...retry });
}
