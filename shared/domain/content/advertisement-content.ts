import {
  type AddedParts,
  type Advertisement,
  optOutLineOf,
  optOutLineVariable,
  partMessages,
  surelyMissing,
  type TextEnds,
} from './advertisement.ts';
import { type CharacterPolicy, substituteCharacters } from './characters.ts';
import type { ContentProblem, MessageContent } from './content.ts';
import { measureText, unsendableFlag } from './cp949.ts';
import type { Output, Template } from './template.ts';

/** What a text says as an advertisement, and what it lacks, before any recipient is known. */

/** The built-in line where there is no opt-out number to show. */
export function optOutLineProblems(...templates: readonly (Template | null)[]): ContentProblem[] {
  const [text, subject] = templates;
  const uses = [
    ...(text?.uses ?? []).map((use) => ({ ...use, pointer: '/text' })),
    ...(subject?.uses ?? []).map((use) => ({ ...use, pointer: '/subject' })),
  ];
  const message = `${optOutLineVariable} is the opt-out line of an advertisement, and this is none: set \`advertisement\``;
  return uses
    .filter(({ name }) => name === optOutLineVariable)
    .map(({ pointer, position }) => ({ code: 'opt_out_line_not_allowed', pointer, message, position }));
}

/** How every text begins and ends, as far as that is the same for everybody. */
export function endsOf({ parts }: Template, advertisement: Advertisement, characters: CharacterPolicy): TextEnds {
  const shown = parts.map((part) => {
    if (typeof part === 'string') return substituteCharacters(part, characters);
    return isOptOutLine(part) ? optOutLineOf(advertisement) : null;
  });
  const until = shown.indexOf(null);
  const first = shown.slice(0, until < 0 ? shown.length : until).join('');
  const last = shown.slice(shown.lastIndexOf(null) + 1).join('');
  return { first: first === '' ? null : first, last: last === '' ? null : last };
}

const isOptOutLine = ({ head, steps }: Output): boolean =>
  steps.length === 0 && head.kind === 'variable' && head.name === optOutLineVariable;

export function advertisementProblems(
  { text }: MessageContent,
  ends: TextEnds,
  { before, behind }: AddedParts,
  advertisement: Advertisement,
): ContentProblem[] {
  const { advertiser } = advertisement;
  if (measureText(advertiser).flags & unsendableFlag) {
    const message =
      'No Korean carrier takes every character of the advertiser’s name: set `advertiserName` in the settings';
    return [{ code: 'unsendable_character', pointer: '/advertisement', message, position: null }];
  }
  const part = surelyMissing(
    { first: before + (ends.first ?? '') || null, last: (ends.last ?? '') + behind || null },
    advertisement,
  );
  if (part === null) return [];
  const position = part === 'mark' ? 0 : part === 'opt_out_line' ? text.length : text.indexOf(')') + 1;
  const message = partMessages(advertisement)[part];
  return [{ code: 'advertisement_part_missing', pointer: '/text', message, position, part }];
}
