import { tenantIdShape } from '../../shared/contracts/ids.ts';
import {
  type Audit,
  type AuditChange,
  type AuditEntry,
  type AuditedAction,
  type AuditLog,
  auditFacts,
} from '../../shared/domain/audit/audit.ts';
import type { Ids } from '../../shared/domain/dispatches/ports.ts';
import { maskNumbers } from '../../shared/domain/numbers/mask-numbers.ts';
import { readSenderNumber } from '../../shared/domain/numbers/sender-number.ts';
import type { Operator } from '../../shared/domain/operators/scopes.ts';
import { type Problem, problems } from './problems.ts';
import type { Route } from './route.ts';

export interface TrailDeps {
  readonly log: Pick<AuditLog, 'begin' | 'end'>;
  readonly ids: Ids;
}

/** What one call of an operator leaves in the audit log. */
export interface Trail {
  readonly audit: Audit;
  /**
   * Writes that the work begins before it does, and what came of it afterwards: a crash between the two shows. Of what only
   * looks, one entry is written before the answer goes.
   */
  around<T extends object>(work: () => Promise<T>): Promise<T>;
  /** A refusal of the door, or the work's own, which has been written then. */
  refused(refusal: Problem): Promise<void>;
  replayed(status: number): Promise<void>;
}

/** A call of an operator, before anybody has parsed it. */
export interface AuditedCall {
  readonly operator: Operator;
  readonly route: Pick<Route<never>, 'method' | 'path' | 'responses'>;
  readonly params: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly nowMs: number;
}

/** A sender number is named in full, as in what was changed of it; whatever else somebody put into an address is not trusted. */
function targetOf(name: string, value: string): string {
  const number = name === 'number' ? readSenderNumber(value) : null;
  return number?.ok ? number.number : maskNumbers(value.slice(0, 100));
}

type Ending = Pick<AuditEntry, 'outcome' | 'status' | 'code' | 'before' | 'after'>;
const nothing = { code: null, before: null, after: null };

export function openTrail({ log, ids }: TrailDeps, { operator, route, params, requestId, nowMs }: AuditedCall): Trail {
  const targets = Object.entries(params).map(([name, value]) => [name, targetOf(name, value)]);
  const tenant = tenantIdShape.safeParse(params.id);
  const action: AuditedAction = {
    id: `aud_${ids.ulid()}`,
    atMs: nowMs,
    keyId: operator.keyId,
    keyName: operator.name,
    action: `${route.method} ${route.path}`,
    targets: Object.fromEntries(targets),
    tenantId: tenant.success ? tenant.data : null,
    requestId,
  };
  let noted: AuditChange | null = null;
  let isEnded = false;

  const entryOf = (ending: Ending): AuditEntry => ({
    ...action,
    tenantId: noted?.tenantId ?? action.tenantId,
    ...ending,
  });
  const changed = () => ({ before: auditFacts(noted?.before ?? null), after: auditFacts(noted?.after ?? null) });
  const end = async (ending: Ending) => {
    if (isEnded) return;
    isEnded = true;
    await log.end(entryOf(ending));
  };
  const refused = ({ problem }: Problem) =>
    end({ ...nothing, outcome: 'refused', status: problems[problem][0], code: problem });
  const replayed = (status: number) => end({ ...nothing, outcome: 'replayed', status });

  return {
    refused,
    replayed,
    audit(change) {
      noted = change;
      const status = Number(Object.keys(route.responses).sort()[0]);
      return entryOf({ outcome: 'done', status, code: null, ...changed() });
    },
    async around(work) {
      // Looking changes nothing: it is enough that it is on record before anybody is shown anything
      if (route.method !== 'GET') await log.begin(action);
      let outcome: Awaited<ReturnType<typeof work>>;
      try {
        outcome = await work();
      } catch (error) {
        await end({ ...nothing, outcome: 'failed', status: 500 });
        throw error;
      }
      if ('problem' in outcome) await refused(outcome as unknown as Problem);
      else if ('status' in outcome)
        await end({ outcome: 'done', status: Number(outcome.status), code: null, ...changed() });
      // What is left is `replayed`: the door finds out what was answered, and says so
      return outcome;
    },
  };
}
