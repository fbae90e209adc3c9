import { measureText, unitTable, unsendableFlag } from './cp949.ts';

/**
 * What becomes of characters that no Korean carrier takes: `refuse` names them, `swap` puts safe look-alikes in their
 * place and refuses what is left, `replace` puts `?` in the place of what is left.
 */
export const characterPolicies = ['refuse', 'swap', 'replace'] as const;
export type CharacterPolicy = (typeof characterPolicies)[number];

/** Look-alikes that mean the same. */
export const characterSwaps: Readonly<Record<string, string>> = {
  '\u20a9': '\uffe6', // won sign
  '\u2013': '-', // en dash
  '\u2014': '-', // em dash
  '\u00a0': ' ', // no-break space
};
const swapped = new RegExp(`[${Object.keys(characterSwaps).join('')}]`, 'g');

/** A normalised text as it is counted and sent under a policy. Line ends stay, also where they may not stand. */
export function substituteCharacters(text: string, policy: CharacterPolicy): string {
  if (policy === 'refuse' || !(measureText(text).flags & unsendableFlag)) return text;
  const swaps = text.replace(swapped, (character) => characterSwaps[character]!);
  return policy === 'swap' ? swaps : withoutUnsendable(swaps);
}

/** One `?` for each character, however many UTF-16 units it has. */
function withoutUnsendable(text: string): string {
  let result = '';
  for (const character of text) result += unitTable[character.charCodeAt(0)]! & unsendableFlag ? '?' : character;
  return result;
}
