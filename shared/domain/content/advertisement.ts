/**
 * What the law wants every advertisement to say: `(광고)` first, then who advertises, and at its end how to refuse for
 * free; the sender number is the contact. (Network Act, Art. 50④; phrases and tolerance as carriers check them.)
 */

/** As a customer asks for it. */
export interface AskedAdvertisement {
  /** National digits of an 080 number of the tenant's; null: the only one it has. */
  readonly optOutNumber: string | null;
  /** Parts that the text does not have are added. Otherwise the text is written by hand, and checked. */
  readonly addParts: boolean;
}

/** As a message keeps it. */
export interface Advertisement {
  /** Who advertises, as it is said in texts. */
  readonly advertiser: string;
  /** National digits, 080 first. */
  readonly optOutNumber: string;
  readonly addParts: boolean;
}

export const advertisementMark = '(광고)';
const optOutPhrases = ['무료수신거부', '무료거부'] as const;

/** The built-in variable that shows the opt-out line, and what it shows. */
export const optOutLineVariable = 'optOutLine';
export const optOutLineOf = ({ optOutNumber }: Pick<Advertisement, 'optOutNumber'>): string =>
  `${optOutPhrases[0]} ${optOutNumber}`;

export const advertisementParts = ['mark', 'advertiser_name', 'opt_out_line'] as const;
export type AdvertisementPart = (typeof advertisementParts)[number];

/** A part that a text lacks, and where it would have to be: UTF-16 units from 0. */
export interface MissingPart {
  readonly part: AdvertisementPart;
  readonly position: number;
}

/** How each part is asked for when it is missing. */
export const partMessages = ({
  advertiser,
  optOutNumber,
}: Advertisement): Readonly<Record<AdvertisementPart, string>> => ({
  mark: `An advertisement begins with ${advertisementMark}`,
  advertiser_name: `Behind ${advertisementMark} an advertisement says who advertises: ${advertiser}`,
  opt_out_line: `An advertisement ends with ${optOutPhrases.join(' or ')} and the number: ${optOutLineOf({ optOutNumber })}`,
});

/** What a finished text lacks first; null: nothing. */
export function missingPart(text: string, advertisement: Advertisement): MissingPart | null {
  if (!text.startsWith(advertisementMark)) return { part: 'mark', position: 0 };
  if (!isNamed(text, advertisement)) return { part: 'advertiser_name', position: lastNameAt(text) };
  return endsWithOptOut(text, advertisement) ? null : { part: 'opt_out_line', position: text.length };
}

/** The last place behind the mark where the name may begin: spaces, line ends and opening brackets may come before it. */
const lastNameAt = (text: string): number =>
  advertisementMark.length + (/^[\s[<({【〔「『]*/u.exec(text.slice(advertisementMark.length))?.[0].length ?? 0);

/** Whether `begins` holds anywhere where the name may begin: a name such as (주)봉수 has a bracket of its own. */
function isNamedBy(text: string, begins: (at: number) => boolean): boolean {
  const last = lastNameAt(text);
  for (let at = advertisementMark.length; at <= last; at++) if (begins(at)) return true;
  return false;
}

const isNamed = (text: string, { advertiser }: Advertisement): boolean =>
  isNamedBy(text, (at) => text.startsWith(advertiser, at));

/** Carriers tolerate spaces, brackets, colons and hyphens in the phrase and the number. */
const bare = (text: string): string => text.slice(-longestEnd).replace(/[\s[\]<>(){}【】:：-]/gu, '');
/** Far more than phrase, number and everything that is tolerated among them. */
const longestEnd = 80;

function endsWithOptOut(text: string, { optOutNumber }: Advertisement): boolean {
  const end = bare(text);
  return optOutPhrases.some((phrase) => end.endsWith(phrase + optOutNumber));
}

/** How all texts of a message begin and end; null where that differs by recipient. */
export interface TextEnds {
  readonly first: string | null;
  readonly last: string | null;
}

/** What is added before and behind texts with these ends. */
export interface AddedParts {
  readonly before: string;
  readonly behind: string;
}

export const nothingAdded: AddedParts = { before: '', behind: '' };

export function partsToAdd({ first, last }: TextEnds, advertisement: Advertisement): AddedParts {
  if (!advertisement.addParts) return nothingAdded;
  const hasMark = first?.startsWith(advertisementMark) ?? false;
  const hasOptOut = last !== null && endsWithOptOut(last, advertisement);
  return {
    before: hasMark ? '' : `${advertisementMark}${advertisement.advertiser}\n`,
    behind: hasOptOut ? '' : `\n${optOutLineOf(advertisement)}`,
  };
}

/** Whether texts with these ends have every part, whatever stands between. */
export const hasEveryPart = ({ first, last }: TextEnds, advertisement: Advertisement): boolean =>
  first !== null &&
  last !== null &&
  first.startsWith(advertisementMark) &&
  isNamed(first, advertisement) &&
  endsWithOptOut(last, advertisement);

/** The part that texts with these ends lack for certain, whatever stands between; null: none, or it differs. */
export function surelyMissing({ first, last }: TextEnds, advertisement: Advertisement): AdvertisementPart | null {
  const { advertiser, optOutNumber } = advertisement;
  if (first !== null && !mayBegin(first, advertisementMark)) return 'mark';
  if (first?.startsWith(advertisementMark) && !isNamedBy(first, (at) => mayBegin(first.slice(at), advertiser)))
    return 'advertiser_name';
  const decided = last !== null && bare(last).length >= optOutPhrases[0].length + optOutNumber.length;
  return decided && !endsWithOptOut(last, advertisement) ? 'opt_out_line' : null;
}

/** Whether what begins like `text` can begin with `wanted`. */
const mayBegin = (text: string, wanted: string): boolean => text.startsWith(wanted) || wanted.startsWith(text);
