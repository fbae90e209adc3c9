import * as z from 'zod';
import { sendTest } from '../../shared/domain/campaigns/test-send.ts';
import type { SendMessagesPorts, Sent } from '../../shared/domain/dispatches/send-messages.ts';
import { advertisementProblems } from './advertisement-shapes.ts';
import { pointerOf } from './field-errors.ts';
import { refusalProblem } from './message-content.ts';
import { sentShape } from './message-shapes.ts';
import { type CampaignReaderDeps, campaignParams, ownCampaign } from './own-campaign.ts';
import { notFound, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { variablesShape } from './send-shapes.ts';

export interface TestSendDeps extends CampaignReaderDeps {
  readonly sending: SendMessagesPorts;
}

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
    ...advertisementProblems,
    'invalid_template',
    'upload_rejected',
    'upload_expired',
    'unprocessable',
    'insufficient_credits',
  ],
  run: async ({ caller, params, body, remember }, deps: TestSendDeps) => {
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

export const testSendRoutes = [postTestSend];
