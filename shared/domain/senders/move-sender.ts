import type { TenantId } from '../../contracts/ids.ts';
import type { AuditEntry } from '../audit/audit.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import { type Decision, newOutcome, type Outcomes } from '../outcomes/outcome.ts';
import type { SenderStore } from './ports.ts';
import { checklistOf, type SenderCheck } from './required-documents.ts';
import { isByAgreement, maySenderMove, type Sender } from './sender.ts';

export interface MoveSenderPorts {
  readonly senders: Pick<SenderStore, 'find' | 'write'>;
}
export interface DecideSenderPorts extends MoveSenderPorts {
  readonly outcomes: Outcomes;
  readonly ids: { ulid(): string };
}

export type MoveSenderOutcome =
  | { readonly kind: 'moved'; readonly sender: Sender }
  | { readonly kind: 'absent' }
  /** As it is instead: somebody else was faster, or it was never in a state for this. */
  | { readonly kind: 'wrong_state'; readonly sender: Sender }
  /** It was asked for again, as it is now, since whoever decides looked at it. */
  | { readonly kind: 'asked_again'; readonly sender: Sender }
  /** Another tenant has it approved, and nobody has agreed to share it. */
  | { readonly kind: 'taken' }
  /** What whoever approves has not confirmed, of what a person must look at. */
  | { readonly kind: 'unchecked'; readonly checks: readonly SenderCheck[] }
  | { readonly kind: 'busy' };

const triesMax = 20;

/** The tenant needs a number no longer, or never got it. Its next batch is not sent. */
export const withdrawSender = (ports: MoveSenderPorts, tenant: TenantId, number: string, nowMs: number) =>
  move(ports, tenant, number, (before) =>
    maySenderMove(before, 'withdraw')
      ? next(before, { state: 'withdrawn', reason: null }, nowMs)
      : { kind: 'wrong_state', sender: before },
  );

/** What is decided about is one request, the one that was looked at: by then there may be another, with other documents. */
export type SenderDecision =
  | { readonly move: 'approve'; readonly requestedAtMs: number; readonly checks: readonly SenderCheck[] }
  | { readonly move: 'reject'; readonly requestedAtMs: number; readonly reason: string }
  | { readonly move: 'block'; readonly reason: string };

/** The audit log's entry of a change of a number; null: it was not there. */
export type RecordChange = (before: Sender | null, after: Sender) => AuditEntry;

const decided = { approve: 'approved', reject: 'rejected', block: 'blocked' } as const;

/** The operator decides about a number, and the tenant is told. */
export async function decideSender(
  ports: DecideSenderPorts,
  tenant: TenantId,
  number: string,
  decision: SenderDecision,
  nowMs: number,
  record: RecordChange,
): Promise<MoveSenderOutcome> {
  const state = decided[decision.move];
  const reason = decision.move === 'approve' ? null : decision.reason;
  const outcome = newOutcome({
    id: `evt_${ports.ids.ulid()}`,
    type: `sender_number.${state}`,
    tenantId: tenant,
    atMs: nowMs,
    facts: { number, ...(reason === null ? {} : { reason }) },
  });
  const judge = (now: Sender): Sender | MoveSenderOutcome => {
    if (!maySenderMove(now, decision.move)) return { kind: 'wrong_state', sender: now };
    if (decision.move === 'block') return next(now, { state, reason }, nowMs);
    if (now.requestedAtMs !== decision.requestedAtMs) return { kind: 'asked_again', sender: now };
    const confirmed = decision.move === 'approve' ? decision.checks : null;
    const checks = confirmed === null ? [] : checklistOf(now.kind).filter((check) => !confirmed.includes(check));
    return checks.length > 0 ? { kind: 'unchecked', checks } : next(now, { state, reason }, nowMs);
  };
  const moved = await move(ports, tenant, number, judge, (now, after) => ({ audit: record(now, after), outcome }));
  if (moved.kind === 'moved') await ports.outcomes.tell(outcome.id);
  return moved;
}

/** As it is from now on. */
function next(before: Sender, changes: Pick<Sender, 'state' | 'reason'>, nowMs: number): Sender {
  const approvedAtMs = changes.state === 'approved' ? nowMs : null;
  return { ...before, ...changes, approvedAtMs, changedAtMs: nowMs, version: before.version + 1 };
}

async function move(
  { senders }: MoveSenderPorts,
  tenant: TenantId,
  number: string,
  judge: (before: Sender) => Sender | MoveSenderOutcome,
  decide: ((before: Sender, after: Sender) => Decision) | null = null,
): Promise<MoveSenderOutcome> {
  let before = await senders.find(tenant, number);
  for (let tries = 0; tries < triesMax; tries++) {
    if (before === null) return { kind: 'absent' };
    const after = judge(before);
    if (!('state' in after)) return after;
    const decision = decide === null ? null : decide(before, after);
    const along = { alone: !isByAgreement(before.kind), decision, record: null };
    const written = await senders.write(before, after, along);
    switch (written.kind) {
      case 'written':
        return { kind: 'moved', sender: written.sender };
      case 'taken':
        return written;
      case 'no_tenant':
        return { kind: 'absent' };
      case 'replayed':
        throw new Error('Nothing was to be remembered');
      case 'moved':
        before = written.sender;
    }
  }
  return { kind: 'busy' };
}

export type AllowSenderOutcome =
  /** `changed` is false if it was approved already. */
  | { readonly kind: 'approved'; readonly sender: Sender; readonly changed: boolean }
  | { readonly kind: 'no_tenant' }
  | { readonly kind: 'busy' }
  | Replayed;

/**
 * The operator approves a number without documents, whoever else has it: what stands in a contract need not be proven.
 * One that is approved stays as it is.
 */
export async function allowSender(
  { senders, outcomes, ids }: DecideSenderPorts,
  tenant: TenantId,
  number: string,
  nowMs: number,
  remember: Remember<Sender>,
  record: RecordChange,
): Promise<AllowSenderOutcome> {
  const outcome = newOutcome({
    id: `evt_${ids.ulid()}`,
    ...{ type: 'sender_number.approved', tenantId: tenant, atMs: nowMs, facts: { number } },
  });
  let before = await senders.find(tenant, number);
  for (let tries = 0; tries < triesMax; tries++) {
    if (before !== null && !maySenderMove(before, 'allow')) return { kind: 'approved', sender: before, changed: false };
    const after: Sender = {
      tenant,
      number,
      kind: null,
      documents: [],
      requestedAtMs: nowMs,
      ...before,
      state: 'approved',
      method: before?.method ?? 'operator',
      reason: null,
      approvedAtMs: nowMs,
      changedAtMs: nowMs,
      version: (before?.version ?? 0) + 1,
    };
    const along = { alone: false, decision: { audit: record(before, after), outcome }, record: remember(after) };
    const written = await senders.write(before, after, along);
    if (written.kind === 'written') {
      await outcomes.tell(outcome.id);
      return { kind: 'approved', sender: written.sender, changed: true };
    }
    if (written.kind === 'no_tenant' || written.kind === 'replayed') return written;
    if (written.kind === 'taken') throw new Error('An approval by the operator is alone with nobody');
    before = written.sender;
  }
  return { kind: 'busy' };
}
