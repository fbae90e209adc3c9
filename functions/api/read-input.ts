import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type * as z from 'zod';
import { askedProblem, fieldErrorsOf, inWords } from './field-errors.ts';
import { readJsonBody } from './json-body.ts';
import { type FieldError, notFound, type Problem, type ProblemCode, problem } from './problems.ts';
import type { Route } from './route.ts';

/** Everything the customer sent, parsed; `rawBody` as it came, for comparing requests. */
export function readInput<D>(
  route: Pick<Route<D>, 'params' | 'query' | 'body'>,
  event: APIGatewayProxyEventV2,
  given: Readonly<Record<string, string>>,
) {
  const params = route.params ? route.params.safeParse(given) : { success: true as const, data: {} };
  if (!params.success) return notFound;

  const asked = queryOf(event.rawQueryString);
  if ('problem' in asked) return asked;
  const query = parsed(route.query, asked.values, 'query');
  if ('problem' in query) return query;

  const raw = readJsonBody({
    text: event.body,
    isBase64: event.isBase64Encoded,
    contentType: event.headers['content-type'],
    contentLength: event.headers['content-length'],
  });
  if ('problem' in raw) return raw;
  const body = parsed(route.body, raw.value, 'body');
  if ('problem' in body) return body;
  return { params: params.data, query: query.value, body: body.value, rawBody: raw.value };
}

/** Without a shape nothing may be given. */
function parsed(shape: z.ZodType | undefined, value: unknown, where: 'query' | 'body'): { value: unknown } | Problem {
  if (shape === undefined) {
    const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
    if (isEmpty && !Array.isArray(value)) return { value: undefined };
    const names = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [''];
    return malformed(
      names.slice(0, 50).map((name) => ({
        in: where,
        pointer: name === '' ? '' : `/${name}`,
        code: 'unknown_field',
        detail: `This request takes no ${where === 'body' ? 'body' : 'such parameter'}.`,
      })),
    );
  }
  const result = shape.safeParse(value, { error: inWords, reportInput: true });
  if (result.success) return { value: result.data };
  const asked = askedProblem(result.error) as ProblemCode | undefined;
  return malformed(fieldErrorsOf(result.error, where), asked);
}

const malformed = (errors: readonly FieldError[], code: ProblemCode = 'invalid_request') =>
  problem(code, errors.length === 1 ? 'One thing is wrong; see errors.' : 'Some things are wrong; see errors.', {
    errors,
  });

/** Query parameters; each at most once. */
function queryOf(raw: string): { readonly values: Record<string, string> } | Problem {
  const given = [...new URLSearchParams(raw)];
  const values = Object.fromEntries(given);
  const twice = given.map(([name]) => name).filter((name, i, names) => names.indexOf(name) !== i);
  if (twice.length === 0) return { values };
  return malformed(
    [...new Set(twice)].map((name) => ({
      in: 'query',
      pointer: `/${name}`,
      code: 'invalid_value',
      detail: 'Give this parameter once.',
    })),
  );
}
