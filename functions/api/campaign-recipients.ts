import * as z from 'zod';
import { messageIdOf, messageIdShape } from '../../shared/contracts/ids.ts';
import { sendTest } from '../../shared/domain/campaigns/test-send.ts';
import {
  firstMessage,
  type ListMessagesPorts,
  listMessages,
  messageAt,
} from '../../shared/domain/dispatches/list-messages.ts';
import type { MessageView } from '../../shared/domain/dispatches/message-view.ts';
import type { NumberBook } from '../../shared/domain/dispatches/ports.ts';
import { marks } from '../../shared/domain/dispatches/row-status.ts';
import type { SendMessagesPorts, Sent } from '../../shared/domain/dispatches/send-messages.ts';
import { toE164 } from '../../shared/domain/numbers/phone-number.ts';
import { type CampaignDeps, campaignParams, ownCampaign } from './campaigns.ts';
import { pointerOf } from './field-errors.ts';
import { refusalProblem } from './message-content.ts';
import { failCodes, messagePosition, sentShape, shownStatuses, skipCodes } from './message-shapes.ts';
import { notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { variablesShape } from './send-shapes.ts';
import { listShape, pageQuery, shownPage, shownTimeOrNull, timeShape } from './shapes.ts';

export interface CampaignRecipientDeps extends CampaignDeps {
  readonly looking: ListMessagesPorts;
  readonly numbers: Pick<NumberBook, 'placesIn'>;
  readonly sending: SendMessagesPorts;
}

const markShape = z.enum(marks).nullable().meta({
  description:
    '`announced`: the carrier accepted the message; `withdrawn`: it did, and the message failed later; null: neither',
});

const recipientShape = z
  .object({
    to: z.string(),
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
    if (!dispatch || number === null) return notFound;
    const places = await deps.numbers.placesIn(dispatch, number.slice(1));
    const found = await Promise.all(places.map((place) => messageAt(deps.looking, dispatch, place)));
    const data = found.flatMap((message) => (message ? [shownRecipient(message)] : []));
    if (data.length === 0) return notFound;
    return answer(200, { number, mark: data.find(({ mark }) => mark !== null)?.mark ?? null, data });
  },
});

const testNumbersMax = 10;

const postTestSend = route({
  method: 'POST',
  path: '/v1/campaigns/{id}/test-sends',
  auth: 'tenant',
  tag: 'Campaigns',
  summary: `Send its message now to up to ${testNumbersMax} numbers of your own, to see it`,
  description:
    'In any state. It costs what such messages cost, and no consent is asked. What is sent is marked as a test and no part of the campaign’s results.',
  params: campaignParams,
  body: z.strictObject({
    to: z.array(z.string().max(64)).min(1).max(testNumbersMax),
    variables: variablesShape.meta({ description: 'The same for all; defaults stand in for what is left out' }),
  }),
  responses: { 202: sentShape },
  idempotent: true,
  problems: [
    'not_found',
    'missing_variable',
    'sender_not_approved',
    'invalid_template',
    'upload_rejected',
    'upload_expired',
    'unprocessable',
    'insufficient_credits',
  ],
  run: async ({ caller, params, body, remember }, deps: CampaignRecipientDeps) => {
    const view = await ownCampaign(deps, caller.owner, params.id);
    if (!view) return notFound;
    const shown = ({ dispatch, messages }: Sent) =>
      answer(202, { dispatchId: dispatch.id, data: messages.map((message) => ({ ...message })) });
    const result = await sendTest(deps.sending, view.campaign, body, remember(shown));
    switch (result.kind) {
      case 'sent':
        return shown(result);
      case 'replayed':
        return { kind: 'replayed' as const };
      case 'missing_variables':
        return problem('missing_variable', `Give a value for ${result.names.join(', ')}.`, {
          errors: result.names.map((name) => ({
            in: 'body',
            pointer: pointerOf(['variables', name]),
            code: 'missing',
            detail: 'has neither a value nor a default',
          })),
        });
      case 'short': {
        const { required, available } = result;
        const detail = `This costs ${required} credits, ${available} are available. Nothing was sent.`;
        return problem('insufficient_credits', detail, { members: { required, available } });
      }
      default:
        return refusalProblem(result);
    }
  },
});

export const campaignRecipientRoutes = [listRecipients, getRecipient, postTestSend];
