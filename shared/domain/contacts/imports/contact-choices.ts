import type { AttributeType } from '../attribute.ts';

/** What an import of contacts was asked for beside its file. */
export interface ContactChoices {
  /** What becomes of a contact that is there: it gets what its row says, or stays as it is. */
  readonly existing: 'update' | 'skip';
  /** Types of columns; the others are of the type that a contact's attribute has, or text. */
  readonly types: Readonly<Record<string, AttributeType>>;
}
