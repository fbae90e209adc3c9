import type { TenantId } from '../../contracts/ids.ts';
import type { Audit } from '../audit/audit.ts';
import type { Ids } from '../dispatches/ports.ts';
import { newOutcome, type Outcomes } from '../outcomes/outcome.ts';
import { type Identity, mayMove, type Submission } from './identity.ts';
import { checklistOfRole, type IdentityCheck } from './identity-checks.ts';
import type { Identified, IdentityStore } from './ports.ts';

export interface DecidePorts {
  readonly identities: Pick<IdentityStore, 'read' | 'change'>;
  readonly outcomes: Outcomes;
  readonly ids: Ids;
}

/**
 * What is decided, and about which submission: the one that was looked at. By then there may be another, with other
 * documents. What is taken back is an approval, however it came about.
 */
export type Verdict =
  | { readonly move: 'approve'; readonly submittedAtMs: number; readonly checks: readonly IdentityCheck[] }
  | { readonly move: 'reject'; readonly submittedAtMs: number; readonly reason: string }
  | { readonly move: 'revoke'; readonly reason: string };

export type DecideOutcome =
  | { readonly kind: 'decided'; readonly now: Identified }
  | { readonly kind: 'absent' }
  | { readonly kind: 'closed' }
  /** As it stands instead: nothing was handed in, or another operator was first. */
  | { readonly kind: 'wrong_state'; readonly identity: Identity }
  /** Something else was handed in since, at that time. */
  | { readonly kind: 'handed_in_again'; readonly submittedAtMs: number }
  /** What whoever approves has not confirmed, of what a person must look at. */
  | { readonly kind: 'unchecked'; readonly checks: readonly IdentityCheck[] }
  | { readonly kind: 'busy' };

const roundsMax = 20;

/**
 * The operator decides. Of two who decide at once one wins, and the other is told how it stands: what it decided about is
 * no more. The outcome is written with the decision, so that it is told whatever becomes of this call.
 */
export async function decideIdentity(
  ports: DecidePorts,
  tenantId: TenantId,
  verdict: Verdict,
  nowMs: number,
  audit: Audit,
): Promise<DecideOutcome> {
  const { move } = verdict;
  const reason = move === 'approve' ? null : verdict.reason;
  const outcome = newOutcome({
    id: `evt_${ports.ids.ulid()}`,
    type: move === 'approve' ? 'identity.approved' : 'identity.rejected',
    tenantId,
    atMs: nowMs,
    facts: reason === null ? {} : { reason },
  });
  for (let rounds = 0; rounds < roundsMax; rounds++) {
    const before = await ports.identities.read(tenantId);
    if (before === null) return { kind: 'absent' };
    const { tenant, identity } = before;
    if (tenant.state === 'closed') return { kind: 'closed' };
    if (!mayMove(identity, move)) return { kind: 'wrong_state', identity };
    const objection = objectionTo(verdict, identity);
    if (objection !== null) return objection;
    const status = move === 'approve' ? 'approved' : 'rejected';
    const after: Identity = { ...identity, status, reason, decidedAtMs: nowMs };
    const about = identity.submission && { submission: recorded(identity.submission) };
    const change = {
      before: { identityStatus: identity.status, ...about },
      after: { identityStatus: status, reason, ...(move === 'approve' ? { confirmed: verdict.checks } : {}) },
    };
    const written = await ports.identities.change(before, after, { decision: { audit: audit(change), outcome } });
    if (written.kind !== 'written') continue;
    await ports.outcomes.tell(outcome.id);
    return { kind: 'decided', now: { tenant: { ...tenant, identityStatus: status }, identity: written.identity } };
  }
  return { kind: 'busy' };
}

/** Why a verdict is not about what waits; null: it is. */
function objectionTo(verdict: Verdict, { submission }: Identity): DecideOutcome | null {
  if (verdict.move === 'revoke') return null;
  if (submission === null) throw new Error('Only what was handed in waits for a decision');
  const { submittedAtMs, role } = submission;
  if (submittedAtMs !== verdict.submittedAtMs) return { kind: 'handed_in_again', submittedAtMs };
  if (verdict.move === 'reject') return null;
  const checks = checklistOfRole(role).filter((check) => !verdict.checks.includes(check));
  return checks.length > 0 ? { kind: 'unchecked', checks } : null;
}

/** What a decision was about, for the record: its documents by the ids of their uploads. */
const recorded = ({ role, submittedAtMs, documents }: Submission) => ({
  role,
  submittedAt: new Date(submittedAtMs).toISOString(),
  documents: documents.map(({ kind, uploadId }) => ({ kind, uploadId })),
});
