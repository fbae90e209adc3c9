import { expect, test } from 'vitest';
import { keepEvidence } from '../../../shared/domain/evidence/keep-evidence.ts';
import { deleteUpload } from '../../../shared/domain/uploads/delete-upload.ts';
import { sweepUpload } from '../../../shared/domain/uploads/sweep-upload.ts';
import type { Upload } from '../../../shared/domain/uploads/upload.ts';
import { pdf } from '../../support/evidence-files.ts';
import { owner, World } from '../uploads/fake-uploads.ts';

const hourMs = 3_600_000;
const keyOf = ({ id }: Upload) => `evidence/${owner}/${id}/file`;

const happenings: Readonly<Record<string, (world: World, upload: Upload) => Promise<unknown>>> = {
  'its process ends': () => Promise.reject(new Error('the process ends here')),
  'its tenant removes it': (world, { id }) => {
    const removeUnder = async (prefix: string) => {
      for (const key of world.objects.keys()) if (key.startsWith(prefix)) world.objects.delete(key);
    };
    return deleteUpload({ uploads: world.uploads, objects: { remove: world.files.remove, removeUnder } }, owner, id);
  },
  'it expires': (world, upload) => {
    world.nowMs = upload.expiresAtMs + 1_000;
    return sweepUpload(world, upload.id);
  },
  'another call keeps it': (world, upload) => keepEvidence(portsOf(world), owner, upload.id, world.nowMs),
};

const portsOf = (world: World, step = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => call) => ({
  ids: world.ids,
  uploads: { find: step(world.uploads.find), change: step(world.uploads.change) },
  evidenceFiles: {
    read: step(async (key: string, bytes: number) => world.objects.get(key)?.subarray(0, bytes) ?? null),
    write: step(async (key: string, bytes: Uint8Array) => void world.objects.set(key, Buffer.from(bytes))),
  },
});

test.each(Object.entries(happenings))(
  'evidence is kept, or no copy of it is, when %s at any time',
  async (name, happens) => {
    let tried = 0;
    for (let n = 0; ; n++) {
      const world = new World();
      const upload = await world.made('동의서.pdf', { purpose: 'evidence' });
      await world.deliver(world.put(upload.objectKey, pdf()));
      const ready = await world.now(upload);
      world.nowMs = ready.expiresAtMs - 1_000;
      let calls = 0;
      const ports = portsOf(world, (call) => async (...args) => {
        if (calls++ === n) await happens(world, ready);
        return call(...args);
      });
      const outcome = await keepEvidence(ports, owner, upload.id, world.nowMs).catch(() => null);
      if (calls <= n) break;
      tried++;
      const isKept = outcome === 'kept' || name === 'another call keeps it';
      for (let hours = 0; hours < 24 * 60; hours++, world.nowMs += hourMs) {
        const now = world.uploads.all.get(`${owner}/${upload.id}`);
        if (now?.checkAtMs != null && now.checkAtMs <= world.nowMs) await sweepUpload(world, upload.id);
      }
      expect([n, world.objects.has(keyOf(upload))]).toEqual([n, isKept]);
      if (isKept)
        expect(await world.now(upload)).toMatchObject({ status: 'ready', checkAtMs: null, awaitsCopy: false });
    }
    expect(tried).toBeGreaterThan(4);
  },
);

test('evidence whose process ended is kept by the next call, for good', async () => {
  const world = new World();
  const upload = await world.made('동의서.pdf', { purpose: 'evidence' });
  await world.deliver(world.put(upload.objectKey, pdf()));
  const ports = portsOf(world);
  const broken = {
    ...ports,
    evidenceFiles: { ...ports.evidenceFiles, write: () => Promise.reject(new Error('ends')) },
  };
  await expect(keepEvidence(broken, owner, upload.id, world.nowMs)).rejects.toThrow('ends');
  expect(await keepEvidence(ports, owner, upload.id, world.nowMs)).toBe('kept');
  expect(world.objects.get(keyOf(upload))?.equals(pdf())).toBe(true);
  expect(await keepEvidence(ports, owner, upload.id, world.nowMs + 400 * 24 * hourMs)).toBe('kept');
});
