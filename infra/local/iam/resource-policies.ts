import * as z from 'zod';
import { account, nameOfArn } from '../template/names.ts';
import type { Resource } from '../template/template.ts';
import { applies, type Statement, statementsOf } from './statements.ts';

const queuePolicyShape = z.looseObject({ Queues: z.array(z.string()), PolicyDocument: z.unknown() });
const permissionShape = z.looseObject({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
});

/** What AWS services may do to queues and functions: queue policies and Lambda permissions. */
export class ResourcePolicies {
  readonly #statements: Statement[];

  constructor(resources: Resource[]) {
    this.#statements = resources.flatMap(({ type, properties }) => {
      if (type === 'AWS::SQS::QueuePolicy') return statementsOf(queuePolicyShape.parse(properties).PolicyDocument);
      if (type === 'AWS::Lambda::Permission') return [permission(properties, resources)];
      return [];
    });
  }

  /**
   * @throws if a service may not do something. It is a mistake of the template, found at start rather than at the
   * first event, which AWS would drop without a word.
   */
  requireAllowed(service: string, action: string, resource: string, sourceArn: string): void {
    const context = {
      'aws:SourceArn': [sourceArn],
      'aws:SourceAccount': [account],
      'aws:SecureTransport': ['true'],
    };
    const speaking = this.#statements.filter(
      (statement) =>
        applies(statement, action, resource, context) &&
        (statement.principals['*'] ||
          statement.principals.AWS?.includes('*') ||
          statement.principals.Service?.includes(service)),
    );
    const denied = speaking.some(({ effect }) => effect === 'Deny');
    if (denied || speaking.length === 0) {
      throw new Error(
        `${service} may not ${action} on ${nameOfArn(resource)} for ${sourceArn}: no policy of the template allows it`,
      );
    }
  }
}

function permission(properties: Record<string, unknown>, resources: Resource[]): Statement {
  const { Action, FunctionName, Principal, SourceArn } = permissionShape.parse(properties);
  const target = resources.find(({ references }) => references.Arn === FunctionName || references.Ref === FunctionName);
  return {
    sid: undefined,
    effect: 'Allow',
    principals: { Service: [Principal] },
    actions: [Action],
    resources: [target?.references.Arn ?? FunctionName],
    conditions: SourceArn ? { ArnLike: { 'aws:SourceArn': [SourceArn] } } : {},
  };
}
