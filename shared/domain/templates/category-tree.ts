import type { CategoryId } from '../../contracts/ids.ts';

export const categoriesMax = 1_000;
export const categoryDepthMax = 5;
export const categoryNameMax = 50;

/** A folder of templates. */
export interface Category {
  readonly id: CategoryId;
  readonly name: string;
  /** Null: at the top. */
  readonly parentId: CategoryId | null;
  /** Templates directly in it. */
  readonly templates: number;
}

/** All categories of an owner. They are changed under one version, so that no two moves can make a circle together. */
export interface CategoryTree {
  /** 0 before the first category. */
  readonly version: number;
  readonly categories: ReadonlyMap<CategoryId, Category>;
}

/** A category with its depth: 1 at the top. */
export interface PlacedCategory extends Category {
  readonly depth: number;
}

export type PlaceProblem = 'no_parent' | 'inside_itself' | 'too_deep';

/** Why a category cannot lie in `parentId`; `id` is null for a new one. */
export function placeProblem(
  tree: CategoryTree,
  id: CategoryId | null,
  parentId: CategoryId | null,
): PlaceProblem | null {
  if (parentId !== null && !tree.categories.has(parentId)) return 'no_parent';
  const above = pathTo(tree, parentId);
  if (id !== null && above.includes(id)) return 'inside_itself';
  const height = id === null ? 1 : heightOf(tree, id);
  return above.length + height > categoryDepthMax ? 'too_deep' : null;
}

/** Every category with its depth, each before those in it, siblings by name. */
export function placedCategories({ categories }: CategoryTree): readonly PlacedCategory[] {
  const byParent = Map.groupBy(categories.values(), ({ parentId }) => parentId);
  const below = (parentId: CategoryId | null, depth: number): PlacedCategory[] =>
    (byParent.get(parentId) ?? [])
      .toSorted((a, b) => compared(a.name, b.name) || compared(a.id, b.id))
      .flatMap((category) => [{ ...category, depth }, ...below(category.id, depth + 1)]);
  return below(null, 1);
}

export const placedCategory = (tree: CategoryTree, category: Category): PlacedCategory => ({
  ...category,
  depth: pathTo(tree, category.parentId).length + 1,
});

export const childrenOf = ({ categories }: CategoryTree, id: CategoryId): readonly Category[] =>
  [...categories.values()].filter(({ parentId }) => parentId === id);

/** The category and all it lies in, from the inside out. */
function pathTo({ categories }: CategoryTree, id: CategoryId | null): readonly CategoryId[] {
  const path: CategoryId[] = [];
  for (let at = id; at !== null; at = categories.get(at)?.parentId ?? null) path.push(at);
  return path;
}

const heightOf = (tree: CategoryTree, id: CategoryId): number =>
  1 + Math.max(0, ...childrenOf(tree, id).map((child) => heightOf(tree, child.id)));

const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
