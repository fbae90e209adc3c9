import type { Message } from '../dispatches/dispatch.ts';
import { isRefused } from '../dispatches/ports.ts';
import type { Campaign, Recipients } from './campaign.ts';
import {
  type CampaignRequest,
  type CreateCampaignPorts,
  countedOf,
  keptMessage,
  storedRecipients,
} from './create-campaign.ts';
import { askedAgain, type Judged, type PlanRefusal, planRefusal } from './plan-refusal.ts';
import type { CampaignStore } from './ports.ts';

export interface EditCampaignPorts extends Omit<CreateCampaignPorts, 'campaigns'> {
  readonly campaigns: Pick<CampaignStore, 'move'>;
}

export type EditCampaignResult =
  | { readonly kind: 'edited'; readonly campaign: Campaign }
  | { readonly kind: 'refused'; readonly refusal: PlanRefusal }
  | { readonly kind: 'moved'; readonly campaign: Campaign }
  | { readonly kind: 'gone' };

/** Changes what is given of a draft and leaves the rest. Publishing judges the whole again. */
export async function editCampaign(
  ports: EditCampaignPorts,
  campaign: Campaign,
  changes: Partial<CampaignRequest>,
): Promise<EditCampaignResult> {
  const { recipients: given, message: said, ...rest } = changes;
  const listed = ports.ids.ulid();
  let stored: Recipients | null = null;
  let message: Message | null = null;
  for (let current = campaign; ; ) {
    if (current.state !== 'draft') return { kind: 'moved', campaign: current };
    const asked = { ...askedAgain(current), ...rest, ...(said && { message: said }) };
    const judged = given ? { ...asked, recipients: countedOf(given, ports.time.now()) } : asked;
    const refusal = await planRefusal(ports, current.owner, judged, touchedBy(changes));
    if (refusal) return { kind: 'refused', refusal };
    if (said && message === null) {
      const kept = await keptMessage(ports, current.id, said);
      if ('kind' in kept) return { kind: 'refused', refusal: kept };
      message = kept;
    }
    if (given) stored ??= await storedRecipients(ports, `${current.owner}/${current.id}/${listed}`, given);
    const edited = await ports.campaigns.move(current, 'edit', {
      ...current,
      ...rest,
      message: message ?? current.message,
      recipients: stored ?? current.recipients,
    });
    if (!isRefused<Campaign>(edited)) return { kind: 'edited', campaign: edited };
    if (edited.refused === null) return { kind: 'gone' };
    current = edited.refused;
  }
}

const touchedBy = ({ message, recipients, period, schedule, split }: Partial<CampaignRequest>): Judged => ({
  message: message !== undefined,
  recipients: recipients !== undefined || split !== undefined,
  times: period !== undefined ? 'new' : schedule !== undefined || split !== undefined ? 'given_before' : null,
});
