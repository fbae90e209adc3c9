import { describe, expect, test } from 'vitest';
import type { CategoryId, ImageSetId, OwnerId } from '../../../shared/contracts/ids.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import type { ImageRemovals } from '../../../shared/domain/images/image-removal.ts';
import type { Category } from '../../../shared/domain/templates/category-tree.ts';
import { type MessageTemplate, templatesMax } from '../../../shared/domain/templates/message-template.ts';
import type { CategoryStore, TemplateStore } from '../../../shared/domain/templates/ports.ts';
import { newOwner, newUlid, noonMs, recordOf } from './samples.ts';

export interface TemplateWorld {
  readonly templates: TemplateStore;
  readonly categories: CategoryStore;
  readonly removals: ImageRemovals;
  rememberedOf(record: IdempotencyRecord): Promise<IdempotencyRecord | null>;
}

export const templateOf = (over: Partial<MessageTemplate> = {}): MessageTemplate => ({
  id: `tpl_${newUlid()}`,
  owner: newOwner(),
  name: '출발 안내',
  categoryId: null,
  channel: 'sms',
  content: {
    type: 'auto',
    subject: null,
    text: '{{ name }}님',
    variables: [{ name: 'name', type: 'text', format: null, default: '고객' }],
    images: [],
  },
  imageSet: null,
  version: 1,
  createdAtMs: noonMs,
  updatedAtMs: noonMs,
  ...over,
});

/** What every store of templates and their categories must do. `open` may answer the same world again. */
export function templateStoreContract(open: () => Promise<TemplateWorld>): void {
  const withCategories = async (...names: readonly string[]) => {
    const world = await open();
    const owner = newOwner();
    const ids: CategoryId[] = [];
    for (const name of names) ids.push(await added(world, owner, { name }));
    return { ...world, owner, ids };
  };
  const added = async ({ categories }: TemplateWorld, owner: OwnerId, over: Partial<Category>) => {
    const category: Category = { id: `cat_${newUlid()}`, name: 'A', parentId: null, templates: 0, ...over };
    expect(await categories.add(owner, await categories.read(owner), category, recordOf(owner))).toBe('written');
    return category.id;
  };
  const made = async ({ templates }: TemplateWorld, over: Partial<MessageTemplate> = {}) => {
    const template = templateOf(over);
    expect(await templates.create(template, recordOf(template.owner))).toEqual({ kind: 'created' });
    return template;
  };
  const countOf = async ({ categories }: TemplateWorld, owner: OwnerId, id: CategoryId) =>
    (await categories.read(owner)).categories.get(id)?.templates;

  describe('a template', () => {
    test('comes out as it went in, to its owner only', async () => {
      const world = await open();
      const template = await made(world);
      expect(await world.templates.find(template.owner, template.id)).toEqual(template);
      expect(await world.templates.find(newOwner(), template.id)).toBeNull();
      expect(await world.templates.find(`${template.owner}.test` as OwnerId, template.id)).toBeNull();
    });

    test('is created once per idempotency record', async () => {
      const world = await open();
      const [first, second] = [templateOf(), templateOf()];
      const record = recordOf(first.owner);
      expect(await world.templates.create(first, record)).toEqual({ kind: 'created' });
      expect(await world.rememberedOf(record)).toEqual(record);
      const again = { ...second, owner: first.owner };
      expect(await world.templates.create(again, record)).toEqual({ kind: 'replayed' });
      expect(await world.templates.find(again.owner, again.id)).toBeNull();
    });

    test('is counted in its category, wherever it goes', async () => {
      const world = await withCategories('A', 'B');
      const { owner, ids, templates } = world;
      const [a, b] = ids as [CategoryId, CategoryId];
      const counts = async () => [await countOf(world, owner, a), await countOf(world, owner, b)];
      const template = await made(world, { owner, categoryId: a });
      expect(await counts()).toEqual([1, 0]);
      const second = (await templates.replace(template, { ...template, categoryId: b })) as MessageTemplate;
      expect(second).toEqual({ ...template, categoryId: b, version: 2 });
      expect(await counts()).toEqual([0, 1]);
      const third = (await templates.replace(second, { ...second, name: 'Other' })) as MessageTemplate;
      expect(await counts()).toEqual([0, 1]);
      const fourth = (await templates.replace(third, { ...third, categoryId: null })) as MessageTemplate;
      expect(await counts()).toEqual([0, 0]);
      const fifth = (await templates.replace(fourth, { ...fourth, categoryId: a })) as MessageTemplate;
      expect(fifth.version).toBe(5);
      expect(await templates.remove(fifth, noonMs)).toBe('removed');
      expect(await counts()).toEqual([0, 0]);
      expect(await templates.find(owner, template.id)).toBeNull();
    });

    test('goes into no category that is not there, nor into another owner’s', async () => {
      const world = await withCategories('A');
      const [theirs] = world.ids;
      for (const categoryId of [theirs!, `cat_${newUlid()}` as const]) {
        const template = templateOf({ categoryId });
        const record = recordOf(template.owner);
        expect(await world.templates.create(template, record)).toEqual({ kind: 'no_category' });
        expect(await world.rememberedOf(record)).toBeNull();
        const loose = await made(world, { owner: template.owner });
        expect(await world.templates.replace(loose, { ...loose, categoryId })).toBe('no_category');
        expect(await world.templates.find(loose.owner, loose.id)).toEqual(loose);
      }
    });

    test('is written over only by who saw its last version', async () => {
      const world = await withCategories('A');
      const { owner, ids, templates } = world;
      const template = await made(world, { owner, categoryId: ids[0]! });
      const edits = ['B', 'C', 'D'].map((name) => templates.replace(template, { ...template, name }));
      const outcomes = await Promise.all(edits);
      expect(outcomes.filter((outcome) => outcome === 'changed')).toHaveLength(2);
      const stored = outcomes.find((outcome) => typeof outcome !== 'string');
      expect(await templates.find(owner, template.id)).toEqual(stored);
      expect(await templates.replace(template, { ...template, categoryId: null })).toBe('changed');
      expect(await templates.remove(template, noonMs)).toBe('changed');
      expect(await countOf(world, owner, ids[0]!)).toBe(1);
    });

    test('that has gone is neither written nor removed again', async () => {
      const world = await open();
      const template = await made(world);
      expect(await world.templates.remove(template, noonMs)).toBe('removed');
      expect(await world.templates.remove(template, noonMs)).toBe('changed');
      expect(await world.templates.replace(template, template)).toBe('changed');
      expect(await world.templates.find(template.owner, template.id)).toBeNull();
    });

    test('can be had a thousand times, and not once more until one goes', async () => {
      const world = await open();
      const owner = newOwner();
      const all: MessageTemplate[] = [];
      for (let i = 0; i < templatesMax; i++) all.push(await made(world, { owner }));
      const one = templateOf({ owner });
      expect(await world.templates.create(one, recordOf(owner))).toEqual({ kind: 'full' });
      await world.templates.remove(all[0]!, noonMs);
      expect(await world.templates.create(one, recordOf(owner))).toEqual({ kind: 'created' });
    }, 30_000);
  });

  describe('the images of a template', () => {
    const hourMs = 3_600_000;
    const imagesIn = (imageSet: ImageSetId, count = 2): Pick<MessageTemplate, 'content' | 'imageSet'> => {
      const images = Array.from({ length: count }, (_, i) => ({
        uploadId: `upl_${newUlid()}` as const,
        key: `templates/${imageSet}/${i}`,
        ...{ sizeBytes: 5, sha256: 'f00d', writtenAtMs: noonMs },
      }));
      return { content: { ...templateOf().content, images }, imageSet };
    };
    const planned = async ({ removals }: TemplateWorld, count = 2) => {
      const id: ImageSetId = `img_${newUlid()}`;
      const given = imagesIn(id, count);
      await removals.plan({ id, keys: given.content.images.map(({ key }) => key), atMs: noonMs + hourMs });
      return { id, given };
    };

    test('are taken over with the template, and given up when it has others or goes', async () => {
      const world = await open();
      const { templates, removals } = world;
      const [first, second] = [await planned(world), await planned(world, 3)];
      expect(await removals.find(first.id)).toMatchObject({ id: first.id, atMs: noonMs + hourMs });
      const one = await made(world, first.given);
      expect(await templates.find(one.owner, one.id)).toEqual(one);
      expect(await removals.find(first.id)).toBeNull();

      const named = (await templates.replace(one, { ...one, name: 'Other' })) as MessageTemplate;
      expect(await removals.find(first.id)).toBeNull();
      const updatedAtMs = noonMs + 5;
      const two = (await templates.replace(named, { ...named, ...second.given, updatedAtMs })) as MessageTemplate;
      expect(two).toMatchObject({ version: 3, imageSet: second.id });
      expect(await removals.find(second.id)).toBeNull();
      const keysOf = ({ content }: MessageTemplate) => content.images.map(({ key }) => key);
      expect(await removals.find(first.id)).toEqual({
        ...{ id: first.id, keys: keysOf(one), atMs: updatedAtMs + hourMs },
      });

      const none = { ...two, content: { ...two.content, images: [] }, imageSet: null };
      const three = (await templates.replace(two, none)) as MessageTemplate;
      expect(await removals.find(second.id)).toMatchObject({ keys: keysOf(two) });
      const { id, given } = await planned(world);
      const four = (await templates.replace(three, { ...three, ...given })) as MessageTemplate;
      expect(await removals.find(id)).toBeNull();
      expect(await templates.remove(four, noonMs + 9)).toBe('removed');
      expect(await removals.find(id)).toMatchObject({ keys: keysOf(four), atMs: noonMs + 9 + hourMs });
    });

    test('stay to be removed when the template is refused', async () => {
      const world = await open();
      const { templates, removals } = world;
      const { id, given } = await planned(world);
      const categoryId = `cat_${newUlid()}` as const;
      const astray = templateOf({ ...given, categoryId });
      expect(await templates.create(astray, recordOf(astray.owner))).toEqual({ kind: 'no_category' });
      const record = recordOf(newOwner());
      const other = await made(world);
      expect(await templates.create(templateOf({ owner: other.owner }), record)).toEqual({ kind: 'created' });
      expect(await templates.create(templateOf(given), record)).toEqual({ kind: 'replayed' });
      expect(await templates.replace(other, { ...other, ...given, categoryId })).toBe('no_category');
      expect(await templates.replace({ ...other, version: 7 }, { ...other, ...given })).toBe('changed');
      expect(await removals.find(id)).not.toBeNull();
      expect(await templates.find(other.owner, other.id)).toEqual(other);
    });

    test('are given to no template once their removal has begun, or is over', async () => {
      const world = await open();
      const { templates, removals } = world;
      const { id, given } = await planned(world);
      const other = await made(world);
      const ask = async () => {
        const template = templateOf(given);
        const record = recordOf(template.owner);
        expect(await templates.create(template, record)).toEqual({ kind: 'images_gone' });
        expect(await world.rememberedOf(record)).toBeNull();
        expect(await templates.find(template.owner, template.id)).toBeNull();
        expect(await templates.replace(other, { ...other, ...given })).toBe('images_gone');
        expect(await templates.find(other.owner, other.id)).toEqual(other);
      };
      expect(await removals.begin((await removals.find(id))!)).toBe(true);
      await ask();
      expect(await removals.begin((await removals.find(id))!)).toBe(true); // after a crash
      await removals.forget(id);
      await ask();
      await removals.forget(id);
    });

    test('are not removed on the word of an earlier plan', async () => {
      const world = await open();
      const { templates, removals } = world;
      const { id, given } = await planned(world);
      const seen = (await removals.find(id))!;
      const one = await made(world, given);
      expect(await removals.begin(seen)).toBe(false);
      await templates.remove(one, noonMs + 1);
      expect(await removals.begin(seen)).toBe(false);
      expect(await removals.begin((await removals.find(id))!)).toBe(true);
    });
  });

  describe('a list of templates', () => {
    const search = { namePart: null, categoryId: null, limit: 50, after: null };

    test('is the newest first, page by page, of one owner', async () => {
      const world = await open();
      const owner = newOwner();
      const all: MessageTemplate[] = [];
      for (let i = 0; i < 5; i++) all.push(await made(world, { owner }));
      await made(world);
      const first = await world.templates.list(owner, { ...search, limit: 2 });
      expect(first).toEqual({ items: [all[4], all[3]], next: all[3]!.id });
      const second = await world.templates.list(owner, { ...search, limit: 2, after: first.next });
      expect(second).toEqual({ items: [all[2], all[1]], next: all[1]!.id });
      const third = await world.templates.list(owner, { ...search, limit: 2, after: second.next });
      expect(third).toEqual({ items: [all[0]], next: null });
      expect(await world.templates.list(owner, { ...search, limit: 5 })).toMatchObject({ next: null });
    });

    test('finds by part of the name and by category', async () => {
      const world = await withCategories('A');
      const { owner, ids, templates } = world;
      const sale = await made(world, { owner, name: 'Winter SALE', categoryId: ids[0]! });
      const due = await made(world, { owner, name: '납부 안내'.normalize('NFD') });
      const found = async (over: Partial<typeof search> | { namePart: string } | { categoryId: CategoryId }) =>
        (await templates.list(owner, { ...search, ...over })).items;
      expect(await found({ namePart: 'er sa' })).toEqual([sale]);
      expect(await found({ namePart: '납부' })).toEqual([due]);
      expect(await found({ namePart: 'nothing' })).toEqual([]);
      expect(await found({ categoryId: ids[0]! })).toEqual([sale]);
      const page = await templates.list(owner, { ...search, namePart: 'a', limit: 1 });
      expect(page).toEqual({ items: [sale], next: null });
    });
  });

  describe('a category', () => {
    test('is there once it is added, and only for its owner', async () => {
      const { categories, owner, ids } = await withCategories('A', 'B');
      const tree = await categories.read(owner);
      expect(tree.version).toBe(2);
      expect([...tree.categories.values()].map(({ id, name }) => [id, name]).sort()).toEqual(
        ids.map((id, i) => [id, ['A', 'B'][i]]).sort(),
      );
      expect(await categories.read(newOwner())).toEqual({ version: 0, categories: new Map() });
    });

    test('is added once per idempotency record', async () => {
      const { categories, owner, rememberedOf } = await withCategories('A');
      const record = recordOf(owner);
      const category = (): Category => ({ id: `cat_${newUlid()}`, name: 'B', parentId: null, templates: 0 });
      expect(await categories.add(owner, await categories.read(owner), category(), record)).toBe('written');
      expect(await rememberedOf(record)).toEqual(record);
      const again = await categories.add(owner, await categories.read(owner), category(), record);
      expect(again).toEqual({ kind: 'replayed' });
      expect((await categories.read(owner)).categories.size).toBe(2);
    });

    test('is changed under the tree’s version: of any two writes from one reading, one is refused', async () => {
      const { categories, owner, ids } = await withCategories('A', 'B');
      const tree = await categories.read(owner);
      const [a, b] = ids.map((id) => tree.categories.get(id)!) as [Category, Category];
      const fresh: Category = { id: `cat_${newUlid()}`, name: 'C', parentId: null, templates: 0 };
      const outcomes = await Promise.all([
        categories.change(owner, tree, { ...a, parentId: b.id }),
        categories.change(owner, tree, { ...b, parentId: a.id }),
        categories.remove(owner, tree, a.id),
        categories.add(owner, tree, fresh, recordOf(owner)),
      ]);
      expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'changed')).toHaveLength(3);
      expect((await categories.read(owner)).version).toBe(tree.version + 1);
    });

    test('keeps its count of templates when it is renamed', async () => {
      const world = await withCategories('A');
      const { categories, owner, ids } = world;
      const tree = await categories.read(owner);
      await made(world, { owner, categoryId: ids[0]! });
      expect(await categories.change(owner, tree, { ...tree.categories.get(ids[0]!)!, name: 'Z' })).toBe('written');
      expect((await categories.read(owner)).categories.get(ids[0]!)).toMatchObject({ name: 'Z', templates: 1 });
    });

    test('does not go while a template is in it, not even one that came after the tree was read', async () => {
      const world = await withCategories('A');
      const { categories, owner, ids, templates } = world;
      const tree = await categories.read(owner);
      const template = await made(world, { owner, categoryId: ids[0]! });
      expect(await categories.remove(owner, tree, ids[0]!)).toBe('in_use');
      await templates.remove(template, noonMs);
      expect(await categories.remove(owner, tree, ids[0]!)).toBe('written');
      expect((await categories.read(owner)).categories.size).toBe(0);
    });
  });
}
