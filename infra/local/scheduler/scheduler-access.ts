import * as z from 'zod';
import type { Access } from '../iam/iam.ts';
import { arn } from '../template/names.ts';

const operations: Record<string, string> = {
  POST: 'CreateSchedule',
  PUT: 'UpdateSchedule',
  GET: 'GetSchedule',
  DELETE: 'DeleteSchedule',
};
const bodyShape = z.looseObject({
  GroupName: z.string().default('default'),
  Target: z.looseObject({ RoleArn: z.string() }),
});

/** The operation a Scheduler request is, and what it asks of IAM: who makes a schedule also passes it a role. */
export function schedulerAccesses(method: string, url: URL, body: unknown): { operation: string; accesses: Access[] } {
  const [, , encodedName] = url.pathname.split('/');
  if (encodedName === undefined) {
    return {
      operation: 'ListSchedules',
      accesses: [{ action: 'scheduler:ListSchedules', resource: arn('scheduler', 'schedule/*/*') }],
    };
  }
  const operation = operations[method] ?? method;
  const writes = method === 'POST' || method === 'PUT';
  const made = writes ? bodyShape.parse(body) : undefined;
  const group = made?.GroupName ?? url.searchParams.get('groupName') ?? 'default';
  const own = {
    action: `scheduler:${operation}`,
    resource: arn('scheduler', `schedule/${group}/${decodeURIComponent(encodedName)}`),
  };
  if (!made) return { operation, accesses: [own] };
  const passing = {
    action: 'iam:PassRole',
    resource: made.Target.RoleArn,
    context: { 'iam:PassedToService': ['scheduler.amazonaws.com'] },
  };
  return { operation, accesses: [own, passing] };
}
