import * as z from 'zod';
import { failureCodes, skipReasons } from '../../shared/contracts/codes.ts';
import { dispatchIdShape, messageIdOf, messageIdShape, placeOfMessage } from '../../shared/contracts/ids.ts';
import type { Dispatch } from '../../shared/domain/dispatches/dispatch.ts';
import {
  firstMessage,
  type ListedMessage,
  type ListMessagesPorts,
  listMessages,
  messageAt,
} from '../../shared/domain/dispatches/list-messages.ts';
import type { DispatchList, DispatchStore, NumberBook } from '../../shared/domain/dispatches/ports.ts';
import { searchMessages } from '../../shared/domain/dispatches/search-messages.ts';
import { type SendMessagesPorts, type Sent, sendMessages } from '../../shared/domain/dispatches/send-messages.ts';
import { toE164 } from '../../shared/domain/numbers/phone-number.ts';
import { ownDispatch } from './dispatches.ts';
import { givenMessageShape, messageOf, refusalProblem } from './message-content.ts';
import { notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { givenScheduleShape, keptUntilMs, scheduleOf } from './schedule-shape.ts';
import { externalIdShape, recipientsListShape, tagsShape } from './send-shapes.ts';
import {
  createdRange,
  dispatchPosition,
  listShape,
  pageQuery,
  shownPage,
  shownTime,
  shownTimeOrNull,
  timeShape,
} from './shapes.ts';

export interface MessageDeps {
  readonly dispatches: DispatchStore & DispatchList;
  readonly looking: ListMessagesPorts;
  readonly numbers: NumberBook;
  readonly sending: SendMessagesPorts;
}

export const shownStatuses = ['planned', 'skipped', 'canceled', 'submitted', 'delivered', 'failed', 'unknown'] as const;
export const skipCodes = Object.keys(skipReasons) as [keyof typeof skipReasons, ...(keyof typeof skipReasons)[]];
export const failCodes = Object.keys(failureCodes) as [keyof typeof failureCodes, ...(keyof typeof failureCodes)[]];

const listedShape = z
  .object({
    id: messageIdShape,
    dispatchId: dispatchIdShape,
    row: z.int().min(0).meta({ description: 'Row of the file, or position in the list from 1' }),
    to: z.string(),
    from: z.string(),
    type: z.enum(['sms', 'lms', 'mms']).nullable(),
    subject: z.string().nullable(),
    status: z.enum(shownStatuses),
    code: z.enum(failCodes).nullable().meta({ description: 'Why it failed' }),
    reason: z.enum(skipCodes).nullable().meta({ description: 'Why it was skipped' }),
    credits: z.int().min(0).meta({ description: 'What it cost, after a refund' }),
    requestedAt: timeShape,
    submittedAt: timeShape.nullable(),
    settledAt: timeShape.nullable(),
    carrier: z.string().nullable(),
    text: z.string().nullable().optional(),
  })
  .meta({ id: 'ListedMessage' });
const oneShape = listedShape.extend({ text: z.string().nullable() }).meta({ id: 'Message' });

export const shownListed = (dispatch: Dispatch, view: ListedMessage): z.input<typeof listedShape> => ({
  id: messageIdOf(view.place),
  dispatchId: dispatch.id,
  row: view.row,
  to: view.to,
  from: dispatch.message.from,
  type: view.type,
  subject: view.type === null || view.type === 'sms' ? null : dispatch.message.subject,
  status: view.status,
  code: view.code,
  reason: view.reason,
  credits: view.credits,
  requestedAt: shownTime(view.requestedAtMs),
  submittedAt: shownTimeOrNull(view.submittedAtMs),
  settledAt: shownTimeOrNull(view.settledAtMs),
  carrier: view.carrier,
  ...(view.text === undefined ? {} : { text: view.text }),
});

export const messagePosition = z.strictObject({
  kind: z.enum(['b', 'x']),
  block: z.int().min(0).max(999_999),
  row: z.int().min(0).max(999),
});

const listOfDispatch = route({
  method: 'GET',
  path: '/v1/dispatches/{id}/messages',
  auth: 'tenant',
  tag: 'Messages',
  summary: 'Every recipient of a dispatch and what became of the message',
  description: 'Those left out come last. A page may be shorter than its limit and still have a next one.',
  params: z.strictObject({ id: dispatchIdShape }),
  query: z.strictObject({
    ...pageQuery(messagePosition),
    status: z.enum(shownStatuses).optional(),
    code: z.enum([...new Set([...skipCodes, ...failCodes])]).optional(),
    include: z.literal('text').optional(),
  }),
  responses: { 200: listShape(listedShape) },
  problems: ['not_found'],
  run: async ({ caller, params, query }, deps: MessageDeps) => {
    const dispatch = await ownDispatch(deps, caller.owner, params.id);
    if (!dispatch) return notFound;
    const filter = { status: query.status ?? null, code: query.code ?? null };
    const from = query.cursor ?? firstMessage;
    const page = await listMessages(deps.looking, dispatch, filter, from, query.limit, query.include === 'text');
    return answer(
      200,
      shownPage(page, (view) => shownListed(dispatch, view)),
    );
  },
});

const getRecipient = route({
  method: 'GET',
  path: '/v1/dispatches/{id}/recipients/{number}',
  auth: 'tenant',
  tag: 'Messages',
  summary: 'What happened to one person, and why',
  params: z.strictObject({ id: dispatchIdShape, number: z.string().min(3).max(64) }),
  responses: { 200: z.object({ number: z.string(), data: z.array(oneShape) }).meta({ id: 'Recipient' }) },
  problems: ['not_found'],
  run: async ({ caller, params }, deps: MessageDeps) => {
    const dispatch = await ownDispatch(deps, caller.owner, params.id);
    const number = toE164(params.number);
    if (!dispatch || number === null) return notFound;
    const places = await deps.numbers.placesIn(dispatch, number.slice(1));
    const found = await Promise.all(places.map((place) => messageAt(deps.looking, dispatch, place)));
    const data = found.flatMap((view) => (view ? [{ ...shownListed(dispatch, view), text: view.text }] : []));
    return data.length === 0 ? notFound : answer(200, { number, data });
  },
});

const getMessage = route({
  method: 'GET',
  path: '/v1/messages/{id}',
  auth: 'tenant',
  tag: 'Messages',
  summary: 'One message with its text',
  params: z.strictObject({ id: messageIdShape }),
  responses: { 200: oneShape },
  problems: ['not_found'],
  run: async ({ caller, params }, deps: MessageDeps) => {
    const place = placeOfMessage(params.id);
    const dispatch = place && (await ownDispatch(deps, caller.owner, place.dispatchId));
    const view = dispatch && (await messageAt(deps.looking, dispatch, place));
    return view ? answer(200, { ...shownListed(dispatch, view), text: view.text }) : notFound;
  },
});

/** A place in the search of all dispatches: in one of them, then on in their list; and one in the search by number. */
const searchPosition = new RegExp(String.raw`^(dsp_[0-9A-Z]{26})?\|[bx]\|\d{1,6}\|\d{1,3}\|(${dispatchPosition})?$`);
const numberPosition = new RegExp(String.raw`^${dispatchPosition}(#[bx]\d{1,6}r\d{1,3})?$`);

const wrongCursor = problem('invalid_cursor', 'The cursor is not one of this list.');

const monthMs = 31 * 86_400_000;

const listAll = route({
  method: 'GET',
  path: '/v1/messages',
  auth: 'tenant',
  tag: 'Messages',
  summary: 'Messages of all dispatches, newest dispatch first; by number with `to`',
  description:
    'Looks at one month at most: the last one unless a time is given. A page may be short and still have a next one.',
  query: z.strictObject({
    ...pageQuery(z.string().max(200)),
    ...createdRange,
    to: z.string().min(3).max(64).optional(),
    status: z.enum(shownStatuses).optional(),
  }),
  responses: { 200: listShape(listedShape) },
  problems: ['invalid_number'],
  run: async ({ caller, query, nowMs }, deps: MessageDeps) => {
    const untilMs =
      query.createdUntil ??
      (query.createdFrom === undefined ? nowMs + 1 : Math.min(nowMs + 1, query.createdFrom + monthMs));
    const fromMs = query.createdFrom ?? untilMs - monthMs;
    if (untilMs - fromMs > monthMs) {
      return problem('invalid_request', 'Ask for one month (31 days) at most.', {
        errors: [
          { in: 'query', pointer: '/createdFrom', code: 'too_big', detail: 'is more than a month before createdUntil' },
        ],
      });
    }
    const number = query.to === undefined ? null : toE164(query.to);
    if (query.to !== undefined && number === null) {
      return problem('invalid_number', '`to` is not a phone number.', {
        errors: [{ in: 'query', pointer: '/to', code: 'invalid_format', detail: 'is not a phone number' }],
      });
    }
    if (query.cursor !== undefined && !(number === null ? searchPosition : numberPosition).test(query.cursor)) {
      return wrongCursor;
    }
    const search = { fromMs, untilMs, status: query.status ?? null, after: query.cursor ?? null, limit: query.limit };
    const page = await searchMessages(deps, caller.owner, number, search);
    return page === null
      ? wrongCursor
      : answer(
          200,
          shownPage(page, ({ dispatch, message }) => shownListed(dispatch, message)),
        );
  },
});

export const sentShape = z
  .object({
    dispatchId: dispatchIdShape,
    data: z.array(
      z.object({
        index: z.int().min(0),
        to: z.string(),
        messageId: messageIdShape,
        status: z.enum(['planned', 'skipped']),
        reason: z.enum(skipCodes).nullable(),
      }),
    ),
  })
  .meta({ id: 'AcceptedMessages' });

const postMessages = route({
  method: 'POST',
  path: '/v1/messages',
  auth: 'tenant',
  tag: 'Messages',
  summary: 'Send to up to 1,000 recipients, now or at a time',
  description:
    'Prepares, holds the credits and sends, or schedules, in one call. Too few credits: 402, and nothing is created.',
  body: z.strictObject({
    message: givenMessageShape,
    recipients: recipientsListShape,
    schedule: givenScheduleShape.default(null),
    externalId: externalIdShape,
    tags: tagsShape,
    onShortfall: z.enum(['reject', 'partial']).default('reject'),
  }),
  responses: { 202: sentShape },
  idempotent: true,
  problems: [
    'sender_not_approved',
    'invalid_template',
    'invalid_schedule',
    'external_id_taken',
    'insufficient_credits',
  ],
  run: async ({ caller, body, remember }, deps: MessageDeps) => {
    const shown = ({ dispatch, messages }: Sent) =>
      answer(202, { dispatchId: dispatch.id, data: messages.map((message) => ({ ...message })) });
    const time = scheduleOf(body.schedule);
    if ('problem' in time) return time;
    const { externalId, tags, onShortfall } = body;
    const request = {
      name: null,
      message: messageOf(body.message),
      confirm: 'auto' as const,
      ...time,
      split: null,
      purpose: 'send' as const,
      campaignId: null,
      externalId,
      tags,
      onShortfall,
    };
    const remembered = remember(shown, ({ dispatch }) => keptUntilMs(dispatch));
    const result = await sendMessages(deps.sending, caller.owner, request, body.recipients, remembered);
    switch (result.kind) {
      case 'sent':
        return shown(result);
      case 'replayed':
        return { kind: 'replayed' as const };
      case 'short': {
        const { required, available } = result;
        const detail = `This costs ${required} credits, ${available} are available. Nothing was created.`;
        return problem('insufficient_credits', detail, { members: { required, available } });
      }
      default:
        return refusalProblem(result);
    }
  },
});

export const messageRoutes = [listOfDispatch, getRecipient, getMessage, listAll, postMessages];
