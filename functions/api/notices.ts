import * as z from 'zod';
import { dispatchIdShape } from '../../shared/contracts/ids.ts';
import { listRowsMax } from '../../shared/contracts/limits.ts';
import { leftOutReasons } from '../../shared/domain/notices/choose-notices.ts';
import { type ListNoticesPorts, listNotices, type Notice } from '../../shared/domain/notices/list-notices.ts';
import { type SendNoticesPorts, type SentNotices, sendNotices } from '../../shared/domain/notices/send-notices.ts';
import { facts, latestDueMs, noticeKinds, sentAheadDays } from '../../shared/domain/permissions/due.ts';
import { senderDigits } from './given-message.ts';
import { refusalProblem } from './message-content.ts';
import { sentShape, shownStatuses } from './message-shapes.ts';
import { busy, fieldProblem, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { givenScheduleShape, keptUntilMs, scheduleOf } from './schedule-shape.ts';
import { listShape, pageQuery, queryTimeShape, shownPage, shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

export interface NoticeDeps {
  readonly telling: ListNoticesPorts & SendNoticesPorts;
}

const tag = 'Consents';

const kindShape = z.enum(noticeKinds).meta({
  description:
    '`result_notice`: within 14 days, people are told what came of giving, refusing or withdrawing consent (Network Act, ' +
    'Art. 50⑦). `reconfirmation`: every two years, that their consent stands, and how to withdraw it (Art. 50⑧)',
});

const noticeShape = z
  .object({
    number: z.string(),
    kind: kindShape,
    fact: z.enum(facts).meta({
      description:
        'What was said: `refused` by somebody who had not consented, `withdrew` by somebody who had; `night_…`: about ' +
        'messages at night; `opted_out` and `returned`: an opt-out, and its taking back',
    }),
    saidAt: timeShape,
    dueAt: timeShape,
    text: z.string().meta({ description: 'What the notice says, or said' }),
    sentAt: timeShape.nullable().meta({ description: 'When it was sent, or is to be; null: not sent' }),
    dispatchId: dispatchIdShape.nullable(),
    status: z
      .enum(shownStatuses)
      .nullable()
      .meta({
        description:
          'What became of its message; one that was skipped, canceled or failed can be sent again by naming its number. ' +
          'null: not sent, or so long ago that its dispatch has gone',
      }),
  })
  .meta({ id: 'ConsentDue' });

const shownNotice = ({
  digits,
  kind,
  fact,
  saidAtMs,
  dueAtMs,
  text,
  told,
  status,
}: Notice): z.input<typeof noticeShape> => ({
  number: `+${digits}`,
  kind,
  fact,
  saidAt: shownTime(saidAtMs),
  dueAt: shownTime(dueAtMs),
  text,
  sentAt: shownTimeOrNull(told?.atMs ?? null),
  dispatchId: told?.dispatchId ?? null,
  status,
});

const position = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z#\d{3,15}(#dsp_[0-9A-Z]{26})?$/);

const list = route({
  method: 'GET',
  path: '/v1/consents/due',
  auth: 'tenant',
  tag,
  summary: 'Whom the law wants to be told about their consents, soonest due first, with ready texts',
  description:
    `Unless asked otherwise, what is overdue or due within ${sentAheadDays} days and not sent. Whoever says something new ` +
    'is told of that instead. A sent reconfirmation is due again two years after it was sent. The newest may be missing ' +
    'for a moment. A page may be short and still have a next one.',
  query: z.strictObject({
    ...pageQuery(position),
    kind: kindShape,
    dueFrom: queryTimeShape.optional(),
    dueUntil: queryTimeShape.optional().meta({ description: 'Not included' }),
    sent: z
      .enum(['true', 'false'])
      .default('false')
      .meta({ description: '`true`: those that were sent, with what became of them; kept for good, as proof' }),
  }),
  responses: { 200: listShape(noticeShape) },
  run: async ({ caller, query, nowMs }, { telling }: NoticeDeps) => {
    const { kind, sent, dueFrom = 0, dueUntil = latestDueMs(nowMs), limit, cursor = null } = query;
    const asked = { fromMs: dueFrom, untilMs: dueUntil, limit, after: cursor };
    const page = await listNotices(telling, caller.owner, kind, sent === 'true', asked);
    return answer(200, shownPage(page, shownNotice));
  },
});

const toldShape = sentShape
  .extend({
    leftOut: z
      .array(
        z.object({
          number: z.string().meta({ description: 'E.164; as given if it is no phone number' }),
          reason: z.enum(leftOutReasons).meta({
            description:
              '`not_due`: nothing is due by then; `sent`: was told already; `unreachable`: no Korean number that gets messages',
          }),
        }),
      )
      .meta({ description: 'Who of `numbers` is not told, and why' }),
  })
  .meta({ id: 'SentNotices' });

const send = route({
  method: 'POST',
  path: '/v1/consents/due/dispatches',
  auth: 'tenant',
  tag,
  summary: `Tells up to ${listRowsMax.toLocaleString('en')} people what is due, in one dispatch`,
  description:
    'Each gets the text that the list shows, whatever they refused: the law wants them to be told. Nobody is told twice, ' +
    'however often and by whomever this is called: while another call is at it, this is a 409 `conflict` that may be ' +
    'repeated at once, or after half a minute if that call broke off. The dispatch has the purpose `notice` and costs ' +
    'what any other does.',
  body: z.strictObject({
    kind: kindShape,
    from: z.string().min(1).max(30).meta({ description: 'An approved sender number', example: '0212345678' }),
    numbers: z
      .array(z.string().max(64))
      .min(1)
      .max(listRowsMax)
      .optional()
      .meta({ description: 'Whom to tell; without it, the first who are due', example: ['010-1234-5678'] }),
    schedule: givenScheduleShape.default(null),
  }),
  responses: { 202: toldShape },
  idempotent: true,
  problems: ['nothing_due', 'conflict', 'sender_not_approved', 'invalid_schedule', 'insufficient_credits'],
  run: async ({ caller, body, remember }, { telling }: NoticeDeps) => {
    const shown = ({ dispatch, messages, leftOut }: SentNotices) =>
      answer(202, { dispatchId: dispatch.id, data: messages.map((one) => ({ ...one })), leftOut: [...leftOut] });
    const time = scheduleOf(body.schedule);
    if ('problem' in time) return time;
    const request = { kind: body.kind, from: senderDigits(body.from), numbers: body.numbers ?? null, ...time };
    const remembered = remember(shown, ({ dispatch }: SentNotices) => keptUntilMs(dispatch));
    const result = await sendNotices(telling, caller.owner, request, remembered);
    switch (result.kind) {
      case 'sent':
        return shown(result);
      case 'replayed':
        return { kind: 'replayed' as const };
      case 'busy':
        return busy;
      case 'nothing_due':
        return problem('nothing_due', 'None of those has to be told anything now. Nothing was created.');
      case 'short': {
        const { required, available } = result;
        const detail = `This costs ${required} credits, ${available} are available. Nothing was created.`;
        return problem('insufficient_credits', detail, { members: { required, available } });
      }
      case 'sender_not_approved':
        return fieldProblem(
          'sender_not_approved',
          '/from',
          'invalid_value',
          'The number in `from` is not among your approved sender numbers.',
        );
      default:
        return refusalProblem(result);
    }
  },
});

export const noticeRoutes = [list, send];
