import { AwsError } from '../edge/aws-error.ts';
import type { Role } from './roles.ts';
import { applies, matches, type RequestContext, type Statement } from './statements.ts';

/** One thing somebody wants to do. */
export type Access = { action: string; resource: string; context?: RequestContext };

/** Who may call: a role of the template, or a local identity with statements of its own. */
export type Principal = { name: string; statements: Statement[] };

/** Calls that were refused, and permissions that nothing has used since the start. */
export type IamReport = {
  denied: { principal: string; action: string; resource: string; count: number }[];
  unused: { principal: string; action: string; resources: string[] }[];
};

// Written by the local cloud on the functions' behalf, or not made at all on one machine.
const actionsWithoutLocalCall = /^(logs|xray|cloudwatch):/;

/** Evaluates the template's own policies, and remembers what was denied and what was used. */
export class Iam {
  readonly #roles: Map<string, Role>;
  readonly #denied = new Map<string, IamReport['denied'][number]>();
  /** Per statement the patterns of its actions that allowed something. */
  readonly #used = new Map<Statement, Set<string>>();
  readonly #allowedBefore = new Map<string, Statement>();

  constructor(roles: Role[]) {
    this.#roles = new Map(roles.map((role) => [role.arn, role]));
  }

  find(roleArn: string): Role | undefined {
    return this.#roles.get(roleArn);
  }

  /** @throws if the template declares no such role */
  role(roleArn: string): Role {
    const role = this.find(roleArn);
    if (!role) throw new Error(`no role ${roleArn} in the template`);
    return role;
  }

  /** Whether a principal may do something, without counting it. */
  allows(principal: Principal, { action, resource, context = {} }: Access): boolean {
    return this.#decide(principal.statements, action, resource, context) !== undefined;
  }

  /** @throws AwsError `AccessDeniedException` (status 400, as the JSON services answer) and counts it */
  authorize(principal: Principal, access: Access): void {
    const { action, resource, context } = access;
    const cacheKey = context ? undefined : `${principal.name} ${action} ${resource}`;
    if (cacheKey && this.#allowedBefore.has(cacheKey)) return;
    const allowing = this.#decide(principal.statements, action, resource, context ?? {});
    if (allowing) {
      this.#countUse(allowing, action);
      if (cacheKey && this.#allowedBefore.size < 10_000) this.#allowedBefore.set(cacheKey, allowing);
      return;
    }
    const key = `${principal.name} ${action} ${resource}`;
    const denied = this.#denied.get(key) ?? { principal: principal.name, action, resource, count: 0 };
    this.#denied.set(key, { ...denied, count: denied.count + 1 });
    throw new AwsError(
      'AccessDeniedException',
      `${principal.name} is not authorized to perform: ${action} on resource: ${resource}`,
    );
  }

  report(): IamReport {
    const unused = [...this.#roles.values()].flatMap(({ name, statements }) =>
      statements
        .filter(({ effect }) => effect === 'Allow')
        .flatMap((statement) =>
          statement.actions
            .filter((action) => !actionsWithoutLocalCall.test(action) && !this.#used.get(statement)?.has(action))
            .map((action) => ({ principal: name, action, resources: statement.resources })),
        ),
    );
    return { denied: [...this.#denied.values()], unused };
  }

  #decide(statements: Statement[], action: string, resource: string, context: RequestContext): Statement | undefined {
    const applying = statements.filter((statement) => applies(statement, action, resource, context));
    if (applying.some(({ effect }) => effect === 'Deny')) return undefined;
    return applying[0];
  }

  #countUse(statement: Statement, action: string): void {
    const used = this.#used.get(statement) ?? new Set();
    for (const pattern of statement.actions)
      if (matches(pattern.toLowerCase(), action.toLowerCase())) used.add(pattern);
    this.#used.set(statement, used);
  }
}
