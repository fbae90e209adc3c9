import type { CategoryId, OwnerId } from '../../contracts/ids.ts';
import type { Ids } from '../dispatches/ports.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import {
  type Category,
  categoriesMax,
  childrenOf,
  type PlacedCategory,
  type PlaceProblem,
  placedCategory,
  placeProblem,
} from './category-tree.ts';
import type { CategoryStore } from './ports.ts';

export interface CategoryPorts {
  readonly categories: CategoryStore;
  readonly ids: Ids;
}

type Misplaced = { readonly kind: 'misplaced'; readonly problem: PlaceProblem };
/** Others went on changing the tree for as long as anybody should wait. */
type Changed = { readonly kind: 'changed' };

/** Each try reads the tree anew; in a crowd one write wins each round. */
const triesMax = 20;

export async function addCategory(
  { categories, ids }: CategoryPorts,
  owner: OwnerId,
  { name, parentId }: Pick<Category, 'name' | 'parentId'>,
  remember: Remember<PlacedCategory>,
): Promise<{ readonly kind: 'added'; readonly category: PlacedCategory } | Replayed | Misplaced | Changed | Full> {
  const id: CategoryId = `cat_${ids.ulid()}`;
  for (let tries = 0; tries < triesMax; tries++) {
    const tree = await categories.read(owner);
    const problem = placeProblem(tree, null, parentId);
    if (problem) return { kind: 'misplaced', problem };
    if (tree.categories.size >= categoriesMax) return { kind: 'full' };
    const category = placedCategory(tree, { id, name, parentId, templates: 0 });
    const outcome = await categories.add(owner, tree, category, remember(category));
    if (outcome === 'written') return { kind: 'added', category };
    if (outcome !== 'changed') return outcome;
  }
  return { kind: 'changed' };
}
interface Full {
  readonly kind: 'full';
}

/** Renames or moves, or both. What another changed of the same category meanwhile is not overwritten. */
export async function changeCategory(
  { categories }: Pick<CategoryPorts, 'categories'>,
  owner: OwnerId,
  id: CategoryId,
  changes: Partial<Pick<Category, 'name' | 'parentId'>>,
): Promise<{ readonly kind: 'written'; readonly category: PlacedCategory } | Misplaced | Changed | Absent> {
  let first: Category | null = null;
  for (let tries = 0; tries < triesMax; tries++) {
    const tree = await categories.read(owner);
    const before = tree.categories.get(id);
    if (!before) return { kind: 'absent' };
    first ??= before;
    if (before.name !== first.name || before.parentId !== first.parentId) return { kind: 'changed' };
    const category = placedCategory(tree, { ...before, ...changes });
    const problem = placeProblem(tree, id, category.parentId);
    if (problem) return { kind: 'misplaced', problem };
    const outcome = await categories.change(owner, tree, category);
    if (outcome === 'written') return { kind: 'written', category };
  }
  return { kind: 'changed' };
}
interface Absent {
  readonly kind: 'absent';
}

/** Only an empty category goes: neither templates nor categories are in it. */
export async function removeCategory(
  { categories }: Pick<CategoryPorts, 'categories'>,
  owner: OwnerId,
  id: CategoryId,
): Promise<'removed' | 'absent' | 'not_empty' | 'changed'> {
  for (let tries = 0; tries < triesMax; tries++) {
    const tree = await categories.read(owner);
    const category = tree.categories.get(id);
    if (!category) return 'absent';
    if (category.templates > 0 || childrenOf(tree, id).length > 0) return 'not_empty';
    const outcome = await categories.remove(owner, tree, id);
    if (outcome === 'written') return 'removed';
    if (outcome === 'in_use') return 'not_empty';
  }
  return 'changed';
}
