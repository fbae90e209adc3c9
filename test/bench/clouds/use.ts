import type { UsageReport } from '../../../infra/local/control/usage.ts';

/** What a piece of work asked of AWS. */
export interface Use {
  /** Requests by service, as `SQS`. */
  readonly requests: Readonly<Record<string, number>>;
  readonly requestsByAction: Readonly<Record<string, number>>;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Runs and their durations in ms, by function. */
  readonly functions: Readonly<Record<string, { readonly invocations: number; readonly durationMs: number }>>;
  /** Runs of the sweeper, which come every minute whatever is sent. */
  readonly sweeps: number;
}

/** The difference of two reports. */
export function useBetween(before: UsageReport, after: UsageReport): Use {
  const requestsByAction = differences(before.requests, after.requests);
  const requests: Record<string, number> = {};
  for (const [action, count] of Object.entries(requestsByAction)) {
    const service = action.split(':')[0] ?? action;
    requests[service] = (requests[service] ?? 0) + count;
  }
  const functions = Object.fromEntries(
    Object.entries(after.functions).flatMap(([name, { invocations, durationMs }]) => {
      const earlier = before.functions[name] ?? { invocations: 0, durationMs: 0 };
      const runs = { invocations: invocations - earlier.invocations, durationMs: durationMs - earlier.durationMs };
      return runs.invocations === 0 ? [] : [[name, runs] as const];
    }),
  );
  const sweeper = Object.entries(functions).find(([name]) => /sweep/i.test(name));
  return {
    requests,
    requestsByAction,
    readUnits: after.dynamodb.readUnits - before.dynamodb.readUnits,
    writeUnits: after.dynamodb.writeUnits - before.dynamodb.writeUnits,
    functions,
    sweeps: sweeper?.[1].invocations ?? 0,
  };
}

function differences(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  const entries = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const);
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}
