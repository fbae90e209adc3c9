import * as z from 'zod';
import { dispatchIdShape, messageIdShape, placeOfMessage } from '../../shared/contracts/ids.ts';
import { explainRecipient } from '../../shared/domain/dispatches/explain/explain-recipient.ts';
import type { RecipientPorts } from '../../shared/domain/dispatches/explain/recipient.ts';
import {
  firstMessage,
  type ListMessagesPorts,
  listMessages,
  messageAt,
} from '../../shared/domain/dispatches/list-messages.ts';
import type { DispatchList, DispatchStore, NumberBook } from '../../shared/domain/dispatches/ports.ts';
import { searchMessages } from '../../shared/domain/dispatches/search-messages.ts';
import { isErasedFrom } from '../../shared/domain/erasures/erased-numbers.ts';
import type { Erasures } from '../../shared/domain/erasures/ports.ts';
import { toE164 } from '../../shared/domain/numbers/phone-number.ts';
import { explainedShape, shownRules } from './explain-shapes.ts';
import {
  failCodes,
  listedShape,
  messagePosition,
  oneShape,
  shownListed,
  shownStatuses,
  skipCodes,
} from './message-shapes.ts';
import { ownDispatch } from './own-dispatch.ts';
import { notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { createdRange, dispatchPosition, listShape, pageQuery, shownPage } from './shapes.ts';

/** What became of what was sent. */
export interface MessageResultDeps {
  readonly dispatches: DispatchStore & DispatchList;
  readonly looking: ListMessagesPorts;
  readonly numbers: NumberBook;
  readonly erasures: Pick<Erasures, 'among'>;
  readonly explaining: RecipientPorts;
}

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
    include: z
      .literal('text')
      .optional()
      .meta({ description: 'Shows each finished text, also before anything is sent' }),
  }),
  responses: { 200: listShape(listedShape) },
  problems: ['not_found'],
  run: async ({ caller, params, query }, deps: MessageResultDeps) => {
    const dispatch = await ownDispatch(deps, caller.owner, params.id);
    if (!dispatch) return notFound;
    const filter = { status: query.status ?? null, code: query.code ?? null };
    const from = query.cursor ?? firstMessage;
    const withText = query.include === 'text';
    const page = await listMessages(deps.looking, dispatch, filter, from, query.limit, withText);
    const noText = withText ? { text: null } : {}; // those left out at prepare have none
    return answer(
      200,
      shownPage(page, (view) => ({ ...noText, ...shownListed(dispatch, view) })),
    );
  },
});

const recipientShape = z
  .object({
    number: z.string(),
    data: z.array(explainedShape),
    more: z.int().min(0).meta({ description: 'How many more rows of the list have this number, all of them repeated' }),
  })
  .meta({ id: 'Recipient' });

const getRecipient = route({
  method: 'GET',
  path: '/v1/dispatches/{id}/recipients/{number}',
  auth: 'tenant',
  tag: 'Messages',
  summary: 'What happened to one person, and why',
  description:
    'Every rule that decides about a message, in the order in which they are asked, with its outcome and the record that it relied on, as that stood when it was asked. The first rule that excludes somebody is the reason.',
  params: z.strictObject({ id: dispatchIdShape, number: z.string().min(3).max(64) }),
  responses: { 200: recipientShape },
  problems: ['not_found'],
  run: async ({ caller, params, nowMs }, deps: MessageResultDeps) => {
    const dispatch = await ownDispatch(deps, caller.owner, params.id);
    const number = toE164(params.number);
    if (!dispatch || number === null || (await isErasedFrom(deps, dispatch, number.slice(1)))) return notFound;
    const places = await deps.numbers.placesIn(dispatch, number.slice(1));
    const { rows, more } = await explainRecipient(
      { ...deps.explaining, looking: deps.looking },
      dispatch,
      places,
      nowMs,
    );
    if (rows.length === 0) return notFound;
    const data = rows.map(({ view, rules }) => ({
      ...shownListed(dispatch, view),
      text: view.text,
      rules: shownRules(rules),
    }));
    return answer(200, { number, data, more });
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
  run: async ({ caller, params }, deps: MessageResultDeps) => {
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
  run: async ({ caller, query, nowMs }, deps: MessageResultDeps) => {
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

export const messageResultRoutes = [listOfDispatch, getRecipient, getMessage, listAll];
