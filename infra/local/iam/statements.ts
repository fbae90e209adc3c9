import * as z from 'zod';

const oneOrMany = z.union([z.string(), z.array(z.string())]).transform((given) => [given].flat());

const statementShape = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: z.union([z.literal('*'), z.record(z.string(), oneOrMany)]).optional(),
    Action: oneOrMany,
    Resource: oneOrMany.default(['*']),
    Condition: z.record(z.string(), z.record(z.string(), oneOrMany)).default({}),
  })
  .transform(({ Sid, Effect, Principal, Action, Resource, Condition }) => ({
    sid: Sid,
    effect: Effect,
    principals: Principal === '*' ? { '*': ['*'] } : (Principal ?? {}),
    actions: Action,
    resources: Resource,
    conditions: Condition,
  }));

/** One statement of a policy document. */
export type Statement = z.infer<typeof statementShape>;

const documentShape = z.strictObject({
  Version: z.string().optional(),
  Id: z.string().optional(),
  Statement: z.union([statementShape, z.array(statementShape)]),
});

/** @throws ZodError for an element the local cloud does not evaluate, such as NotAction */
export function statementsOf(policyDocument: unknown): Statement[] {
  const statements = [documentShape.parse(policyDocument).Statement].flat();
  for (const { conditions } of statements) refuseUnknownConditions(conditions);
  return statements;
}

/** What is known about a request: values by condition key. */
export type RequestContext = Record<string, string[]>;

type Operator = (actual: string[], expected: string[]) => boolean;

const anyEqual: Operator = (actual, expected) => actual.some((value) => expected.includes(value));
const anyLike: Operator = (actual, expected) =>
  actual.some((value) => expected.some((pattern) => matches(pattern, value)));

const operators: Record<string, Operator> = {
  StringEquals: anyEqual,
  StringLike: anyLike,
  ArnEquals: anyLike,
  ArnLike: anyLike,
  Bool: anyEqual,
  NumericLessThan: (actual, expected) => actual.some((value) => Number(value) < Number(expected[0])),
  StringNotEquals: (actual, expected) => !anyEqual(actual, expected),
  'ForAllValues:StringEquals': (actual, expected) => actual.every((value) => expected.includes(value)),
  'ForAnyValue:StringLike': anyLike,
  'ForAllValues:StringLike': (actual, expected) => actual.every((value) => anyLike([value], expected)),
};

const knownKeys = [
  'aws:SecureTransport',
  'aws:SourceArn',
  'aws:SourceAccount',
  's3:prefix',
  's3:TlsVersion',
  'iam:PassedToService',
  'ses:FromAddress',
  // Nobody here says which keys a request names: the statement is evaluated by the tests of the stack, and on AWS
  'dynamodb:LeadingKeys',
];

function refuseUnknownConditions(conditions: Statement['conditions']): void {
  for (const [operator, keys] of Object.entries(conditions)) {
    const unknownKey = Object.keys(keys).find((key) => !knownKeys.includes(key));
    if (!operators[operator] || unknownKey) {
      throw new Error(
        `the policy condition ${operator} on ${unknownKey ?? 'any key'} is not evaluated by the local cloud`,
      );
    }
  }
}

/** Whether a statement speaks about this action on this resource in this context. */
export function applies(statement: Statement, action: string, resource: string, context: RequestContext): boolean {
  return (
    statement.actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
    statement.resources.some((pattern) => matches(pattern, resource)) &&
    Object.entries(statement.conditions).every(([operator, keys]) =>
      Object.entries(keys).every(([key, expected]) => operators[operator]!(context[key] ?? [], expected)),
    )
  );
}

const expressions = new Map<string, RegExp>();

/** IAM's `*` and `?` patterns. */
export function matches(pattern: string, value: string): boolean {
  if (pattern === '*' || pattern === value) return true;
  let expression = expressions.get(pattern);
  if (!expression) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    expression = new RegExp(`^${source}$`, 's');
    expressions.set(pattern, expression);
  }
  return expression.test(value);
}
