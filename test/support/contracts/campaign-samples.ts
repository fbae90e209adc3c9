import { type Campaign, newCampaign } from '../../../shared/domain/campaigns/campaign.ts';
import { newOwner, newUlid, noonMs } from './samples.ts';

const hourMs = 3_600_000;

/** A draft to one recipient of a list, whose period begins in an hour and lasts a day. */
export const draftOf = (over: Partial<Campaign> = {}): Campaign => ({
  ...newCampaign(
    `cmp_${newUlid()}`,
    newOwner(),
    {
      name: 'November sale',
      message: {
        type: 'auto',
        from: '0212345678',
        subject: null,
        text: '안녕하세요',
        variables: [],
        images: [],
        advertisement: null,
      },
      recipients: {
        list: { rowsKey: 'lists/a', rejectedKey: 'lists/b', columns: ['phoneNumber'], rows: 1, rejected: 0 },
        writtenAtMs: noonMs,
      },
      period: { startAtMs: noonMs + hourMs, endAtMs: noonMs + 25 * hourMs },
      schedule: null,
      split: null,
      onShortfall: 'partial',
      tags: ['sale'],
    },
    noonMs,
  ),
  ...over,
});
