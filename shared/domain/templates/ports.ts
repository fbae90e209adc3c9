import type { CategoryId, OwnerId, TemplateId } from '../../contracts/ids.ts';
import type { IdempotencyRecord, Replayed } from '../idempotency/idempotency.ts';
import type { Category, CategoryTree } from './category-tree.ts';
import type { MessageTemplate } from './message-template.ts';

/** What templates ask of the world. A use case names only the ports it uses. */

export interface TemplateReader {
  /** Consistent; null if the owner has none of this id. */
  find(owner: OwnerId, id: TemplateId): Promise<MessageTemplate | null>;
}

export interface TemplateSearch {
  /** In the form of `searchedName`. */
  readonly namePart: string | null;
  readonly categoryId: CategoryId | null;
  readonly limit: number;
  readonly after: TemplateId | null;
}

export interface TemplateStore extends TemplateReader {
  create(
    template: MessageTemplate,
    record: IdempotencyRecord,
  ): Promise<
    | { readonly kind: 'created' }
    | Replayed
    | { readonly kind: 'no_category' }
    | { readonly kind: 'full' }
    | { readonly kind: 'images_gone' }
  >;
  /**
   * Writes `after` under the next version if the stored one is still at `before`'s. Images that it no longer has are to be
   * removed; new ones are taken over from their removal, and `images_gone` if that has begun.
   */
  replace(
    before: MessageTemplate,
    after: MessageTemplate,
  ): Promise<MessageTemplate | 'changed' | 'no_category' | 'images_gone'>;
  /** Its images are to be removed. */
  remove(before: MessageTemplate, nowMs: number): Promise<'removed' | 'changed'>;
  /** Newest first. */
  list(
    owner: OwnerId,
    search: TemplateSearch,
  ): Promise<{ readonly items: readonly MessageTemplate[]; readonly next: TemplateId | null }>;
}

/** Every write is refused as `changed` if the tree is no longer at the version that was read. */
export interface CategoryStore {
  /** Consistent. */
  read(owner: OwnerId): Promise<CategoryTree>;
  add(
    owner: OwnerId,
    tree: CategoryTree,
    category: Category,
    record: IdempotencyRecord,
  ): Promise<'written' | 'changed' | Replayed>;
  /** Name and place; how many templates are in it is not written here. */
  change(owner: OwnerId, tree: CategoryTree, category: Category): Promise<'written' | 'changed'>;
  /** `in_use`: a template came into it. */
  remove(owner: OwnerId, tree: CategoryTree, id: CategoryId): Promise<'written' | 'changed' | 'in_use'>;
}
