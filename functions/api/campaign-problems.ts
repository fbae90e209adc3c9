import type { PlanRefusal } from '../../shared/domain/campaigns/plan-refusal.ts';
import { type CampaignStatus, statusLabels } from '../../shared/domain/campaigns/status.ts';
import { refusalProblem } from './message-content.ts';
import { type FieldCode, fieldProblem, type Problem, problem } from './problems.ts';

/** How refusals of campaigns are answered. */

const fieldCodeOf = {
  in_the_past: 'in_the_past',
  too_early: 'too_small',
  too_late: 'too_big',
} as const satisfies Record<string, FieldCode>;

export function planRefusalProblem(refusal: PlanRefusal): Problem {
  switch (refusal.kind) {
    case 'time': {
      const { pointer, kind, message } = refusal.problem;
      return fieldProblem('invalid_schedule', pointer, fieldCodeOf[kind], message);
    }
    case 'event_variables': {
      const names = [...new Set(refusal.variables.map(({ name }) => name))].join(', ');
      return problem(
        'event_variable_not_allowed',
        `No event starts this campaign, so nothing could fill in ${names}.`,
        {
          errors: refusal.variables.map(({ name, pointer, position }) => ({
            in: 'body',
            pointer: `/message${pointer}`,
            code: 'invalid_value',
            detail:
              position === null
                ? `${name} is a variable of an event`
                : `${name} is a variable of an event (at character ${position + 1})`,
          })),
        },
      );
    }
    case 'recipients_expired':
      return fieldProblem(
        'upload_expired',
        '/recipients',
        'invalid_value',
        'These recipients were given so long ago that they are gone when the campaign sends: give them again.',
      );
    case 'images_expired':
      return fieldProblem(
        'upload_expired',
        '/message/images',
        'invalid_value',
        'These images were given so long ago that they are gone when the campaign sends: upload them again.',
      );
    default:
      return refusalProblem(refusal);
  }
}

/** @param only what the move is for, as an end of the sentence */
export const wrongState = (status: CampaignStatus, only: string): Problem =>
  problem('wrong_state', `The campaign is ${statusLabels[status]} (${status}); ${only}.`);
