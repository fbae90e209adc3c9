import type { ContactId, OwnerId } from '../../contracts/ids.ts';
import type { IdempotencyRecord, Replayed } from '../idempotency/idempotency.ts';
import type { Permission } from '../permissions/permission.ts';
import type { Contact } from './contact.ts';

/** What contacts ask of the world. A use case names only the ports it uses. */

/** The most contacts, or numbers, of one read. */
export const contactsReadMax = 1_000;

export interface ContactReader {
  /** Consistent; who is absent is not among the owner's contacts. */
  readMany(owner: OwnerId, ids: readonly ContactId[]): Promise<ReadonlyMap<ContactId, Contact>>;
}

/** Whom a number belongs to; or that it belonged to somebody who was deleted, or has another number now, for as long as imports may bring it back. */
export type NumberPlace = { readonly contact: Contact } | { readonly deletedAtMs: number };

/** That a number was deleted is known for so long: longer than any import of a file that has it can be at work. */
export const deletionKnownMs = 7 * 86_400_000;

export interface NumberTaken {
  readonly kind: 'number_taken';
  readonly contactId: ContactId;
}

export interface ContactStore extends ContactReader {
  /** Consistent. Numbers that are nobody's are absent. */
  atNumbers(owner: OwnerId, digits: readonly string[]): Promise<ReadonlyMap<string, NumberPlace>>;
  /**
   * Makes a contact, with its number and all by which it is found, in one transaction. Not if the number is another's;
   * nor, with `unlessDeletedSinceMs`, if it was deleted after that.
   */
  create(
    contact: Contact,
    record: IdempotencyRecord | null,
    unlessDeletedSinceMs: number | null,
  ): Promise<{ readonly kind: 'created' } | Replayed | NumberTaken | { readonly kind: 'deleted' }>;
  /** Writes `after`, one version on, if the contact is still as `before` was read, with whatever leads to it. */
  replace(
    before: Contact,
    after: Contact,
  ): Promise<{ readonly kind: 'written'; readonly contact: Contact } | { readonly kind: 'changed' } | NumberTaken>;
  /**
   * Takes the contact and all that leads to it away, and what its number allowed and refused (`said`, as it was read) but
   * for an opt-out; notes that the number was deleted, and that whatever else there is of it has to be erased.
   */
  remove(before: Contact, said: Permission | null, nowMs: number): Promise<'removed' | 'changed'>;
  list(owner: OwnerId, search: ContactSearch): Promise<ContactPage>;
}

/** Which contacts are wanted; what is null is not asked. */
export interface ContactSearch {
  /** E.164 digits, or how they begin. */
  readonly digits: string | null;
  readonly namePart: string | null;
  readonly tag: string | null;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after: string | null;
}

/** A page may be shorter than its limit and still have a next one. */
export interface ContactPage {
  readonly items: readonly Contact[];
  readonly next: string | null;
}
