import * as z from 'zod';
import { messageIdOf, messageIdShape } from '../../shared/contracts/ids.ts';
import {
  firstMessage,
  type ListMessagesPorts,
  listMessages,
  messageAt,
} from '../../shared/domain/dispatches/list-messages.ts';
import type { MessageView } from '../../shared/domain/dispatches/message-view.ts';
import type { NumberBook } from '../../shared/domain/dispatches/ports.ts';
import { marks } from '../../shared/domain/dispatches/row-status.ts';
import { isErasedFrom } from '../../shared/domain/erasures/erased-numbers.ts';
import type { Erasures } from '../../shared/domain/erasures/ports.ts';
import { toE164 } from '../../shared/domain/numbers/phone-number.ts';
import { failCodes, messagePosition, shownStatuses, skipCodes } from './message-shapes.ts';
import { type CampaignReaderDeps, campaignParams, ownCampaign } from './own-campaign.ts';
import { notFound } from './problems.ts';
import { answer, route } from './route.ts';
import { listShape, pageQuery, shownPage, shownTimeOrNull, timeShape } from './shapes.ts';

export interface CampaignRecipientDeps extends CampaignReaderDeps {
  readonly looking: ListMessagesPorts;
  readonly numbers: Pick<NumberBook, 'placesIn'>;
  readonly erasures: Pick<Erasures, 'among'>;
}

const markShape = z.enum(marks).nullable().meta({
  description:
    '`announced`: the carrier accepted the message; `withdrawn`: it did, and the message failed later; null: neither',
});

const recipientShape = z
  .object({
    to: z.string().nullable().meta({ description: 'null: the person was deleted' }),
    mark: markShape,
    messageId: messageIdShape,
    row: z.int().min(0).meta({ description: 'Row of the file, or position in the list from 1' }),
    status: z.enum(shownStatuses),
    code: z.enum(failCodes).nullable().meta({ description: 'Why it failed' }),
    reason: z.enum(skipCodes).nullable().meta({ description: 'Why it was skipped' }),
    submittedAt: timeShape.nullable(),
    settledAt: timeShape.nullable(),
  })
  .meta({ id: 'CampaignRecipient' });

const shownRecipient = (view: MessageView): z.input<typeof recipientShape> => ({
  to: view.to,
  mark: view.mark,
  messageId: messageIdOf(view.place),
  row: view.row,
  status: view.status,
  code: view.code,
  reason: view.reason,
  submittedAt: shownTimeOrNull(view.submittedAtMs),
  settledAt: shownTimeOrNull(view.settledAtMs),
});

const listRecipients = route({
  method: 'GET',
  path: '/v1/campaigns/{id}/recipients',
  auth: 'tenant',
  tag: 'Campaigns',
  summary: 'Whom a campaign reached',
  description:
    'Everybody, or those with a mark; nobody before it has prepared. A page may be shorter than its limit and still have a next one.',
  params: campaignParams,
  query: z.strictObject({ ...pageQuery(messagePosition), mark: z.enum(marks).optional() }),
  responses: { 200: listShape(recipientShape) },
  problems: ['not_found'],
  run: async ({ caller, params, query }, deps: CampaignRecipientDeps) => {
    const view = await ownCampaign(deps, caller.owner, params.id);
    if (!view) return notFound;
    if (!view.dispatch) return answer(200, shownPage({ items: [], next: null }, shownRecipient));
    const filter = { status: null, code: null, mark: query.mark ?? null };
    const from = query.cursor ?? firstMessage;
    const page = await listMessages(deps.looking, view.dispatch, filter, from, query.limit, false);
    return answer(200, shownPage(page, shownRecipient));
  },
});

const getRecipient = route({
  method: 'GET',
  path: '/v1/campaigns/{id}/recipients/{number}',
  auth: 'tenant',
  tag: 'Campaigns',
  summary: 'Whether a campaign reached one person, and what happened',
  params: z.strictObject({ ...campaignParams.shape, number: z.string().min(3).max(64) }),
  responses: {
    200: z
      .object({
        number: z.string(),
        mark: markShape,
        data: z.array(recipientShape).meta({ description: 'More than one where the list had the number twice' }),
      })
      .meta({ id: 'CampaignPerson' }),
  },
  problems: ['not_found'],
  run: async ({ caller, params }, deps: CampaignRecipientDeps) => {
    const dispatch = (await ownCampaign(deps, caller.owner, params.id))?.dispatch ?? null;
    const number = toE164(params.number);
    if (!dispatch || number === null || (await isErasedFrom(deps, dispatch, number.slice(1)))) return notFound;
    const places = await deps.numbers.placesIn(dispatch, number.slice(1));
    const found = await Promise.all(places.map((place) => messageAt(deps.looking, dispatch, place)));
    const data = found.flatMap((message) => (message ? [shownRecipient(message)] : []));
    if (data.length === 0) return notFound;
    return answer(200, { number, mark: data.find(({ mark }) => mark !== null)?.mark ?? null, data });
  },
});

export const campaignRecipientRoutes = [listRecipients, getRecipient];
