import * as z from 'zod';
import type { Resource } from '../template/template.ts';
import { type Statement, statementsOf } from './statements.ts';

/** A role with everything it is allowed or denied. */
export type Role = { name: string; arn: string; trustedServices: string[]; statements: Statement[] };

const roleShape = z.looseObject({
  AssumeRolePolicyDocument: z.unknown(),
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: z.unknown() })).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
});
const policyShape = z.looseObject({ PolicyDocument: z.unknown(), Roles: z.array(z.string()) });

// The local cloud writes the logs itself, so this policy is neither needed nor reported.
const managedPolicies = ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'];

/** The template's roles, inline and attached policies joined. @throws for a managed policy whose content is not known here */
export function declaredRoles(resources: Resource[]): Role[] {
  const policies = resources
    .filter(({ type }) => type === 'AWS::IAM::Policy')
    .map(({ properties }) => policyShape.parse(properties));
  return resources
    .filter(({ type }) => type === 'AWS::IAM::Role')
    .map(({ name, references, properties }) => {
      const role = roleShape.parse(properties);
      const unknown = role.ManagedPolicyArns.find((managed) => !managedPolicies.includes(managed));
      if (unknown) throw new Error(`role ${name}: the managed policy ${unknown} is not known to the local cloud`);
      const attached = policies.filter(({ Roles }) => Roles.includes(name)).map(({ PolicyDocument }) => PolicyDocument);
      const documents = [...role.Policies.map(({ PolicyDocument }) => PolicyDocument), ...attached];
      return {
        name,
        arn: references.Arn!,
        trustedServices: statementsOf(role.AssumeRolePolicyDocument).flatMap(
          ({ principals }) => principals.Service ?? [],
        ),
        statements: documents.flatMap(statementsOf),
      };
    });
}
