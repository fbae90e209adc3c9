/**
 * Stands in for zod's way to JSON schema in every bundle. The OpenAPI document is made from the shapes when the
 * functions are bundled; running, they only check.
 */
export const createToJSONSchemaMethod = (_shape: unknown) => leftOut;

export const createStandardJSONSchemaMethod = (_shape: unknown, _direction: 'input' | 'output') => leftOut;

function leftOut(): never {
  throw new Error('JSON schema is left out of the bundles: see infra/slim.ts');
}
