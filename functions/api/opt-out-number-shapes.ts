import * as z from 'zod';
import { optOutNumberIdShape } from '../../shared/contracts/ids.ts';
import type { MoveOutcome } from '../../shared/domain/opt-out-numbers/change-numbers.ts';
import {
  type OptOutNumber,
  type OptOutNumberMove,
  optOutNumberMoves,
  optOutNumberStates,
} from '../../shared/domain/opt-out-numbers/opt-out-number.ts';
import { busy, fieldProblem, notFound, type Problem, problem } from './problems.ts';
import { answer } from './route.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

/** How 080 numbers are answered, to their tenants and to the operator. */

export const businessNameShape = z.string().trim().min(1).max(100);

export const dateShape = z.iso.date().meta({ description: 'A day in Korea', example: '2026-11-27' });

export const optOutNumberShape = z
  .object({
    id: optOutNumberIdShape,
    businessName: z.string().meta({ description: 'Whom callers hear that they refuse' }),
    status: z.enum(optOutNumberStates).meta({
      description:
        '`requested`: we order it from the carrier; `scheduled`: the carrier has given a number and says when it opens; `registered`: open; `canceled`',
    }),
    number: z.string().nullable().meta({
      description: 'National digits, once there is one. A canceled one keeps it, to be shown',
      example: '0801234567',
    }),
    requestedAt: timeShape,
    expectedOpeningOn: dateShape.nullable(),
    openedAt: timeShape.nullable(),
    canceledAt: timeShape.nullable(),
  })
  .meta({ id: 'OptOutNumber' });

export const shownOptOutNumber = ({
  id,
  businessName,
  state,
  number,
  requestedAtMs,
  expectedOpeningOn,
  openedAtMs,
  canceledAtMs,
}: OptOutNumber): z.input<typeof optOutNumberShape> => ({
  id,
  businessName,
  status: state,
  number,
  requestedAt: shownTime(requestedAtMs),
  expectedOpeningOn,
  openedAt: shownTimeOrNull(openedAtMs),
  canceledAt: shownTimeOrNull(canceledAtMs),
});

const pastTense = { schedule: 'scheduled', open: 'opened', cancel: 'canceled' } as const;

/** What a move came to: the number as it is now, or why not. */
export function movedAnswer(move: OptOutNumberMove, outcome: MoveOutcome) {
  return outcome.kind === 'changed' ? answer(200, shownOptOutNumber(outcome.number)) : moveProblem(move, outcome);
}

function moveProblem(move: OptOutNumberMove, outcome: Exclude<MoveOutcome, { kind: 'changed' }>): Problem {
  switch (outcome.kind) {
    case 'absent':
      return notFound;
    case 'wrong_state': {
      const from = optOutNumberMoves[move].join(' or ');
      return problem(
        'wrong_state',
        `The number is ${outcome.number.state}; only one that is ${from} can be ${pastTense[move]}.`,
      );
    }
    case 'number_missing':
      return fieldProblem(
        'invalid_opt_out_number',
        '/number',
        'missing',
        'No number was scheduled: give the one that opens.',
      );
    case 'number_taken':
      return problem('opt_out_number_taken', 'Another subscription has this number; it must be canceled first.');
    case 'tenant_closed':
      return problem('wrong_state', 'The tenant is closed: it gets no more numbers.');
    case 'busy':
      return busy;
  }
}
