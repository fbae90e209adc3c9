import { describe, expect, test } from 'vitest';
import { duplicateCampaign } from '../../../shared/domain/campaigns/create-campaign.ts';
import { editCampaign } from '../../../shared/domain/campaigns/edit-campaign.ts';
import { publishCampaign } from '../../../shared/domain/campaigns/publish-campaign.ts';
import { sendTest } from '../../../shared/domain/campaigns/test-send.ts';
import { createDispatch } from '../../../shared/domain/dispatches/create-dispatch.ts';
import { sendBatch } from '../../../shared/domain/dispatches/send-batch.ts';
import { sendMessages } from '../../../shared/domain/dispatches/send-messages.ts';
import { sha256Of } from '../../../shared/domain/images/kept-images.ts';
import type { MessageImage } from '../../../shared/domain/images/message-image.ts';
import type { createFakeImages } from '../../support/fakes/images.ts';
import { numberOf, ready, recipientsOf, requestOf, sending, sendOf } from '../../support/fakes/sends.ts';
import { createWorld, owner, type World } from '../../support/fakes/world.ts';
import { jpegOf } from '../../support/jpegs.ts';
import { createCampaignWorld, dayMs, hourMs, minuteMs, recordOf } from '../campaigns/campaign-world.ts';

const [first, second] = [jpegOf(1), jpegOf(2)];
const plain = (bytes: Uint8Array) => Uint8Array.from(bytes);

type Bucket = ReturnType<typeof createFakeImages>;

const bucketOf = (world: Pick<World, 'ports'>) => world.ports.images as Bucket;

/** Checked uploads of these files, attached now. */
const uploaded = (world: Pick<World, 'ports'>, ...files: readonly Buffer[]): readonly MessageImage[] =>
  files.map((bytes, i) => {
    const bucket = bucketOf(world);
    const writtenAtMs = world.ports.time.now();
    const key = `uploads/${i}.jpg`;
    bucket.objects.set(key, bytes);
    const uploadId = `upl_01J${String(i).padStart(23, '0')}` as const;
    return { uploadId, key, sizeBytes: bytes.length, sha256: sha256Of(bytes), writtenAtMs };
  });
const forgetUploads = (bucket: Bucket) => {
  for (const key of bucket.objects.keys()) if (key.startsWith('uploads/')) bucket.objects.delete(key);
};
const messageWith = (images: readonly MessageImage[], over: object = {}) => ({
  ...requestOf().message,
  images,
  ...over,
});

describe('a dispatch with images', () => {
  test('is quoted as MMS for everybody, whatever the length', async () => {
    const world = createWorld();
    const message = messageWith(uploaded(world, first));
    const { prepared } = await ready(
      world,
      recipientsOf(700, (i) => i % 2 === 0),
      { message },
    );
    expect(prepared?.totals).toMatchObject({ byType: { mms: 700 }, credits: 5_600 });
  });

  test('is sent with its files, whatever became of the uploads', async () => {
    const world = createWorld({ credits: 100 });
    const { id } = await sending(world, recipientsOf(2), { message: messageWith(uploaded(world, first, second)) });
    forgetUploads(bucketOf(world));
    await world.run();
    expect(world.dispatch(id)).toMatchObject({ state: 'completed', totals: { delivered: 2 } });
    expect(world.carrier.submits).toMatchObject([{ type: 'mms', images: [plain(first), plain(second)] }]);
    expect(await world.ports.balances.read(owner)).toMatchObject({ spent: 16, held: 0 });
  });

  test('of two batches reads the same files for both', async () => {
    const world = createWorld({ credits: 10_000 });
    const message = messageWith(uploaded(world, first));
    await sending(world, recipientsOf(700), { message });
    await world.run();
    expect(world.carrier.submits.map(({ images, messages }) => [images, messages.length])).toEqual([
      [[plain(first)], 500],
      [[plain(first)], 200],
    ]);
  });

  test('without any asks for no file', async () => {
    const world = createWorld();
    const ports = { ...world.ports, images: { ...world.ports.images, read: () => Promise.reject(new Error('read')) } };
    expect(await createDispatch(ports, owner, requestOf(), { list: recipientsOf(1) }, null)).toMatchObject({
      kind: 'created',
    });
  });

  test('whose files cannot be read is not claimed: its record comes again', async () => {
    const world = createWorld({ credits: 100 });
    const bucket = bucketOf(world);
    const { id, message } = await sending(world, recipientsOf(2), { message: messageWith(uploaded(world, first)) });
    const { key } = message.images[0]!;
    bucket.objects.delete(key);
    await expect(sendBatch(world.ports, sendOf(id))).rejects.toThrow('gone');
    expect(await world.batch(id)).toMatchObject({ state: 'planned', claim: 0 });
    expect(world.carrier.submits).toEqual([]);
    bucket.objects.set(key, first);
    await sendBatch(world.ports, sendOf(id));
    expect(world.carrier.submits).toHaveLength(1);
  });

  test('is not made when an image went meanwhile, and costs nothing', async () => {
    const world = createWorld({ credits: 100 });
    const bucket = bucketOf(world);
    const message = messageWith(uploaded(world, first, second));
    bucket.objects.set('uploads/1.jpg', jpegOf(3));
    const gone = { kind: 'image_gone', index: 1 };
    const request = requestOf({ message });
    expect(await createDispatch(world.ports, owner, request, { list: recipientsOf(1) }, null)).toEqual(gone);
    expect(await sendMessages(world.ports, owner, request, recipientsOf(1), null)).toEqual(gone);
    expect(world.dispatches.all.size).toBe(0);
    expect(await world.ports.balances.read(owner)).toMatchObject({ available: 100 });
  });

  test('that crashes between copy and creation leaves nothing but copies', async () => {
    const world = createWorld({ credits: 100 });
    const bucket = bucketOf(world);
    const request = requestOf({ message: messageWith(uploaded(world, first)) });
    const create = () => Promise.reject(new Error('crash'));
    const broken = { ...world.ports, dispatches: { ...world.dispatches, create } };
    await expect(createDispatch(broken, owner, request, { list: recipientsOf(1) }, null)).rejects.toThrow('crash');
    expect(world.dispatches.all.size).toBe(0);
    expect([...bucket.objects.keys()].filter((key) => !key.startsWith('uploads/'))).toEqual([
      expect.stringMatching(/^dispatches\/dsp_\w+\/images\/1\.jpg$/),
    ]);
    // The caller's retry makes one with copies of its own
    expect(await createDispatch(world.ports, owner, request, { list: recipientsOf(1) }, null)).toMatchObject({
      kind: 'created',
    });
  });

  test('a text over 2,000 bytes is left out, not cut', async () => {
    const world = createWorld({ credits: 100 });
    const message = messageWith(uploaded(world, first), { text: `{{ name }}${'가'.repeat(997)}` });
    const recipients = [
      { to: numberOf(0), variables: { name: '김철수' } },
      { to: numberOf(1), variables: { name: '김철수님' } },
    ];
    const { prepared } = await ready(world, recipients, { message });
    expect(prepared?.totals).toMatchObject({ byType: { mms: 1 }, excluded: { too_long: 1 }, credits: 8 });
  });
});

describe('a campaign with images', () => {
  async function drafted(over: object = {}) {
    const world = createCampaignWorld({ credits: 1_000 });
    const bucket = bucketOf(world);
    const campaign = await world.draft({ message: messageWith(uploaded(world, first, second)), ...over });
    return { world, bucket, campaign };
  }
  const nextMonth = (nowMs: number) => ({ startAtMs: nowMs + 50 * dayMs, endAtMs: nowMs + 51 * dayMs });

  test('sends them weeks after the uploads have gone', async () => {
    const { world, bucket, campaign } = await drafted();
    forgetUploads(bucket);
    const edited = await editCampaign(world.ports, campaign, { period: nextMonth(world.clock.now()) });
    if (edited.kind !== 'edited') throw new Error(edited.kind);
    await world.publish(campaign);
    await world.runFor(52 * dayMs);
    const { dispatch } = await world.look(campaign.id);
    expect(dispatch).toMatchObject({ state: 'completed', totals: { delivered: 3 } });
    expect(world.carrier.submits).toMatchObject([{ type: 'mms', images: [plain(first), plain(second)] }]);
    // Its own copies, so that the dispatch may be moved to later than those of the campaign last
    expect(dispatch?.message.images.map(({ key }) => key)).toEqual([
      `dispatches/${dispatch?.id}/images/1.jpg`,
      `dispatches/${dispatch?.id}/images/2.jpg`,
    ]);
  });

  test('tries them out', async () => {
    const { world, bucket, campaign } = await drafted();
    forgetUploads(bucket);
    const test = { to: [numberOf(7)], variables: { name: 'Kim' } };
    expect(await sendTest(world.ports, campaign, test, () => recordOf('test'))).toMatchObject({ kind: 'sent' });
    await world.runFor(minuteMs);
    expect(world.carrier.submits).toMatchObject([{ type: 'mms', images: [plain(first), plain(second)] }]);
  });

  test('exchanges them, and keeps them when something else is edited', async () => {
    const { world, bucket, campaign } = await drafted();
    const other = await editCampaign(world.ports, campaign, { message: messageWith(uploaded(world, second)) });
    if (other.kind !== 'edited') throw new Error(other.kind);
    const named = await editCampaign(world.ports, other.campaign, { name: 'Other' });
    if (named.kind !== 'edited') throw new Error(named.kind);
    forgetUploads(bucket);
    expect(await bucket.load(named.campaign.message.images)).toEqual([plain(second)]);
    expect(await bucket.load(campaign.message.images)).toEqual([plain(first), plain(second)]);
  });

  test('is not edited to an image that has gone', async () => {
    const { world, bucket, campaign } = await drafted();
    const message = messageWith(uploaded(world, second));
    forgetUploads(bucket);
    const gone = { kind: 'refused', refusal: { kind: 'image_gone', index: 0 } };
    expect(await editCampaign(world.ports, campaign, { message })).toEqual(gone);
    expect(world.campaigns.all.get(campaign.id)).toEqual(campaign);
  });

  test('that lay for half a year, or its duplicate, is refused: its images are about to go', async () => {
    const { world, campaign } = await drafted();
    const copied = await duplicateCampaign(world.ports, campaign, () => recordOf('copy'));
    if (copied.kind !== 'created') throw new Error(copied.kind);
    world.clock.advance(179 * dayMs);
    const atMs = world.clock.now();
    const publish = async (id: typeof campaign.id, startAtMs: number) => {
      const draft = world.campaigns.all.get(id)!;
      const period = { startAtMs, endAtMs: startAtMs + dayMs };
      const recipients = { list: recipientsOf(1) };
      const edited = await editCampaign(world.ports, draft, { period, recipients });
      if (edited.kind !== 'edited') throw new Error(edited.kind);
      return publishCampaign(world.ports, edited.campaign, () => recordOf(`${id} ${startAtMs}`));
    };
    const refused = { kind: 'refused', refusal: { kind: 'images_expired' } };
    expect(await publish(campaign.id, atMs + dayMs)).toEqual(refused);
    expect(await publish(copied.campaign.id, atMs + dayMs)).toEqual(refused);
    expect(await publish(campaign.id, atMs + hourMs)).toMatchObject({ kind: 'published' });
  });

  test('whose copies were lost fails and says so, once', async () => {
    const { world, bucket, campaign } = await drafted();
    await world.publish(campaign);
    bucket.objects.clear();
    await world.runFor(dayMs);
    expect(await world.look(campaign.id)).toMatchObject({
      campaign: { failure: { code: 'image_expired' } },
      dispatch: null,
    });
    expect(world.carrier.submits).toEqual([]);
  });
});
