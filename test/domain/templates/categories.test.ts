import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CategoryId, OwnerId } from '../../../shared/contracts/ids.ts';
import {
  type CategoryTree,
  categoriesMax,
  categoryDepthMax,
  placedCategories,
} from '../../../shared/domain/templates/category-tree.ts';
import { addCategory, changeCategory, removeCategory } from '../../../shared/domain/templates/edit-categories.ts';
import { createTemplate, editTemplate, removeTemplate } from '../../../shared/domain/templates/edit-template.ts';
import { newOwner, newUlid, noonMs, recordOf } from '../../support/contracts/samples.ts';
import { createFakeImages } from '../../support/fakes/images.ts';
import { createFakeTemplateStores } from '../../support/fakes/template-store.ts';

const content = { type: 'auto', subject: null, text: 'Hi', variables: [], images: [] } as const;

/** Use cases over memory; `pause` stands between what they read and what they write. */
function open(owner: OwnerId, pause: () => Promise<void> = async () => {}) {
  const stores = createFakeTemplateStores();
  const paused =
    <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      await pause();
      return work(...given);
    };
  const categories = {
    read: stores.categories.read,
    add: paused(stores.categories.add),
    change: paused(stores.categories.change),
    remove: paused(stores.categories.remove),
  };
  const templates = {
    ...stores.templates,
    create: paused(stores.templates.create),
    replace: paused(stores.templates.replace),
    remove: paused(stores.templates.remove),
  };
  const ids = { ulid: newUlid };
  const ports = {
    ...{ categories, templates, ids, time: { now: () => noonMs } },
    tenants: { charactersOf: async () => 'refuse' as const },
    ...{ uploads: { find: async () => null }, images: createFakeImages(), removals: stores.removals },
  };
  const remember = () => recordOf(owner);
  return {
    ...{ stores, ports },
    add: (parentId: CategoryId | null) => addCategory(ports, owner, { name: 'C', parentId }, remember),
    move: (id: CategoryId, parentId: CategoryId | null) => changeCategory(ports, owner, id, { parentId }),
    rename: (id: CategoryId, name: string) => changeCategory(ports, owner, id, { name }),
    remove: (id: CategoryId) => removeCategory(ports, owner, id),
    write: (categoryId: CategoryId | null) =>
      createTemplate(ports, owner, { name: 'T', categoryId, content }, remember),
    read: () => stores.categories.read(owner),
    all: async () =>
      (await stores.templates.list(owner, { namePart: null, categoryId: null, limit: 1_000, after: null })).items,
  };
}
type World = ReturnType<typeof open>;

async function added(world: World, parentId: CategoryId | null): Promise<CategoryId> {
  const result = await world.add(parentId);
  if (result.kind !== 'added') throw new Error(result.kind);
  return result.category.id;
}

/** Everything is reached from the top, in time, and everything is counted. */
function expectTree(tree: CategoryTree, templates: Awaited<ReturnType<World['all']>>) {
  const placed = placedCategories(tree);
  expect(placed).toHaveLength(tree.categories.size);
  for (const { id, depth, templates: counted } of placed) {
    expect(depth).toBeLessThanOrEqual(categoryDepthMax);
    expect(counted).toBe(templates.filter(({ categoryId }) => categoryId === id).length);
  }
  for (const { categoryId } of templates) expect(categoryId === null || tree.categories.has(categoryId)).toBe(true);
}

const step = fc.tuple(
  fc.constantFrom('add', 'move', 'remove', 'write', 'refile', 'discard'),
  fc.nat(),
  fc.nat(),
  fc.nat(5),
);

describe('categories', () => {
  test('stay a tree that holds all templates, whatever is done at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { minLength: 2, maxLength: 6 }), { maxLength: 8 }), async (rounds) => {
        const owner = newOwner();
        let wait = 0;
        const world = open(owner, async () => {
          for (let i = wait; i > 0; i--) await Promise.resolve();
        });
        for (const round of rounds) {
          const ids: (CategoryId | null)[] = [null, ...(await world.read()).categories.keys()];
          const templates = await world.all();
          const of = (n: number) => ids[n % ids.length]!;
          await Promise.all(
            round.map(async ([what, a, b, pause]) => {
              wait = pause;
              const [first, second, template] = [of(a), of(b), templates[a % Math.max(1, templates.length)]];
              if (what === 'add') return world.add(first);
              if (what === 'write') return world.write(first);
              if (what === 'move') return first && world.move(first, second);
              if (what === 'remove') return first && world.remove(first);
              if (!template) return;
              if (what === 'discard') return removeTemplate(world.ports, owner, template.id);
              return editTemplate(world.ports, owner, template.id, { categoryId: second, content: {}, version: null });
            }),
          );
          expectTree(await world.read(), await world.all());
        }
      }),
      { numRuns: 150 },
    );
  });

  test('many added at once are all there', async () => {
    const world = open(newOwner(), () => new Promise((resolve) => setImmediate(resolve)));
    const told = await Promise.all(Array.from({ length: 15 }, () => world.add(null)));
    expect(told.map(({ kind }) => kind)).toEqual(told.map(() => 'added'));
    expect((await world.read()).categories.size).toBe(15);
  });

  test('renamed by two at once: the second hears of it instead of writing over it', async () => {
    const world = open(newOwner(), async () => {});
    const id = await added(world, null);
    const told = await Promise.all([world.rename(id, 'B'), world.rename(id, 'C')]);
    expect(told.map(({ kind }) => kind).sort()).toEqual(['changed', 'written']);
  });

  test('are a thousand at most', async () => {
    const world = open(newOwner());
    let last: CategoryId | null = null;
    for (let i = 0; i < categoriesMax; i++) last = await added(world, null);
    expect(await world.add(null)).toEqual({ kind: 'full' });
    await world.remove(last!);
    expect(await world.add(null)).toMatchObject({ kind: 'added' });
  });
});
