import type { Dispatch } from '../dispatches/dispatch.ts';
import { terminal } from '../dispatches/dispatch.ts';
import type { Campaign } from './campaign.ts';

export const campaignStatuses = [
  'draft',
  'standby',
  'preparing',
  'in_operation',
  'ended',
  'canceled',
  'error',
] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];

/** How consoles call them. */
export const statusLabels: Readonly<Record<CampaignStatus, string>> = {
  draft: 'Draft',
  standby: 'Standby',
  preparing: 'Preparing',
  in_operation: 'In operation',
  ended: 'Ended',
  canceled: 'Canceled',
  error: 'Error',
};

/** A campaign beside its dispatch, which is null as long as there is none. */
export interface CampaignView {
  readonly campaign: Campaign;
  readonly dispatch: Dispatch | null;
  readonly status: CampaignStatus;
}

export const viewOf = (campaign: Campaign, dispatch: Dispatch | null): CampaignView => ({
  campaign,
  dispatch,
  status: statusOf(campaign, dispatch),
});

/** Once there is a dispatch, it alone says how the campaign stands, so that the two can never disagree. */
export function statusOf({ state, failure }: Campaign, dispatch: Dispatch | null): CampaignStatus {
  if (state !== 'started') return state;
  if (dispatch === null) return failure ? 'error' : 'preparing';
  switch (dispatch.state) {
    case 'preparing':
    case 'ready':
      return 'preparing';
    case 'scheduled':
    case 'sending':
    case 'canceling':
      return 'in_operation';
    case 'completed':
      return 'ended';
    case 'canceled':
      return dispatch.cancelReason === 'campaign_ended' ? 'ended' : 'canceled';
    case 'failed':
      return 'error';
  }
}

/** Whether nothing will happen any more. */
export const isOver = ({ state, failure }: Campaign, dispatch: Dispatch | null): boolean =>
  state === 'started' && (dispatch === null ? failure !== null : terminal.includes(dispatch.state));

/** When it was over, and why it went wrong. */
export function endingOf({ campaign, dispatch, status }: CampaignView) {
  const failure = status === 'error' ? (dispatch ? dispatch.failure : campaign.failure) : null;
  const endedAtMs = dispatch ? dispatch.completedAtMs : (campaign.failure?.atMs ?? null);
  return { failure, endedAtMs };
}
