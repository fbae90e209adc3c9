import type { ErrorObject } from 'ajv';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}
export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, unknown>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

export interface SeenAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Without parameters such as charset; undefined when there is no body. */
  readonly contentType: string | undefined;
  readonly json: unknown;
}

/**
 * Checks real answers against an OpenAPI document. Returns a function that tells what is wrong with an answer, or null;
 * an answer to a path that the document does not have is nothing to it.
 */
export function openApiCheck(document: OpenApiDocument): (answer: SeenAnswer) => string | null {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, 'document');
  const validators = new Map<string, ValidateFunction>();

  return ({ method, path, status, contentType, json }) => {
    const template = templateOf(document, path);
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    const operations = template === null ? {} : document.paths[template]!;
    if (template === null || !Object.hasOwn(operations, verb)) return null;
    const where = `${method} ${template} → ${status}`;
    const response = operations[verb]!.responses[status];
    if (!response) return `${where} is not documented`;
    const types = Object.keys(response.content ?? {});
    if (contentType === undefined) return types.length === 0 || method === 'HEAD' ? null : `${where} lacks its body`;
    if (!types.includes(contentType)) return `${where} has ${contentType}, documented are: ${types.join(', ')}`;
    if (!/[/+]json\b/.test(contentType) || method === 'HEAD') return null;
    const pointer = ['paths', template, verb, 'responses', String(status), 'content', contentType, 'schema'];
    const ref = `document#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
    const validate = validators.get(ref) ?? ajv.compile({ $ref: ref });
    validators.set(ref, validate);
    return validate(json) ? null : `${where}: ${(validate.errors ?? []).map(told).join('; ')}`;
  };
}

const told = ({ instancePath, message }: ErrorObject) => `${instancePath || '/'} ${message}`;

/** The path's template in the document; a literal segment wins. */
function templateOf(document: OpenApiDocument, path: string): string | null {
  const given = path.split('/');
  const fits = Object.keys(document.paths).filter((template) => {
    const segments = template.split('/');
    return segments.length === given.length && segments.every((s, i) => s.startsWith('{') || s === given[i]);
  });
  fits.sort((a, b) => a.split('{').length - b.split('{').length);
  return fits[0] ?? null;
}
