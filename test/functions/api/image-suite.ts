import { beforeEach } from 'vitest';
import type { OwnerId, UploadId } from '../../../shared/contracts/ids.ts';
import { World } from '../../domain/uploads/fake-uploads.ts';
import { createFakeImages } from '../../support/fakes/images.ts';
import { jpegOf } from '../../support/jpegs.ts';
import { type Api, openApi, type TestTenant } from './api-client.ts';
import { type ApiSuite, apiSuite } from './api-suite.ts';
import { newShop } from './things.ts';

/** An API with a bucket in memory, and a tenant that can send; fields are set before each test. */
export interface ImageSuite {
  readonly suite: ApiSuite;
  api: Api;
  shop: TestTenant;
  bucket: ReturnType<typeof createFakeImages>;
  post(path: string, body: object, key?: string): ReturnType<Api>;
  /** A place for an attachment. */
  made(body?: object, key?: string): ReturnType<Api>;
  /** Puts a file to an upload and has it checked, over the API's own table. */
  put(id: string, content: Buffer, whose?: string): Promise<void>;
  /** A ready attachment of this file. */
  image(content?: Buffer): Promise<string>;
}

export function imageSuite(): ImageSuite {
  const suite = apiSuite();
  const images = { suite } as ImageSuite;
  beforeEach(async () => {
    const bucket = createFakeImages();
    const { creating, planning, sending, templating } = suite.deps;
    const write = async (key: string) => ({ rowsKey: key, rejectedKey: key, columns: [], rows: 1, rejected: 0 });
    images.bucket = bucket;
    images.api = openApi({
      ...suite.deps,
      creating: { ...creating, images: bucket, lists: { write } },
      planning: { ...planning, images: bucket },
      sending: { ...sending, images: bucket },
      templating: { ...templating, images: bucket },
    });
    images.shop = await newShop(images.api);
  });
  const post: ImageSuite['post'] = (path, body, key = images.shop.live) =>
    images.api({ method: 'POST', path, key, body });
  const made: ImageSuite['made'] = (body = {}, key = images.shop.live) =>
    post('/v1/uploads', { purpose: 'attachment', fileName: 'sale.jpg', ...body }, key);
  const put: ImageSuite['put'] = async (id, content, whose = images.shop.id) => {
    const world = new World();
    world.nowMs = suite.clock.nowMs;
    const { objectKey } = (await suite.deps.uploads.find(whose as OwnerId, id as UploadId))!;
    Object.assign(world, { uploads: suite.deps.uploads });
    await world.deliver(world.put(objectKey, content));
    images.bucket.objects.set(objectKey, content);
  };
  const image: ImageSuite['image'] = async (content = jpegOf(1)) => {
    const { id } = (await made()).json;
    await put(id, content);
    return id;
  };
  return Object.assign(images, { post, made, put, image });
}
