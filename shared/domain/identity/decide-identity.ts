import type { TenantId } from '../../contracts/ids.ts';
import type { Audit } from '../audit/audit.ts';
import type { Ids } from '../dispatches/ports.ts';
import { newOutcome, type Outcomes } from '../outcomes/outcome.ts';
import { type Identity, type IdentityMove, mayMove } from './identity.ts';
import type { Identified, IdentityStore } from './ports.ts';

export interface DecidePorts {
  readonly identities: Pick<IdentityStore, 'read' | 'change'>;
  readonly outcomes: Outcomes;
  readonly ids: Ids;
}

export type Verdict = Exclude<IdentityMove, 'submit'>;

export type DecideOutcome =
  | { readonly kind: 'decided'; readonly now: Identified }
  | { readonly kind: 'absent' }
  | { readonly kind: 'closed' }
  /** As it stands instead: nothing was handed in, or another operator was first. */
  | { readonly kind: 'wrong_state'; readonly identity: Identity }
  | { readonly kind: 'busy' };

const roundsMax = 20;

/**
 * The operator decides. Of two who decide at once one wins, and the other is told how it stands: what it decided about is
 * no more. The outcome is written with the decision, so that it is told whatever becomes of this call.
 * @param reason to the tenant; only an approval has none
 */
export async function decideIdentity(
  ports: DecidePorts,
  tenantId: TenantId,
  verdict: Verdict,
  reason: string | null,
  nowMs: number,
  audit: Audit,
): Promise<DecideOutcome> {
  const outcome = newOutcome({
    id: `evt_${ports.ids.ulid()}`,
    type: verdict === 'approve' ? 'identity.approved' : 'identity.rejected',
    tenantId,
    atMs: nowMs,
    facts: reason === null ? {} : { reason },
  });
  for (let rounds = 0; rounds < roundsMax; rounds++) {
    const before = await ports.identities.read(tenantId);
    if (before === null) return { kind: 'absent' };
    const { tenant, identity } = before;
    if (tenant.state === 'closed') return { kind: 'closed' };
    if (!mayMove(identity, verdict)) return { kind: 'wrong_state', identity };
    const status = verdict === 'approve' ? 'approved' : 'rejected';
    const after: Identity = { ...identity, status, reason, decidedAtMs: nowMs };
    const change = { before: { identityStatus: identity.status }, after: { identityStatus: status, reason } };
    const written = await ports.identities.change(before, after, { decision: { audit: audit(change), outcome } });
    if (written.kind !== 'written') continue;
    await ports.outcomes.tell(outcome.id);
    return { kind: 'decided', now: { tenant: { ...tenant, identityStatus: status }, identity: written.identity } };
  }
  return { kind: 'busy' };
}
