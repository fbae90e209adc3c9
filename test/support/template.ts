import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A template's value: plain JSON, with intrinsic functions as objects of one key. */
export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
export interface Resource {
  readonly Type: string;
  readonly Properties: { [name: string]: Value };
  readonly DependsOn?: Value;
  DeletionPolicy?: string;
}
export interface Template {
  readonly Resources: Record<string, Resource>;
  readonly [section: string]: unknown;
}

export const readTemplate = (assembly: string): Template =>
  JSON.parse(readFileSync(join(assembly, 'Bongsu.template.json'), 'utf8'));

/** Resources of a type, by logical id. */
export const ofType = (template: Template, type: string): [id: string, properties: Resource['Properties']][] =>
  Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, resource.Properties ?? {}]);

/** The logical id that a `Ref` or an `Fn::GetAtt` points to, wherever in the value it is; undefined if none. */
export function target(value: Value | undefined): string | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (Array.isArray(value)) return value.map(target).find((found) => found !== undefined);
  if (typeof value.Ref === 'string') return value.Ref.startsWith('AWS::') ? undefined : value.Ref;
  if (Array.isArray(value['Fn::GetAtt'])) return String(value['Fn::GetAtt'][0]);
  return target(Object.values(value));
}

/** A value as one string, references as `<id>`: what an ARN looks like before it is one. */
export function flat(value: Value | undefined): string {
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.map(flat).join('');
  const join = value['Fn::Join'];
  if (Array.isArray(join)) return (join[1] as Value[]).map(flat).join(String(join[0]));
  return `<${target(value) ?? flat(Object.values(value))}>`;
}

export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principal: Value | undefined;
  readonly condition: Value | undefined;
}

/** The statements of a policy document, lists always as lists. */
export function statementsOf(document: Value | undefined): Statement[] {
  const list = (value: Value | undefined): Value[] =>
    value === undefined ? [] : Array.isArray(value) ? value : [value];
  const { Statement: statements } = document as { Statement: { [name: string]: Value }[] };
  return statements.map((statement) => ({
    effect: String(statement.Effect),
    actions: list(statement.Action).map(String),
    resources: list(statement.Resource).map(flat),
    principal: statement.Principal,
    condition: statement.Condition,
  }));
}

/** What each role may do. */
export const grantsOf = (template: Template): [role: string, statements: Statement[]][] =>
  ofType(template, 'AWS::IAM::Role').map(([id, role]) => [
    id,
    ((role.Policies ?? []) as { PolicyDocument: Value }[]).flatMap((policy) => statementsOf(policy.PolicyDocument)),
  ]);
