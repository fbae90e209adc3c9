import type { CategoryId, ImageSetId, OwnerId, TemplateId } from '../../../shared/contracts/ids.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import type { ImageRemoval, ImageRemovals } from '../../../shared/domain/images/image-removal.ts';
import type { Category, CategoryTree } from '../../../shared/domain/templates/category-tree.ts';
import { type MessageTemplate, searchedName, templatesMax } from '../../../shared/domain/templates/message-template.ts';
import type { CategoryStore, TemplateStore } from '../../../shared/domain/templates/ports.ts';
import { removalOf } from '../../../shared/domain/templates/template-images.ts';

interface Shelf {
  version: number;
  readonly categories: Map<CategoryId, Category>;
  readonly templates: Map<TemplateId, MessageTemplate>;
}

/** Templates and categories in memory, with the conditions and transactions of the table. */
export function createFakeTemplateStores() {
  const shelves = new Map<OwnerId, Shelf>();
  const remembered = new Map<string, IdempotencyRecord>();
  const nameOf = ({ scope, key }: IdempotencyRecord) => `${scope}|${key}`;
  const isTaken = (record: IdempotencyRecord) => remembered.has(nameOf(record));
  const shelfOf = (owner: OwnerId): Shelf => {
    const shelf = shelves.get(owner) ?? { version: 0, categories: new Map(), templates: new Map() };
    shelves.set(owner, shelf);
    return shelf;
  };
  const count = ({ categories }: Shelf, id: CategoryId | null, more: number) => {
    const category = id && categories.get(id);
    if (category) categories.set(category.id, { ...category, templates: category.templates + more });
  };

  const planned = new Map<ImageSetId, ImageRemoval & { begun: boolean }>();
  const removals: ImageRemovals = {
    plan: async (removal) => void planned.set(removal.id, { ...removal, begun: false }),
    async find(id) {
      const found = planned.get(id);
      return found ? { id, keys: found.keys, atMs: found.atMs } : null;
    },
    async begin({ id, atMs }) {
      const found = planned.get(id);
      if (found?.atMs !== atMs) return false;
      found.begun = true;
      return true;
    },
    forget: async (id) => void planned.delete(id),
  };
  const isGone = (id: ImageSetId | null) => id !== null && (planned.get(id)?.begun ?? true);
  const giveUp = (template: MessageTemplate, nowMs: number) => {
    const removal = removalOf(template, nowMs);
    if (removal) planned.set(removal.id, { ...removal, begun: false });
  };

  const templates: TemplateStore = {
    find: async (owner, id) => shelfOf(owner).templates.get(id) ?? null,

    async create(template, record) {
      const shelf = shelfOf(template.owner);
      if (isTaken(record)) return { kind: 'replayed' };
      if (template.categoryId !== null && !shelf.categories.has(template.categoryId)) return { kind: 'no_category' };
      if (shelf.templates.size >= templatesMax) return { kind: 'full' };
      if (isGone(template.imageSet)) return { kind: 'images_gone' };
      if (template.imageSet !== null) planned.delete(template.imageSet);
      remembered.set(nameOf(record), record);
      shelf.templates.set(template.id, template);
      count(shelf, template.categoryId, 1);
      return { kind: 'created' };
    },

    async replace(before, after) {
      const shelf = shelfOf(before.owner);
      if (shelf.templates.get(before.id)?.version !== before.version) return 'changed';
      if (after.categoryId !== null && !shelf.categories.has(after.categoryId)) return 'no_category';
      if (before.imageSet !== after.imageSet) {
        if (isGone(after.imageSet)) return 'images_gone';
        if (after.imageSet !== null) planned.delete(after.imageSet);
        giveUp(before, after.updatedAtMs);
      }
      const next = { ...after, version: before.version + 1 };
      shelf.templates.set(next.id, next);
      count(shelf, before.categoryId, -1);
      count(shelf, after.categoryId, 1);
      return next;
    },

    async remove(before, nowMs) {
      const shelf = shelfOf(before.owner);
      if (shelf.templates.get(before.id)?.version !== before.version) return 'changed';
      shelf.templates.delete(before.id);
      count(shelf, before.categoryId, -1);
      giveUp(before, nowMs);
      return 'removed';
    },

    async list(owner, { namePart, categoryId, limit, after }) {
      const found = [...shelfOf(owner).templates.values()]
        .filter((one) => namePart === null || searchedName(one.name).includes(namePart))
        .filter((one) => categoryId === null || one.categoryId === categoryId)
        .filter((one) => after === null || one.id < after)
        .sort((a, b) => (a.id < b.id ? 1 : -1));
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? items.at(-1)!.id : null };
    },
  };

  const isStillAt = (owner: OwnerId, { version }: CategoryTree) => shelfOf(owner).version === version;
  const categories: CategoryStore = {
    async read(owner) {
      const { version, categories } = shelfOf(owner);
      return { version, categories: new Map(categories) };
    },

    async add(owner, tree, { id, name, parentId, templates }, record) {
      if (isTaken(record)) return { kind: 'replayed' };
      if (!isStillAt(owner, tree)) return 'changed';
      remembered.set(nameOf(record), record);
      const shelf = shelfOf(owner);
      shelf.version++;
      shelf.categories.set(id, { id, name, parentId, templates });
      return 'written';
    },

    async change(owner, tree, { id, name, parentId }) {
      if (!isStillAt(owner, tree)) return 'changed';
      const shelf = shelfOf(owner);
      shelf.version++;
      const { templates } = shelf.categories.get(id)!;
      shelf.categories.set(id, { id, name, parentId, templates });
      return 'written';
    },

    async remove(owner, tree, id) {
      if (!isStillAt(owner, tree)) return 'changed';
      const shelf = shelfOf(owner);
      if (shelf.categories.get(id)!.templates > 0) return 'in_use';
      shelf.version++;
      shelf.categories.delete(id);
      return 'written';
    },
  };
  return { templates, categories, removals, remembered };
}
