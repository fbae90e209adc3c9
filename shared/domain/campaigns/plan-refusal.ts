import { type OwnerId, tenantOf, type UploadId } from '../../contracts/ids.ts';
import type { ContentProblem } from '../content/content.ts';
import type { JudgedMessage } from '../dispatches/dispatch.ts';
import { judgedMessage, type MessageTenants, type OptOutNumberRefusal } from '../dispatches/judged-message.ts';
import { type AtNight, nightPlanRefusal } from '../dispatches/night-plan.ts';
import type { Tenants, Time } from '../dispatches/ports.ts';
import { contentProblemsOf } from '../dispatches/renderer.ts';
import type { ImageRefusal } from '../images/attached-images.ts';
import type { PermissionStore } from '../permissions/ports.ts';
import type { RecipientList } from '../recipients/recipient-list.ts';
import type { UploadStatus } from '../uploads/upload.ts';
import type { Plan } from './campaign.ts';
import { type EventVariable, eventVariablesOf } from './event-variables.ts';
import type { CampaignUploads } from './ports.ts';
import { firstWaveMs, keptUntilMs, type TimeProblem, timeProblem } from './timetable.ts';

/** Why a campaign cannot be as it is asked for. */
export type PlanRefusal =
  | { readonly kind: 'content'; readonly problems: readonly ContentProblem[] }
  | { readonly kind: 'event_variables'; readonly variables: readonly EventVariable[] }
  | { readonly kind: 'time'; readonly problem: TimeProblem }
  /** The split has more waves than there are recipients. */
  | { readonly kind: 'too_many_waves'; readonly recipients: number }
  | { readonly kind: 'sender_not_approved' }
  | OptOutNumberRefusal
  | AtNight
  | { readonly kind: 'upload_not_found' }
  | { readonly kind: 'upload_unusable'; readonly status: UploadStatus }
  /** The list was given so long ago that it is no longer there when the campaign sends. */
  | { readonly kind: 'recipients_expired' }
  /** The same of the images. */
  | { readonly kind: 'images_expired' }
  | ImageRefusal;

export interface PlanPorts {
  readonly uploads: CampaignUploads;
  readonly tenants: MessageTenants & Pick<Tenants, 'isApprovedSender' | 'sendingRulesOf'>;
  readonly permissions: Pick<PermissionStore, 'nightConsented'>;
  readonly time: Time;
}

/** A plan whose recipients may not have been stored yet. */
export type AskedPlan = Omit<Plan, 'recipients'> & {
  readonly recipients: { readonly uploadId: UploadId } | { readonly rows: number; readonly writtenAtMs: number };
};

export const rowsOf = ({ rows, rejected }: RecipientList): number => rows + rejected;

/** A stored plan, to be judged once more. */
export function askedAgain(plan: Plan): AskedPlan {
  const { recipients } = plan;
  if ('uploadId' in recipients) return { ...plan, recipients };
  return { ...plan, recipients: { rows: rowsOf(recipients.list), writtenAtMs: recipients.writtenAtMs } };
}

/** Which parts of a plan are judged: an edit is not refused for what it leaves alone. */
export interface Judged {
  readonly message: boolean;
  readonly recipients: boolean;
  /** The start of a period that was given in time may have passed since: the campaign then starts at once. */
  readonly times: 'new' | 'given_before' | null;
}

/** Everything that can be refused before a campaign runs, judged by now. */
export async function planRefusal(
  ports: PlanPorts,
  owner: OwnerId,
  plan: AskedPlan,
  judged: Judged,
): Promise<PlanRefusal | null> {
  const { message } = plan;
  const nowMs = ports.time.now();
  if (judged.message) {
    const snapshot = await judgedMessage(ports, owner, message);
    if ('kind' in snapshot) return snapshot;
    const refusal = messageRefusal(snapshot, firstWaveMs(plan, nowMs));
    if (refusal) return refusal;
  }
  const problem = judged.times && timeProblem(plan, nowMs, judged.times === 'given_before');
  if (problem) return { kind: 'time', problem };
  if (judged.times && message.advertisement) {
    const { night } = await ports.tenants.sendingRulesOf(owner);
    const refusal = await nightPlanRefusal(ports, owner, night, firstWaveMs(plan, nowMs), plan.split);
    if (refusal) return refusal;
  }
  const recipients = judged.recipients ? await recipientsRefusal(ports, owner, plan, firstWaveMs(plan, nowMs)) : null;
  if (recipients || !judged.message) return recipients;
  const approved = await ports.tenants.isApprovedSender(tenantOf(owner), message.from);
  return approved ? null : { kind: 'sender_not_approved' };
}

function messageRefusal(message: JudgedMessage, sendsAtMs: number): PlanRefusal | null {
  const problems = contentProblemsOf(message);
  if (problems.length > 0) return { kind: 'content', problems };
  const variables = eventVariablesOf(message);
  if (variables.length > 0) return { kind: 'event_variables', variables };
  const expired = message.images.some(({ writtenAtMs }) => keptUntilMs(writtenAtMs) <= sendsAtMs);
  return expired ? { kind: 'images_expired' } : null;
}

async function recipientsRefusal(
  { uploads }: PlanPorts,
  owner: OwnerId,
  { recipients, split }: AskedPlan,
  sendsAtMs: number,
): Promise<PlanRefusal | null> {
  const waves = (rows: number): PlanRefusal | null =>
    split && split.count > rows ? { kind: 'too_many_waves', recipients: rows } : null;
  if ('rows' in recipients) {
    return keptUntilMs(recipients.writtenAtMs) <= sendsAtMs ? { kind: 'recipients_expired' } : waves(recipients.rows);
  }
  const upload = await uploads.find(owner, recipients.uploadId);
  if (!upload) return { kind: 'upload_not_found' };
  const { status, expiresAtMs, list } = upload;
  if (status === 'rejected' || status === 'expired') return { kind: 'upload_unusable', status };
  // Before it is ready its expiry is that of the link to put the file, which says nothing yet
  if (status === 'ready' && expiresAtMs <= sendsAtMs) return { kind: 'recipients_expired' };
  return list ? waves(rowsOf(list)) : null;
}
