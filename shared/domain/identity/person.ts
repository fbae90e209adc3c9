/** Somebody as a carrier knows its subscriber. */
export interface Person {
  readonly name: string;
  /** National digits of their mobile number: `01012345678`. */
  readonly number: string;
}

const plain = (name: string): string => name.normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase();

/** Whether two spellings are one name: however a keyboard composes it, whatever the case and the spaces around it. */
export const isSameName = (one: string, other: string): boolean => plain(one) === plain(other);

export const isSamePerson = (one: Person, other: Person): boolean =>
  one.number === other.number && isSameName(one.name, other.name);
