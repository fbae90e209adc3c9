/** How contacts are found by a part of their name, among a million of them, without looking at each. */

/** Capitals, widths and spaces make no difference. */
export const searchedName = (name: string): string =>
  name.normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/g, ' ').trim();

const placesMax = 20;
/** Of a name from one of its places on; a longer part is found by its beginning, and then compared. */
const keyCharacters = 30;

/** A syllable or character of East Asia: names of people are made of few of them, and are looked for by any. */
const eastAsian = /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * Where a search may begin in a name: at each word, and at each Hangul or Chinese character; at 20 places. Answers the
 * name from each of them on, as it lies in the index.
 */
export function namePlaces(name: string | null): readonly string[] {
  if (name === null) return [];
  const characters = [...searchedName(name)];
  const places = new Set<string>();
  for (const [at, character] of characters.entries()) {
    if (places.size === placesMax) break;
    if (character === ' ') continue;
    const beginsWord = at === 0 || /[^\p{L}\p{N}]/u.test(characters[at - 1]!);
    if (beginsWord || eastAsian.test(character)) places.add(placeOf(characters.slice(at)));
  }
  return [...places];
}

/** How a part lies in the index, or the beginning of it. */
export const placeOfPart = (part: string): string => placeOf([...searchedName(part)]);

const placeOf = (characters: readonly string[]): string => characters.slice(0, keyCharacters).join('');

/** The place under which a part leads to a name: the first, so that each contact is found once. Null: by none. */
export function placeFor(name: string | null, part: string): string | null {
  const [searched, wanted] = [searchedName(name ?? ''), searchedName(part)];
  const begin = placeOfPart(part);
  if (!searched.includes(wanted)) return null;
  return namePlaces(name).find((place) => place.startsWith(begin)) ?? null;
}
