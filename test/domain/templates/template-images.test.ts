import { AsyncLocalStorage } from 'node:async_hooks';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TemplateId, UploadId } from '../../../shared/contracts/ids.ts';
import { imagesLeftMs } from '../../../shared/domain/images/image-removal.ts';
import { keepImages, sha256Of } from '../../../shared/domain/images/kept-images.ts';
import { sweepImages } from '../../../shared/domain/images/sweep-images.ts';
import { createTemplate, editTemplate, removeTemplate } from '../../../shared/domain/templates/edit-template.ts';
import type { MessageTemplate } from '../../../shared/domain/templates/message-template.ts';
import { contentWith } from '../../../shared/domain/templates/use-template.ts';
import { newOwner, newUlid, noonMs, recordOf } from '../../support/contracts/samples.ts';
import { createFakeImages } from '../../support/fakes/images.ts';
import { createFakeTemplateStores } from '../../support/fakes/template-store.ts';

const content = { type: 'auto', subject: null, text: 'Sale', variables: [] } as const;
const uploadIds = ['upl_A', 'upl_B', 'upl_C', 'upl_D'] as const;
const silent = { type: undefined, subject: undefined, variables: [] } as const;

class Died extends Error {}

/** Use cases over memory. `step` stands before everything that they ask of the world: it may wait, or end them. */
function open(step: () => Promise<void> = async () => {}) {
  const owner = newOwner();
  const clock = { nowMs: noonMs };
  const time = { now: () => clock.nowMs };
  const stores = createFakeTemplateStores();
  const bucket = createFakeImages();
  const fileOf = (id: UploadId) => Buffer.from(`file of ${id}`);
  for (const id of uploadIds) bucket.objects.set(`uploads/${id}`, fileOf(id));
  const uploads = {
    async find(_: unknown, id: UploadId) {
      const bytes = bucket.objects.get(`uploads/${id}`);
      if (!bytes) return null;
      const image = { width: 1, height: 1, sizeBytes: bytes.length, sha256: sha256Of(bytes) };
      const facts = { purpose: 'attachment', status: 'ready', expiresAtMs: Number.POSITIVE_INFINITY } as const;
      return { id, ...facts, objectKey: `uploads/${id}`, image };
    },
  };
  const stepping = <T extends object>(port: T): T => {
    const stepped = Object.entries(port).map(([name, work]) => [
      name,
      async (...given: unknown[]) => {
        await step();
        return work(...given);
      },
    ]);
    return Object.fromEntries(stepped);
  };
  const images = stepping({ read: bucket.read, write: bucket.write });
  const removals = stepping(stores.removals);
  const ports = {
    ...{ templates: stepping(stores.templates), uploads: stepping(uploads), images, removals, time },
    tenants: { charactersOf: async () => 'refuse' as const },
    ids: { ulid: newUlid },
  };
  const files = stepping({
    remove: async (keys: readonly string[]) => void keys.map((key) => bucket.objects.delete(key)),
  });
  const request = (ids: readonly UploadId[]) => ({ name: 'T', categoryId: null, content: { ...content, images: ids } });
  return {
    ...{ owner, clock, bucket, stores, ports },
    create: (ids: readonly UploadId[]) => createTemplate(ports, owner, request(ids), () => recordOf(owner)),
    edit: (id: TemplateId, changes: { images?: readonly UploadId[]; text?: string }) =>
      editTemplate(ports, owner, id, { content: changes, version: null }),
    discard: (id: TemplateId) => removeTemplate(ports, owner, id),
    /** As every way of sending does: looks the template up, and copies what it says. */
    async send(id: TemplateId) {
      const template = await ports.templates.find(owner, id);
      if (!template) return null;
      const message = contentWith(template, silent, clock.nowMs);
      return keepImages(images, `dsp_${newUlid()}`, message.images, clock.nowMs);
    },
    async sweep() {
      const due = [...bucket.objects.keys()].flatMap((key) => /img_\w+/.exec(key)?.[0] ?? []);
      for (const id of new Set(due)) await sweepImages({ removals, files, time }, id as `img_${string}`);
    },
    all: async () =>
      (await stores.templates.list(owner, { namePart: null, categoryId: null, limit: 1_000, after: null })).items,
    copies: () => [...bucket.objects.keys()].filter((key) => key.startsWith('templates/')).sort(),
    textsOf: ({ content }: Pick<MessageTemplate, 'content'>) =>
      content.images.map(({ key }) => String(Buffer.from(bucket.objects.get(key) ?? []))),
  };
}

async function made(world: ReturnType<typeof open>, ids: readonly UploadId[]): Promise<MessageTemplate> {
  const result = await world.create(ids);
  if (result.kind !== 'created') throw new Error(result.kind);
  return result.template;
}

describe('the images of a template', () => {
  test('are copies of its own, from which every message copies again, whatever becomes of the uploads', async () => {
    const world = open();
    const template = await made(world, ['upl_B', 'upl_A']);
    const folder = `templates/${world.owner}/${template.id}/${template.imageSet}/images`;
    expect(world.copies()).toEqual([`${folder}/1.jpg`, `${folder}/2.jpg`]);
    for (const id of uploadIds) world.bucket.objects.delete(`uploads/${id}`);
    world.clock.nowMs += 400 * 86_400_000;
    await world.sweep();
    const sent = await world.send(template.id);
    if (sent?.kind !== 'kept') throw new Error('not sent');
    expect(world.textsOf({ content: { ...content, images: sent.images } })).toEqual(['file of upl_B', 'file of upl_A']);
    expect(sent.images.map(({ writtenAtMs }) => writtenAtMs)).toEqual([world.clock.nowMs, world.clock.nowMs]);
    expect(sent.images.every(({ key }) => key.startsWith('dispatches/'))).toBe(true);
  });

  test('stay when only the text changes; those that stay among others are taken from the last version', async () => {
    const world = open();
    const { id, imageSet } = await made(world, ['upl_A', 'upl_B']);
    for (const gone of ['upl_A', 'upl_B']) world.bucket.objects.delete(`uploads/${gone}`);
    expect(await world.edit(id, { text: 'Other' })).toMatchObject({ template: { version: 2, imageSet } });
    expect(await world.edit(id, { images: ['upl_A', 'upl_B'] })).toMatchObject({ template: { version: 3, imageSet } });
    const edited = await world.edit(id, { images: ['upl_C', 'upl_B'] });
    if (edited.kind !== 'edited') throw new Error(edited.kind);
    expect(edited.template.imageSet).not.toBe(imageSet);
    expect(world.textsOf(edited.template)).toEqual(['file of upl_C', 'file of upl_B']);
    expect(await world.edit(id, { images: ['upl_A'] })).toEqual({ kind: 'image_not_found', index: 0 });
    expect(await world.edit(id, { images: [] })).toMatchObject({
      template: { imageSet: null, content: { images: [] } },
    });
  });

  test('that are no longer its own are left for an hour to who looked them up, and then gone', async () => {
    const world = open();
    const { id, imageSet } = await made(world, ['upl_A']);
    await world.edit(id, { images: ['upl_B'] });
    world.clock.nowMs += 3_599_999;
    await world.sweep();
    expect(world.copies()).toHaveLength(2);
    world.clock.nowMs += 1;
    await world.sweep();
    expect(world.copies()).toEqual([expect.not.stringContaining(imageSet!)]);
    await world.discard(id);
    world.clock.nowMs += imagesLeftMs;
    await world.sweep();
    expect(world.copies()).toEqual([]);
  });

  test('a file put over a checked one gets into no template, and leaves nothing behind', async () => {
    const world = open();
    const put = world.ports.removals.plan;
    world.ports.removals.plan = async (removal) => {
      await put(removal);
      world.bucket.objects.set('uploads/upl_B', Buffer.from('something else'));
    };
    expect(await world.create(['upl_A', 'upl_B'])).toEqual({ kind: 'image_gone', index: 1 });
    expect(await world.all()).toEqual([]);
    world.clock.nowMs += imagesLeftMs;
    await world.sweep();
    expect(world.copies()).toEqual([]);
  });

  test('a request that lasted until its copies were swept is refused', async () => {
    const world = open();
    const create = world.ports.templates.create;
    world.ports.templates.create = async (template, record) => {
      world.clock.nowMs += imagesLeftMs;
      await world.sweep();
      return create(template, record);
    };
    expect(await world.create(['upl_A'])).toEqual({ kind: 'image_gone', index: 0 });
    expect(await world.all()).toEqual([]);
  });

  test('are whole in every template and reach every send, and nothing else is left, whoever races and whatever ends', async () => {
    const pick = fc.constantFrom(...uploadIds);
    const action = fc.record({
      what: fc.constantFrom('create', 'edit', 'edit', 'text', 'discard', 'send', 'send', 'sweep'),
      which: fc.nat(5),
      ids: fc.array(pick, { maxLength: 3 }),
      /** Steps after which its process ends. */
      lives: fc.option(fc.nat(8), { freq: 2, nil: Number.POSITIVE_INFINITY }),
      minutes: fc.constantFrom(0, 0, 1, 61),
    });
    const seen = { sent: 0, died: 0, removed: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 4, maxLength: 20 }),
        fc.infiniteStream(fc.oneof(fc.nat(2), fc.nat(30))),
        async (all, waits) => {
          const life = new AsyncLocalStorage<{ left: number }>();
          const world = open(async () => {
            if (life.getStore()!.left-- <= 0) throw new Died();
            for (let i = waits.next().value ?? 0; i > 0; i--) await Promise.resolve();
          });
          const act = async ({ what, which, ids }: (typeof all)[number]) => {
            const templates = await world.all();
            const id = templates[which % Math.max(1, templates.length)]?.id;
            try {
              if (what === 'create') return await world.create(ids);
              if (what === 'sweep') return await world.sweep();
              if (!id) return;
              if (what === 'edit') return await world.edit(id, { images: ids });
              if (what === 'text') return await world.edit(id, { text: `Text ${which}` });
              if (what === 'discard') return await world.discard(id);
              const sent = await world.send(id);
              if (!sent) return;
              expect(sent.kind).toBe('kept');
              seen.sent++;
            } catch (error) {
              if (!(error instanceof Died)) throw error;
              seen.died++;
            }
          };
          const run = (one: (typeof all)[number]) => life.run({ left: one.lives }, () => act(one));
          for (let at = 0; at < all.length; ) {
            const round = all.slice(at, at + 1 + (all[at]!.which % 4));
            at += round.length;
            await Promise.all(round.map(run));
            world.clock.nowMs += round[0]!.minutes * 60_000; // requests end sooner than this
          }
          const before = world.copies().length;
          world.clock.nowMs += imagesLeftMs;
          await run({ what: 'sweep', which: 0, ids: [], lives: Number.POSITIVE_INFINITY, minutes: 0 });
          const templates = await world.all();
          expect(world.copies()).toEqual(
            templates.flatMap(({ content }) => content.images.map(({ key }) => key)).sort(),
          );
          for (const template of templates) {
            expect(world.textsOf(template)).toEqual(
              template.content.images.map(({ uploadId }) => `file of ${uploadId}`),
            );
          }
          seen.removed += before - world.copies().length;
        },
      ),
      { numRuns: 300 },
    );
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(50);
  });
});
