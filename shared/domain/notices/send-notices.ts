import type { DispatchId, OwnerId } from '../../contracts/ids.ts';
import type { DispatchRequest } from '../dispatches/create-dispatch.ts';
import type { Schedule } from '../dispatches/schedule.ts';
import {
  type SendMessagesPorts,
  type SendMessagesResult,
  type Sent,
  sendMessagesAs,
} from '../dispatches/send-messages.ts';
import type { Remember } from '../idempotency/idempotency.ts';
import type { NoticeKind } from '../permissions/due.ts';
import { type ChooseNoticesPorts, firstDue, type LeftOut, namedDue } from './choose-notices.ts';
import { noticeTemplate, variablesOf } from './notice-rows.ts';
import type { NoticeSenders } from './ports.ts';
import { beginRound, finishRound } from './round.ts';

export interface SendNoticesPorts extends Omit<ChooseNoticesPorts, 'batches' | 'dispatches'>, SendMessagesPorts {
  readonly senders: NoticeSenders;
}

export interface NoticesRequest {
  readonly kind: NoticeKind;
  /** National digits of an approved sender number. */
  readonly from: string;
  /** Up to 1,000, in any usual form; null: the first who are due. */
  readonly numbers: readonly string[] | null;
  readonly schedule: Schedule | null;
}

export interface SentNotices extends Sent {
  readonly leftOut: readonly LeftOut[];
}

export type SendNoticesResult =
  | ({ readonly kind: 'sent' } & SentNotices)
  /** Another call is telling people of this owner, or was and ended half-way less than 30 s ago. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'nothing_due'; readonly leftOut: readonly LeftOut[] }
  | Exclude<SendMessagesResult, { kind: 'sent' }>;

/**
 * Tells people what they have to be told, in one dispatch. Nobody is told twice: there is one round at a time, whom it
 * tells is marked before it ends, and its dispatch is made in the transaction that also writes so into the round. Should
 * this process end before that, nothing was made; after that, whoever comes next marks what is left.
 */
export async function sendNotices(
  ports: SendNoticesPorts,
  owner: OwnerId,
  { kind, from, numbers, schedule }: NoticesRequest,
  remember: Remember<SentNotices> | null,
): Promise<SendNoticesResult> {
  const dispatchId: DispatchId = `dsp_${ports.ids.ulid()}`;
  if (!(await beginRound(ports, owner, { dispatchId, kind }))) return { kind: 'busy' };
  const nowMs = ports.time.now();
  const sender = await ports.senders.read(owner);
  const { chosen, leftOut } =
    numbers === null
      ? { chosen: await firstDue(ports, owner, kind, sender, nowMs), leftOut: [] }
      : await namedDue(ports, owner, kind, numbers, sender, nowMs);
  const unmade = { dispatchId, made: false };
  if (chosen.length === 0) {
    await ports.notices.end(owner, unmade);
    return { kind: 'nothing_due', leftOut };
  }

  const recipients = chosen.map(({ due, text }) => ({ to: `+${due.digits}`, variables: variablesOf(due, text) }));
  const rememberSent: Remember<Sent> | null = remember && ((sent) => remember({ ...sent, leftOut }));
  const request = requestOf(from, schedule);
  const result = await sendMessagesAs(ports, dispatchId, owner, request, recipients, rememberSent);
  if (result.kind === 'sent') {
    await finishRound(ports, owner);
    return { ...result, leftOut };
  }
  await ports.notices.end(owner, unmade);
  return result.kind === 'overtaken' ? { kind: 'busy' } : result;
}

const requestOf = (from: string, schedule: Schedule | null): DispatchRequest => ({
  name: null,
  message: { type: 'auto', from, subject: null, text: noticeTemplate, variables: [], images: [], advertisement: null },
  confirm: 'auto',
  onShortfall: 'reject',
  schedule,
  split: null,
  purpose: 'notice',
  campaignId: null,
  externalId: null,
  tags: [],
});
