import { filterNames } from '../../shared/domain/content/filters.ts';
import { josaPairs } from '../../shared/domain/content/josa.ts';

/** What customers read about writing texts. */
export const textGuide = [
  'Variables are columns of the recipients, written in one of three forms, the same in text and subject:',
  '`{{ name | default: "고객" }}` (Liquid), `##name##` or `#{name}`.',
  '`phoneNumber` (or `recipient_no`) is the number of each recipient.',
  `Filters of the first form: ${filterNames.join(', ')}.`,
  '`{{ name | josa: "은/는" }}` puts the particle behind the value that its last sound asks for; digits and Latin',
  'letters are read in Korean, closing brackets, quotes and punctuation are looked through, whatever else it ends in',
  `counts as a vowel. Pairs: ${josaPairs.join(', ')}, also (으)로.`,
  'In the other forms a key has letters, digits and underscores, with dots, hyphens and spaces between them; `##` or',
  '`#{` that begins no key is plain text, and `{{ "##so##" }}` writes the signs themselves. A row without a value for a',
  'variable that has no default is skipped as `missing_variable`.',
].join(' ');

export const subjectGuide =
  'Of an LMS or MMS: one line of at most 40 bytes for each recipient. It may use variables as the text does; a carrier ' +
  'call has one subject, so a dispatch whose recipients hardly ever share one fails as `too_many_subjects`.';
