import * as z from 'zod';
import { type SendMessagesPorts, type Sent, sendMessages } from '../../shared/domain/dispatches/send-messages.ts';
import { advertisementProblems } from './advertisement-shapes.ts';
import { givenMessageShape, type MessageSources, messageOf } from './given-message.ts';
import { refusalProblem } from './message-content.ts';
import { sentShape } from './message-shapes.ts';
import { problem } from './problems.ts';
import { answer, route } from './route.ts';
import { givenScheduleShape, keptUntilMs, scheduleOf } from './schedule-shape.ts';
import { externalIdShape, recipientsListShape, tagsShape } from './send-shapes.ts';

export interface MessageDeps extends MessageSources {
  readonly sending: SendMessagesPorts;
}

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
    ...advertisementProblems,
    'invalid_template',
    'invalid_schedule',
    'external_id_taken',
    'insufficient_credits',
  ],
  run: async ({ caller, body, nowMs, remember }, deps: MessageDeps) => {
    const shown = ({ dispatch, messages }: Sent) =>
      answer(202, { dispatchId: dispatch.id, data: messages.map((message) => ({ ...message })) });
    const time = scheduleOf(body.schedule);
    if ('problem' in time) return time;
    const message = await messageOf(deps, caller.owner, body.message, nowMs);
    if ('problem' in message) return message;
    const { externalId, tags, onShortfall } = body;
    const request = {
      name: null,
      message,
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

export const messageRoutes = [postMessages];
