import { describe, expect, test } from 'vitest';
import { fieldCodes, problems } from '../../../functions/api/problems.ts';
import { routes } from '../../../functions/api/routes.ts';
import { failureCodes, fileCodes, rowCodes, skipReasons } from '../../../shared/contracts/codes.ts';
import { type OpenApiDocument, openApiCheck } from '../../support/openapi-check.ts';
import { apiSuite } from './api-suite.ts';

const suite = apiSuite();
const read = async () => (await suite.api({ path: '/openapi.json' })).json;

/** Every object of the document, with the way to it. */
function* objectsIn(value: unknown, way = '#'): Generator<[string, Record<string, unknown>]> {
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) yield [way, value as Record<string, unknown>];
  for (const [name, member] of Object.entries(value)) yield* objectsIn(member, `${way}/${name}`);
}

describe('the document', () => {
  test('is public and OpenAPI 3.1', async () => {
    const told = await suite.api({ path: '/openapi.json' });
    expect(told.status).toBe(200);
    expect(told.json.openapi).toMatch(/^3\.1\./);
    expect(told.json.info).toMatchObject({ title: 'Bongsu', version: expect.any(String) });
  });

  test('has every route of the table and no other', async () => {
    const { paths } = await read();
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
  });

  test('points only to what is there, and declares every parameter of a path', async () => {
    const document = await read();
    for (const [way, { $ref }] of objectsIn(document)) {
      if (typeof $ref !== 'string') continue;
      const target = $ref
        .split('/')
        .slice(1)
        .reduce((at, name) => at?.[name], document);
      expect(target, `${way} → ${$ref}`).toBeDefined();
    }
    for (const [path, operations] of Object.entries<Record<string, { parameters?: { in: string; name: string }[] }>>(
      document.paths,
    )) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters = [] } of Object.values(operations)) {
        expect(parameters.filter((each) => each.in === 'path').map(({ name }) => name)).toEqual(named);
      }
    }
  });

  test('says how every operation is secured, what it takes to repeat it, and how it refuses', async () => {
    const { paths, components } = await read();
    const ids = new Set<string>();
    for (const route of routes) {
      const operation = paths[route.path][route.method.toLowerCase()];
      expect(ids.has(operation.operationId)).toBe(false);
      ids.add(operation.operationId);
      expect(operation.summary.length).toBeGreaterThan(5);
      const schemes = operation.security.flatMap(Object.keys);
      expect(schemes).toEqual(
        { tenant: ['apiKey'], operator: ['operatorKey'], callback: ['signature'], public: [] }[route.auth],
      );
      for (const scheme of schemes) expect(components.securitySchemes).toHaveProperty(scheme);
      const header = (operation.parameters ?? []).find(({ name }: { name: string }) => name === 'Idempotency-Key');
      expect(header?.required).toBe(route.idempotent ? true : undefined);
      for (const [status, response] of Object.entries<{ description: string; content?: object }>(operation.responses)) {
        expect(response.description).not.toBe('');
        if (Number(status) >= 400) expect(Object.keys(response.content!)).toEqual(['application/problem+json']);
      }
      for (const code of route.problems ?? []) expect(operation.responses).toHaveProperty(String(problems[code][0]));
    }
  });

  test('says that a dispatch goes to an upload, to a list or to contacts', async () => {
    const { requestBody } = (await read()).paths['/v1/dispatches'].post;
    const { recipients } = requestBody.content['application/json'].schema.properties;
    expect(recipients.oneOf).toEqual([
      { required: ['uploadId'] },
      { required: ['list'] },
      { required: ['contactIds'] },
    ]);
  });

  test('names its shapes as OpenAPI allows', async () => {
    const { schemas } = (await read()).components;
    for (const name of Object.keys(schemas)) expect(name).toMatch(/^[A-Z][A-Za-z0-9]*$/);
  });

  test('publishes every list of codes', async () => {
    const { schemas } = (await read()).components;
    expect(schemas.ProblemCode.enum).toEqual(Object.keys(problems));
    expect(schemas.FieldErrorCode.enum).toEqual(fieldCodes);
    expect(schemas.SkipReason.enum).toEqual(Object.keys(skipReasons));
    expect(schemas.FailureCode.enum).toEqual(Object.keys(failureCodes));
    expect(schemas.FileCode.enum).toEqual(fileCodes);
    expect(schemas.RowCode.enum).toEqual(rowCodes);
    for (const [, { enum: words }] of objectsIn(schemas)) {
      if (Array.isArray(words)) for (const word of words) expect(word).toMatch(/^[a-z0-9_]+(:[a-z]+)?$/i);
    }
  });

  test('refuses unknown fields in bodies, as the door does', async () => {
    const { paths } = await read();
    for (const { method, path, body } of routes) {
      if (!body) continue;
      const { schema } = paths[path][method.toLowerCase()].requestBody.content['application/json'];
      const closed = schema.additionalProperties === false || schema.anyOf || schema.oneOf || schema.$ref;
      expect(Boolean(closed), `${method} ${path}`).toBe(true);
    }
  });
});

describe('the check that every answer of these tests goes through', () => {
  const flaw = async (change: object) => {
    const check = openApiCheck((await read()) as OpenApiDocument);
    const json = { available: 1, held: 0, spent: 0, granted: 1, krwPerCredit: 10, prices: { sms: 1, lms: 3, mms: 8 } };
    return check({ method: 'GET', path: '/v1/credits', status: 200, contentType: 'application/json', json, ...change });
  };

  test('notices a wrong type, a missing field, a new field, status or content type', async () => {
    expect(await flaw({})).toBeNull();
    expect(await flaw({ json: {} })).toMatch(/required/);
    expect(await flaw({ json: { available: '1' } })).toMatch(/integer/);
    expect(await flaw({ status: 299 })).toMatch(/not documented/);
    expect(await flaw({ contentType: 'text/html' })).toMatch(/text\/html/);
    expect(await flaw({ status: 401, contentType: 'application/problem+json', json: { code: 'x' } })).toMatch(
      /required/,
    );
  });
});
