import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type CategoryId, categoryIdShape, type OwnerId } from '../../contracts/ids.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import type { Category, CategoryTree } from '../../domain/templates/category-tree.ts';
import type { CategoryStore } from '../../domain/templates/ports.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { templateShelfKey } from './keys.ts';
import { type Item, type Table, type TransactItem, transact } from './table.ts';

/** A category is an attribute of the owner's shelf, named by its id; `templates` in it is counted by the template store. */
const storedCategory = z.object({
  name: z.string(),
  parentId: categoryIdShape.nullable(),
  templates: z.int().min(0),
});

function treeOf(shelf: Item): CategoryTree {
  const ids = Object.keys(shelf).filter((name): name is CategoryId => name.startsWith('cat_'));
  const categories = ids.map((id) => [id, { id, ...storedCategory.parse(shelf[id]) }] as const);
  return { version: z.int().min(1).optional().parse(shelf.version) ?? 0, categories: new Map(categories) };
}

/** Categories in the table: one item for the whole tree, each write conditional on its version. */
export function openCategoryStore(table: Table): CategoryStore {
  return {
    async read(owner) {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.name, Key: templateShelfKey(owner), ConsistentRead: true }),
      );
      return treeOf(Item ?? {});
    },

    async add(owner, tree, { id, name, parentId, templates }, record) {
      const refusals = await transact(table, [
        idempotencyPut(table, record),
        treeUpdate(table, owner, tree, {
          set: '#category = :category',
          id,
          values: { ':category': { name, parentId, templates } },
        }),
      ]);
      if (refusals.length === 0) return 'written';
      return isTaken(refusals, 0) ? replayed : 'changed';
    },

    async change(owner, tree, { id, name, parentId }: Category) {
      const refusals = await transact(table, [
        treeUpdate(table, owner, tree, {
          set: '#category.#name = :name, #category.parentId = :parentId',
          id,
          names: { '#name': 'name' },
          values: { ':name': name, ':parentId': parentId },
        }),
      ]);
      return refusals.length === 0 ? 'written' : 'changed';
    },

    async remove(owner, tree, id) {
      const refusals = await transact(table, [
        treeUpdate(table, owner, tree, {
          remove: '#category',
          id,
          condition: '#category.templates = :none',
          values: { ':none': 0 },
        }),
      ]);
      if (refusals.length === 0) return 'written';
      const now = treeOf(refusals[0]?.item ?? {});
      return now.version === tree.version && now.categories.has(id) ? 'in_use' : 'changed';
    },
  };
}

interface TreeChange {
  readonly id: CategoryId;
  readonly set?: string;
  readonly remove?: string;
  readonly condition?: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

/** One change of the tree, under the version that was read. */
function treeUpdate(table: Table, owner: OwnerId, { version }: CategoryTree, change: TreeChange): TransactItem {
  const unchanged = version === 0 ? 'attribute_not_exists(#version)' : '#version = :version';
  const sets = ['entity = :shelf', '#version = :next', ...(change.set ? [change.set] : [])];
  return {
    Update: {
      TableName: table.name,
      Key: templateShelfKey(owner),
      UpdateExpression: `SET ${sets.join(', ')}${change.remove ? ` REMOVE ${change.remove}` : ''}`,
      ConditionExpression: [unchanged, ...(change.condition ? [change.condition] : [])].join(' AND '),
      ExpressionAttributeNames: { '#version': 'version', '#category': change.id, ...change.names },
      ExpressionAttributeValues: {
        ...change.values,
        ':shelf': 'shelf',
        ':next': version + 1,
        ...(version === 0 ? {} : { ':version': version }),
      },
    },
  };
}
