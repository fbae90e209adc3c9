/**
 * Korean particles have two forms: one after a syllable that ends in a consonant, one after a vowel. Which of them
 * follows a value is a matter of how its end is read aloud.
 */

/** How a value ends when it is read in Korean. `rieul` is ㄹ, the consonant that `으로` treats as a vowel. */
export type Ending = 'vowel' | 'consonant' | 'rieul';

/** The form after a consonant, then the one after a vowel. */
const pairs: readonly (readonly [closed: string, open: string])[] = [
  ['은', '는'],
  ['이', '가'],
  ['을', '를'],
  ['과', '와'],
  ['아', '야'],
  ['이나', '나'],
  ['이랑', '랑'],
  ['이에요', '예요'],
  ['이라', '라'],
  ['으로', '로'],
];

/** The pairs as texts may name them; each in either order, and those that only add a syllable as `(으)로` too. */
export const josaPairs: readonly string[] = pairs.map(([closed, open]) => `${closed}/${open}`);

const formsByName = new Map(pairs.flatMap((forms) => namesOf(forms).map((name) => [name, forms] as const)));

function namesOf([closed, open]: (typeof pairs)[number]): string[] {
  const names = [`${closed}/${open}`, `${open}/${closed}`];
  return closed.endsWith(open) ? [...names, `(${closed.slice(0, -open.length)})${open}`] : names;
}

/** Puts the right one of two particles behind a value; null if there is no such pair. An empty value stays empty. */
export function josaOf(pair: string): ((value: string) => string) | null {
  const forms = formsByName.get(pair.replace(/\s/g, '').normalize('NFC'));
  if (!forms) return null;
  const [closed, open] = forms;
  const afterRieul = closed === '으로' ? open : closed;
  const particles: Record<Ending, string> = { vowel: open, consonant: closed, rieul: afterRieul };
  return (value) => (value === '' ? '' : value + particles[endingOf(value)]);
}

/**
 * How `value` ends when it is read:
 * - Hangul by its last syllable, single letters by their names (ㄱ is 기역);
 * - digits one by one, so by the last: 0 1 3 6 7 8 end in a consonant, 1 7 8 of them in ㄹ;
 * - Latin capitals by their names (엘 엠 엔 알 end in consonants), other Latin words as they usually sound;
 * - `%` and `°` as 퍼센트 and 도, `+` and `&` as 플러스 and 앤드;
 * - brackets, quotes, punctuation, spaces and ornaments at the end are looked through.
 * Whatever else it ends in counts as a vowel.
 */
export function endingOf(value: string): Ending {
  const plainly = endingOfUnit(value.charCodeAt(value.length - 1));
  if (plainly) return plainly;
  const read = endRead(value);
  const unit = read.charCodeAt(read.length - 1);
  const ending = endingOfUnit(unit);
  if (ending) return ending;
  if (unit >= 0x3131 && unit <= 0x314e) return unit === 0x3139 ? 'rieul' : 'consonant';
  const [word] = /[a-z]+$/i.exec(read) ?? [];
  return word === undefined ? 'vowel' : endingOfLatin(word);
}

const digitEndings = 'consonant rieul vowel consonant vowel vowel consonant rieul rieul vowel'.split(' ') as Ending[];

/** Of a syllable or a digit; null for everything else. */
function endingOfUnit(unit: number): Ending | null {
  if (unit >= 0x30 && unit <= 0x39) return digitEndings[unit - 0x30]!;
  if (!(unit >= 0xac00 && unit <= 0xd7a3)) return null;
  const final = (unit - 0xac00) % 28;
  if (final === 0) return 'vowel';
  return final === 8 ? 'rieul' : 'consonant';
}

/** More than the end of any word is never looked at, however long the value. */
const lookedAt = 100;

/** The end that is read: composed, full-width and circled letters as plain ones, without what is looked through. */
function endRead(value: string): string {
  return value
    .slice(-lookedAt)
    .replace(/[^\u3131-\u314e]+/g, (part) => part.normalize('NFKC'))
    .replace(/[^\p{L}\p{N}%‰°+&]+$/u, '');
}

function endingOfLatin(word: string): Ending {
  if (word === word.toUpperCase()) return letterEnding(word.at(-1)!);
  const end = word.toLowerCase();
  if (/le?$/.test(end)) return 'rieul'; // Paul, Apple
  if (/(?:[mn]e?|ng)$/.test(end)) return 'consonant'; // Kim, Jane, Yang
  if (/(?:ck|ook|[aeiou][bc]|(?:^|[^aeiou])[aeiou][kpt])$/.test(end)) return 'consonant'; // Jack, Book, Eric, Shop
  return 'vowel'; // Lee, Peter, Park, David
}

function letterEnding(letter: string): Ending {
  if (letter === 'L' || letter === 'R') return 'rieul';
  return letter === 'M' || letter === 'N' ? 'consonant' : 'vowel';
}
