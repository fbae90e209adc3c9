import type { ContactId, ImportId, OwnerId } from '../../contracts/ids.ts';
import { type Attributes, type AttributeValue, attributesFit, attributeText } from './attribute.ts';

/** A person a customer knows: a number, and what is to be said to whom it belongs. */
export interface Contact {
  readonly id: ContactId;
  readonly owner: OwnerId;
  /** E.164 digits; no two contacts of an owner have the same. */
  readonly digits: string;
  readonly name: string | null;
  readonly attributes: Attributes;
  readonly tags: readonly string[];
  /** Rises by one with every write. */
  readonly version: number;
  /** The import that made the latest change, if one did. */
  readonly importId: ImportId | null;
  /** When the latest change was asked for: of an import, before its rows were read. */
  readonly asOfMs: number;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
}

export const nameCharactersMax = 100;
export const tagCharactersMax = 50;
export const tagsMax = 20;

/** What is said anew; what is left out stays as it is. An attribute that is null goes. */
export interface ContactChange {
  readonly digits?: string | undefined;
  readonly name?: string | null | undefined;
  readonly attributes?: Readonly<Record<string, AttributeValue | null>> | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** What a contact is after a change; null: its attributes would be too many, or too long together. */
export function contactAfter(
  before: Contact,
  { digits, name, attributes, tags }: ContactChange,
  by: Pick<Contact, 'importId' | 'asOfMs' | 'changedAtMs'>,
): Contact | null {
  const merged = { ...before.attributes, ...attributes };
  const kept = Object.entries(merged).filter((entry): entry is [string, AttributeValue] => entry[1] !== null);
  const next = Object.fromEntries(kept);
  if (!attributesFit(next)) return null;
  return {
    ...before,
    ...by,
    digits: digits ?? before.digits,
    name: name === undefined ? before.name : name,
    attributes: next,
    tags: tags ?? before.tags,
  };
}

/** Whether two say the same of a person. */
export const saysTheSame = (one: Contact, other: Contact): boolean => whatItSays(one) === whatItSays(other);

const whatItSays = ({ digits, name, attributes, tags }: Contact): string =>
  JSON.stringify([digits, name, Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)), tags]);

/** What a text may say of a contact, by the names of its variables. */
export const variablesOf = ({ name, attributes }: Contact): Readonly<Record<string, string>> => ({
  ...(name === null ? {} : { name }),
  ...Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attributeText(value)])),
});
