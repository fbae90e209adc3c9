import * as z from 'zod';
import {
  type Advertisement,
  type AskedAdvertisement,
  advertisementMark,
  optOutLineOf,
} from '../../shared/domain/content/advertisement.ts';
import type { Message } from '../../shared/domain/dispatches/dispatch.ts';
import type { OptOutNumberRefusal } from '../../shared/domain/dispatches/judged-message.ts';
import type { AtNight } from '../../shared/domain/dispatches/night-plan.ts';
import type { PartMissing } from '../../shared/domain/dispatches/part-missing.ts';
import { fieldProblem, type Problem, problem } from './problems.ts';
import { shownTime } from './shapes.ts';

/** How advertisements are asked for, shown and refused. */

/** An 080 number in any usual form, as it is dialled in Korea. */
const nationalDigits = (given: string): string => given.replace(/\D/g, '').replace(/^(?:00)?82(?=80)/, '0');

const example = optOutLineOf({ optOutNumber: '0801234567' });

export const advertisementShape = z
  .union([
    z.boolean(),
    z.strictObject({
      optOutNumber: z.string().min(3).max(30).optional().meta({ description: 'Needed if you have several open ones' }),
      addRequiredParts: z.boolean().default(false).meta({ description: 'Adds the parts that the text does not have' }),
    }),
  ])
  .default(false)
  .meta({
    description:
      `Whether it is an advertisement by law. Then every finished text begins with ${advertisementMark} and the advertiser’s ` +
      `name (setting \`advertiserName\`, else your registered name) and ends with the free opt-out line, such as ${example}; ` +
      '`{{ optOutLine }}` shows that line. Parts are added on request, else checked: a text without one is refused. It ' +
      'takes an 080 number that is open, reaches nobody who opted out or refused, and at night only those who ' +
      'consented to that (settings `nightWindows`, `nightPolicy`).',
  })
  .transform((given): AskedAdvertisement | null => {
    if (given === false) return null;
    const { optOutNumber = null, addRequiredParts = false } = given === true ? {} : given;
    return { optOutNumber: optOutNumber === null ? null : nationalDigits(optOutNumber), addParts: addRequiredParts };
  });

export const shownAdvertisementShape = z.union([
  z.literal(false),
  z.object({
    optOutNumber: z.string().nullable().meta({ description: 'null: the only one that is open when it is sent' }),
    addRequiredParts: z.boolean(),
    advertiserName: z.string().optional().meta({ description: 'As it was when the dispatch was created' }),
  }),
]);

export function shownAdvertisement(
  advertisement: Message['advertisement'] | Advertisement,
): z.input<typeof shownAdvertisementShape> {
  if (advertisement === null) return false;
  const { optOutNumber, addParts } = advertisement;
  const name = 'advertiser' in advertisement ? { advertiserName: advertisement.advertiser } : {};
  return { optOutNumber, addRequiredParts: addParts, ...name };
}

const numberProblems: Readonly<Record<OptOutNumberRefusal['why'], string>> = {
  none: 'An advertisement needs an 080 number of yours that is open, by which people refuse it for free.',
  several: 'You have several open 080 numbers: say which one people refuse this advertisement by.',
  not_open: 'This is no open 080 number of yours.',
};

/** How an advertisement that cannot be sent is answered. */
export function advertisementProblem(refusal: OptOutNumberRefusal | PartMissing | AtNight): Problem {
  switch (refusal.kind) {
    case 'opt_out_number': {
      const pointer = refusal.why === 'none' ? '/message/advertisement' : '/message/advertisement/optOutNumber';
      return fieldProblem('opt_out_number_not_open', pointer, 'invalid_value', numberProblems[refusal.why]);
    }
    case 'advertisement_part_missing': {
      const { part, row, position } = refusal;
      const detail = `The text of recipient ${row} lacks ${part} at character ${position + 1}.`;
      return problem('advertisement_part_missing', detail, {
        members: { part, row, position },
        errors: [{ in: 'body', pointer: '/message/text', code: 'invalid_value', detail }],
      });
    }
    case 'night_window': {
      const opensAt = shownTime(refusal.opensAtMs);
      const detail = `All of it would go at night, and nobody in it is known to have consented to that. It may go from ${opensAt} on.`;
      return problem('night_window', detail, { members: { opensAt } });
    }
  }
}

/** Why an advertisement may be refused, for those routes that send one. */
export const advertisementProblems = ['opt_out_number_not_open', 'advertisement_part_missing', 'night_window'] as const;
