import * as z from 'zod';
import { campaignIdShape, dispatchIdShape, modeOf, type OwnerId, uploadIdShape } from '../../shared/contracts/ids.ts';
import type { Campaign, Period } from '../../shared/domain/campaigns/campaign.ts';
import type { CampaignRequest } from '../../shared/domain/campaigns/create-campaign.ts';
import { rowsOf } from '../../shared/domain/campaigns/plan-refusal.ts';
import { type CampaignView, campaignStatuses, endingOf, statusLabels } from '../../shared/domain/campaigns/status.ts';
import { progressShape, shownProgress } from './dispatch-shapes.ts';
import { givenMessageShape, type MessageSources, messageOf } from './given-message.ts';
import { type RecipientSources, recipientsOf } from './given-recipients.ts';
import { messageShape, recipientCountShape, shownMessage } from './message-content.ts';
import { fieldProblem, type Problem } from './problems.ts';
import {
  type GivenTime,
  givenScheduleShape,
  givenSplitShape,
  readZoned,
  scheduleOf,
  scheduleShape,
  shownSchedule,
  shownSplit,
  skippedTime,
  splitShape,
  timeZoneShape,
  zonedTimeShape,
} from './schedule-shape.ts';
import { recipientsShape, tagsShape } from './send-shapes.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

/** How a campaign comes in and goes out. */

const givenPeriodShape = z
  .strictObject({
    startAt: zonedTimeShape('Later than now, at most 60 days ahead'),
    endAt: zonedTimeShape('What is unsent by then is dropped. At most ten years ahead'),
    timeZone: timeZoneShape,
  })
  .transform(({ startAt, endAt, timeZone }, context) => ({
    startAt: readZoned('startAt', startAt, timeZone, context),
    endAt: readZoned('endAt', endAt, timeZone, context),
  }));

const campaignMessageShape = givenMessageShape.refine(({ type }) => type !== 'auth', {
  path: ['type'],
  message: 'A campaign is no authentication: leave it out, or give auto, sms, lms or mms.',
});

const parts = {
  name: z.string().min(1).max(200),
  message: campaignMessageShape,
  recipients: recipientsShape,
  period: givenPeriodShape,
  schedule: givenScheduleShape.meta({ description: 'When it goes out; null: at the start of the period' }),
  split: givenSplitShape,
  onShortfall: z
    .enum(['reject', 'partial'])
    .meta({ description: 'With too few credits: nobody, or as many as they cover in the order of the list' }),
  tags: tagsShape,
};

export const newCampaignShape = z.strictObject({
  ...parts,
  schedule: parts.schedule.default(null),
  onShortfall: parts.onShortfall.default('partial'),
});

export const editedCampaignShape = z
  .strictObject({
    ...parts,
    split: parts.split.unwrap(),
    tags: parts.tags.unwrap(),
  })
  .partial();

type Given = z.output<typeof editedCampaignShape>;

/** What is asked for, as far as it is given; or a time that no clock shows, or images that cannot be sent. */
export function requestOf(
  deps: MessageSources & RecipientSources,
  owner: OwnerId,
  given: z.output<typeof newCampaignShape>,
  nowMs: number,
): Promise<CampaignRequest | Problem>;
export function requestOf(
  deps: MessageSources & RecipientSources,
  owner: OwnerId,
  given: Given,
  nowMs: number,
): Promise<Partial<CampaignRequest> | Problem>;
export async function requestOf(
  deps: MessageSources & RecipientSources,
  owner: OwnerId,
  { message: said, period, schedule: asked, recipients: whom, ...rest }: Given,
  nowMs: number,
): Promise<Partial<CampaignRequest> | Problem> {
  const time = asked === undefined ? null : scheduleOf(asked);
  if (time && 'problem' in time) return time;
  const span = period && periodOf(period);
  if (span && 'problem' in span) return span;
  const message = said && (await messageOf(deps, owner, said, nowMs));
  if (message && 'problem' in message) return message;
  if (message?.type === 'auth') return authTemplate;
  const recipients = whom && (await recipientsOf(deps, owner, whom));
  if (recipients && 'problem' in recipients) return recipients;
  return {
    ...rest,
    ...time,
    ...(message ? { message } : {}),
    ...(recipients ? { recipients } : {}),
    ...(span ? { period: span } : {}),
  };
}

const authTemplate = fieldProblem(
  'unprocessable',
  '/message/templateId',
  'invalid_value',
  'A campaign is no authentication, as this template is: give another type beside it, or another template.',
);

function periodOf({ startAt, endAt }: { readonly startAt: GivenTime; readonly endAt: GivenTime }): Period | Problem {
  if (startAt.kind !== 'instant') return skippedTime('/period/startAt');
  if (endAt.kind !== 'instant') return skippedTime('/period/endAt');
  return { startAtMs: startAt.atMs, endAtMs: endAt.atMs };
}

export const campaignShape = z
  .object({
    id: campaignIdShape,
    status: z.enum(campaignStatuses),
    statusLabel: z.string(),
    mode: z.enum(['live', 'test']),
    name: z.string(),
    message: messageShape,
    recipients: z.union([z.object({ uploadId: uploadIdShape }), recipientCountShape]),
    period: z.object({ startAt: timeShape, endAt: timeShape }),
    schedule: scheduleShape,
    split: splitShape,
    onShortfall: z.enum(['reject', 'partial']),
    tags: z.array(z.string()),
    dispatchId: dispatchIdShape.nullable().meta({ description: 'What it sends with, once it has started' }),
    results: progressShape.nullable().meta({ description: 'Of its dispatch; test sends do not count' }),
    failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
    createdAt: timeShape,
    publishedAt: timeShape.nullable(),
    startedAt: timeShape.nullable(),
    endedAt: timeShape.nullable(),
  })
  .meta({ id: 'Campaign' });

export function shownCampaign(view: CampaignView): z.input<typeof campaignShape> {
  const { campaign, dispatch, status } = view;
  const { failure, endedAtMs } = endingOf(view);
  return {
    id: campaign.id,
    status,
    statusLabel: statusLabels[status],
    mode: modeOf(campaign.owner),
    name: campaign.name,
    message: shownMessage(campaign.message),
    recipients: shownRecipients(campaign),
    period: { startAt: shownTime(campaign.period.startAtMs), endAt: shownTime(campaign.period.endAtMs) },
    schedule: shownSchedule(campaign.schedule),
    split: shownSplit(campaign.split),
    onShortfall: campaign.onShortfall,
    tags: [...campaign.tags],
    dispatchId: dispatch?.id ?? null,
    results: dispatch && shownProgress(dispatch),
    failure: failure && { code: failure.code, detail: failure.detail },
    createdAt: shownTime(campaign.createdAtMs),
    publishedAt: shownTimeOrNull(campaign.publishedAtMs),
    startedAt: shownTimeOrNull(campaign.startedAtMs),
    endedAt: shownTimeOrNull(endedAtMs),
  };
}

const shownRecipients = ({ recipients }: Campaign) =>
  'uploadId' in recipients ? { uploadId: recipients.uploadId } : { count: rowsOf(recipients.list) };
