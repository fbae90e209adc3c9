import * as z from 'zod';
import { type PreviewPorts, previewMessage, sampleNumber } from '../../shared/domain/previews/preview.ts';
import { advertisementProblem } from './advertisement-shapes.ts';
import { contentProblem } from './content-problem.ts';
import { givenMessageMembers, type MessageSources, messageOf, sourceOf } from './given-message.ts';
import { previewShape, shownPreview } from './preview-shapes.ts';
import { answer, route } from './route.ts';
import { variablesShape } from './send-shapes.ts';

export interface PreviewDeps extends MessageSources {
  readonly previewing: PreviewPorts;
}

/** The message of a send; before its sender number is decided, too. */
const messageShape = z
  .strictObject({
    ...givenMessageMembers,
    from: givenMessageMembers.from
      .optional()
      .meta({ description: 'May be left out; whether it is approved is not asked' }),
  })
  .meta({ id: 'PreviewedMessage', oneOf: [{ required: ['text'] }, { required: ['templateId'] }] })
  .transform(({ text, templateId, from = '', ...rest }, context) => {
    const source = sourceOf(text, templateId, context);
    return source === z.NEVER ? z.NEVER : { ...rest, from, source };
  });

const preview = route({
  method: 'POST',
  path: '/v1/previews',
  auth: 'tenant',
  tag: 'Previews',
  summary: 'The finished message for one recipient: text, bytes, type, price, and what to look out for',
  description:
    'By the rules of a send, so that what is shown is what would be sent now. Nothing is kept, held or sent. A ' +
    'recipient whom a send would leave out is answered with the `reason`, an opt-out among them; the hour is not looked at. Variables without a value are named in ' +
    '`missing`. What would be refused for everybody is refused here.',
  body: z
    .strictObject({
      message: messageShape,
      sample: z
        .strictObject({ variables: variablesShape })
        .optional()
        .meta({ description: `Values to try; the number is ${sampleNumber}` }),
      recipient: z
        .strictObject({ to: z.string().max(64), variables: variablesShape })
        .optional()
        .meta({ description: 'Instead of `sample`: as in the list of a send' }),
    })
    .refine(({ sample, recipient }) => sample === undefined || recipient === undefined, {
      path: ['recipient'],
      message: 'Give either sample or recipient.',
      params: { code: 'no_effect' },
    }),
  responses: { 200: previewShape },
  problems: [
    'invalid_template',
    'opt_out_number_not_open',
    'advertisement_part_missing',
    'unprocessable',
    'upload_rejected',
    'upload_expired',
  ],
  run: async ({ caller, body, nowMs }, deps: PreviewDeps) => {
    const message = await messageOf(deps, caller.owner, body.message, nowMs);
    if ('problem' in message) return message;
    const recipient = body.recipient
      ? { ...body.recipient, asksNobody: false }
      : { to: sampleNumber, variables: body.sample?.variables ?? {}, asksNobody: true };
    const result = await previewMessage(deps.previewing, caller.owner, message, recipient);
    switch (result.kind) {
      case 'preview':
        return answer(200, shownPreview(result, message.images));
      case 'content':
        return contentProblem(result.problems, '/message');
      default:
        return advertisementProblem(result);
    }
  },
});

export const previewRoutes = [preview];
