import type { CategoryId, OwnerId } from '../../contracts/ids.ts';
import { replayed } from '../../domain/idempotency/idempotency.ts';
import { type MessageTemplate, templatesMax } from '../../domain/templates/message-template.ts';
import type { TemplateStore } from '../../domain/templates/ports.ts';
import { removalOf } from '../../domain/templates/template-images.ts';
import { idempotencyPut, isTaken } from './idempotency.ts';
import { removalPut, takeOver } from './image-removals.ts';
import { templateKey, templateShelfKey } from './keys.ts';
import { queryAll, type Table, type TransactItem, transact } from './table.ts';
import { itemOfTemplate, openTemplates, templateOfItem } from './template-item.ts';

/**
 * Templates in the table. Whatever comes, goes or changes its category is counted on the owner's shelf in the same
 * transaction: so no template is in a category that has gone, and none beyond the limit.
 */
export function openTemplateStore(table: Table): TemplateStore {
  return {
    ...openTemplates(table),

    async create(template, record) {
      const put = { TableName: table.name, Item: itemOfTemplate(template), ConditionExpression: absent };
      const refusals = await transact(table, [
        idempotencyPut(table, record),
        { Put: put },
        shelfUpdate(table, template.owner, 1, [[template.categoryId, 1]]),
        ...(template.imageSet === null ? [] : [takeOver(table, template.imageSet)]),
      ]);
      if (refusals.length === 0) return { kind: 'created' };
      if (isTaken(refusals, 0)) return replayed;
      if (refusals.some(({ index }) => index === 1)) throw new Error(`${template.id} exists already`);
      const shelf = refusals.find(({ index }) => index === 2);
      if (!shelf) return { kind: 'images_gone' };
      const { categoryId } = template;
      return categoryId !== null && !shelf.item?.[categoryId] ? { kind: 'no_category' } : { kind: 'full' };
    },

    async replace(before, after) {
      const next = { ...after, version: before.version + 1 };
      const put: TransactItem = { Put: { TableName: table.name, Item: itemOfTemplate(next), ...stillAt(before) } };
      const moves = before.categoryId !== after.categoryId;
      const counted = shelfUpdate(table, before.owner, 0, [
        [before.categoryId, -1],
        [after.categoryId, 1],
      ]);
      const refusals = await transact(table, [put, ...imageWrites(table, before, after), ...(moves ? [counted] : [])]);
      if (refusals.length === 0) return next;
      if (refusals.some(({ index }) => index === 0)) return 'changed';
      return refusals.some(({ index }) => index === 1) && isTakenOver(before, after) ? 'images_gone' : 'no_category';
    },

    async remove(before, nowMs) {
      const key = templateKey(before.owner, before.id);
      const removal = removalOf(before, nowMs);
      const refusals = await transact(table, [
        { Delete: { TableName: table.name, Key: key, ...stillAt(before) } },
        shelfUpdate(table, before.owner, -1, [[before.categoryId, -1]]),
        ...(removal ? [removalPut(table, removal)] : []),
      ]);
      return refusals.length === 0 ? 'removed' : 'changed';
    },

    async list(owner, { namePart, categoryId, limit, after }) {
      const filters = [
        ...(namePart === null ? [] : ['contains(searched, :part)']),
        ...(categoryId === null ? [] : ['categoryId = :category']),
      ];
      const found = queryAll(table, {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ...(filters.length > 0 ? { FilterExpression: filters.join(' AND ') } : {}),
        ExpressionAttributeValues: {
          ':pk': templateKey(owner, 'tpl_').pk,
          ':first': 'tpl_',
          ':last': after ?? 'tpl_~', // sorts after every id
          ...(namePart === null ? {} : { ':part': namePart }),
          ...(categoryId === null ? {} : { ':category': categoryId }),
        },
        ScanIndexForward: false,
        ...(filters.length > 0 ? {} : { Limit: limit + 2 }), // one to know whether there is more, one for `after`
        ConsistentRead: true,
      });
      const items: MessageTemplate[] = [];
      for await (const item of found) {
        const template = templateOfItem(item);
        if (template.id === after) continue;
        if (items.length === limit) return { items, next: items.at(-1)!.id };
        items.push(template);
      }
      return { items, next: null };
    },
  };
}

const isTakenOver = (before: MessageTemplate, after: MessageTemplate): boolean =>
  after.imageSet !== null && after.imageSet !== before.imageSet;

/** The new images are taken over, first; the old ones are to be removed. */
function imageWrites(table: Table, before: MessageTemplate, after: MessageTemplate): readonly TransactItem[] {
  if (before.imageSet === after.imageSet) return [];
  const removal = removalOf(before, after.updatedAtMs);
  return [
    ...(after.imageSet === null ? [] : [takeOver(table, after.imageSet)]),
    ...(removal ? [removalPut(table, removal)] : []),
  ];
}

const absent = 'attribute_not_exists(pk)';

const stillAt = ({ version }: MessageTemplate) => ({
  ConditionExpression: '#version = :version',
  ExpressionAttributeNames: { '#version': 'version' },
  ExpressionAttributeValues: { ':version': version },
});

/** Counts `more` templates altogether, and so many more or fewer in categories, which must be there to take more. */
function shelfUpdate(
  table: Table,
  owner: OwnerId,
  more: number,
  counts: readonly (readonly [id: CategoryId | null, more: number])[],
): TransactItem {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = { ':shelf': 'shelf', ':none': 0, ':more': more };
  const sets = ['entity = :shelf', 'templates = if_not_exists(templates, :none) + :more'];
  const conditions: string[] = [];
  if (more > 0) {
    values[':max'] = templatesMax;
    conditions.push('(attribute_not_exists(templates) OR templates < :max)');
  }
  for (const [i, [id, by]] of counts.entries()) {
    if (id === null) continue;
    names[`#c${i}`] = id;
    values[`:c${i}`] = by;
    sets.push(`#c${i}.templates = #c${i}.templates + :c${i}`);
    conditions.push(`attribute_exists(#c${i})`);
  }
  return {
    Update: {
      TableName: table.name,
      Key: templateShelfKey(owner),
      UpdateExpression: `SET ${sets.join(', ')}`,
      ...(conditions.length > 0 ? { ConditionExpression: conditions.join(' AND ') } : {}),
      ...(Object.keys(names).length > 0 ? { ExpressionAttributeNames: names } : {}),
      ExpressionAttributeValues: values,
    },
  };
}
