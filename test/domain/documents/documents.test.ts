import { beforeEach, describe, expect, test } from 'vitest';
import type { UploadId } from '../../../shared/contracts/ids.ts';
import type { DocumentFiles, DocumentHolder } from '../../../shared/domain/documents/document.ts';
import { documentLinkOf } from '../../../shared/domain/documents/document-link.ts';
import { takeDocuments } from '../../../shared/domain/documents/take-documents.ts';
import { deleteUpload } from '../../../shared/domain/uploads/delete-upload.ts';
import type { ServedAs } from '../../../shared/domain/uploads/error-report-link.ts';
import { sweepUpload } from '../../../shared/domain/uploads/sweep-upload.ts';
import type { Upload } from '../../../shared/domain/uploads/upload.ts';
import { packed, page, pages, pdf, pdfOf, png } from '../../support/evidence-files.ts';
import { jpeg } from '../../support/jpegs.ts';
import { owner, tenant, World } from '../uploads/fake-uploads.ts';

const dayMs = 86_400_000;
const holder = 'sender:0212345678' as DocumentHolder;
let world: World;
let types: Map<string, string>;
let documentFiles: DocumentFiles;

beforeEach(() => {
  world = new World();
  types = new Map();
  documentFiles = {
    read: async (key, bytes) => world.objects.get(key)?.subarray(0, bytes) ?? null,
    async keep(key, bytes, type) {
      world.objects.set(key, Buffer.from(bytes));
      types.set(key, type);
    },
    remove: async (keys) => keys.forEach((key) => void world.objects.delete(key)),
  };
});

const document: Partial<Upload> = { purpose: 'document', onInvalidRows: 'reject' };
async function put(content: Buffer, options = document): Promise<Upload> {
  const upload = await world.made('증명원.pdf', options);
  await world.deliver(world.put(upload.objectKey, content));
  return world.now(upload);
}
const ports = () => ({ uploads: world.uploads, documentFiles, ids: world.ids });
const take = (ids: readonly UploadId[], by = holder) =>
  takeDocuments(
    ports(),
    tenant,
    by,
    ids.map((uploadId) => ({ kind: 'service_certificate', uploadId })),
    world.nowMs,
  );
const keyOf = ({ id }: Pick<Upload, 'id'>) => `documents/${tenant}/${id}/file`;
const sweep = (upload: Pick<Upload, 'id'>) => sweepUpload(world, upload.id);
/** The sweeper looks as often as it is told to, for so many days. */
async function days(count: number, upload: Pick<Upload, 'id'>) {
  const untilMs = world.nowMs + count * dayMs;
  for (;;) {
    const { checkAtMs } = await world.now(upload);
    if (checkAtMs === null || checkAtMs > untilMs) break;
    world.nowMs = Math.max(world.nowMs, checkAtMs);
    await sweep(upload);
  }
  world.nowMs = untilMs;
}
const isThere = (upload: Pick<Upload, 'id'>) => world.objects.has(keyOf(upload));

describe('a document', () => {
  test.each([
    ['pdf', pdf(), 'application/pdf'],
    ['png', png(), 'image/png'],
    ['jpeg', jpeg(2_000, 1_000), 'image/jpeg'],
  ] as const)(
    'may be a %s: its bytes are copied to where they are encrypted, and the customer’s go',
    async (format, content, type) => {
      const upload = await put(content);
      expect(upload).toMatchObject({ status: 'ready', format, heldBy: [], attachedAtMs: null });
      const { fileName, id: uploadId } = upload;
      const taken = { kind: 'service_certificate', uploadId, fileName, format, sizeBytes: content.length };
      expect(await take([uploadId])).toEqual({ kind: 'taken', documents: [taken] });
      expect(world.objects.get(keyOf(upload))?.equals(content)).toBe(true);
      expect(types.get(keyOf(upload))).toBe(type);
      expect([...world.objects.keys()]).toEqual([keyOf(upload)]);
      expect(await world.now(upload)).toMatchObject({ status: 'ready', heldBy: [holder], attachedAtMs: world.nowMs });
    },
  );

  test('that is a photograph with a page of the web behind it is kept without that', async () => {
    const photo = jpeg(2_000, 1_000);
    const upload = await put(Buffer.concat([photo, Buffer.from('<script>1</script>')]));
    expect(await take([upload.id])).toMatchObject({ kind: 'taken', documents: [{ sizeBytes: photo.length }] });
    expect([...world.objects]).toEqual([[keyOf(upload), photo]]);
  });

  test.each<[string, Buffer, string]>([
    ['a script', pdf(['<</S/JavaScript/JS(1)>>']), 'unsafe_file'],
    ['a script in a packed object', pdf([packed('1 0 <</S/JavaScript>>')]), 'unsafe_file'],
    ['a program to start', pdf(['<</S/Launch/F(a.exe)>>']), 'unsafe_file'],
    ['a password', pdfOf([...pages, page], '/Root 1 0 R/Encrypt 9 0 R'), 'unreadable_file'],
    ['half a PDF', pdf().subarray(0, 60), 'unreadable_file'],
    ['a list of recipients', Buffer.from('phoneNumber\n01020000001\n'), 'unsupported_format'],
    ['a Word document', Buffer.from('PK\u0003\u0004word/document.xml'), 'unsupported_format'],
    ['a byte too much', Buffer.alloc(10 * 1024 * 1024 + 1), 'too_large'],
    ['nothing', Buffer.alloc(0), 'empty_file'],
  ])('that holds %s is rejected, and never taken', async (_, content, code) => {
    const upload = await put(content);
    expect(upload).toMatchObject({ status: 'rejected', problem: { code } });
    expect(await take([upload.id])).toEqual({ kind: 'refused', index: 0, why: 'rejected' });
    expect(isThere(upload)).toBe(false);
  });

  test('of another purpose, of the test side, of another tenant or of nobody is none', async () => {
    const others = [
      await put(pdf(), { ...document, purpose: 'evidence' }),
      await put(jpeg(3, 4), { ...document, purpose: 'attachment' }),
      await world.made('a.pdf', { ...document, owner: `${owner}.test` as never }),
      { id: 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV' as const },
    ];
    const good = await put(pdf());
    for (const { id } of others) {
      expect(await take([good.id, id])).toEqual({ kind: 'refused', index: 1, why: 'not_found' });
    }
    const theirs = takeDocuments(
      ports(),
      'ten_01J00000000000000000000009',
      holder,
      [{ kind: 'x', uploadId: good.id }],
      0,
    );
    expect(await theirs).toEqual({ kind: 'refused', index: 0, why: 'not_found' });
    // Nothing was taken along
    expect(await world.now(good)).toMatchObject({ heldBy: [], attachedAtMs: null });
    expect(isThere(good)).toBe(false);
  });

  test('that waits for its file, has expired, or was put over is not taken', async () => {
    const waiting = await world.made('a.pdf', document);
    expect(await take([waiting.id])).toMatchObject({ why: 'awaiting_file' });
    const replaced = await put(pdf());
    world.objects.set(replaced.objectKey, Buffer.alloc(replaced.evidence!.sizeBytes, 'x'));
    expect(await take([replaced.id])).toMatchObject({ why: 'expired' });
    const old = await put(pdf());
    world.nowMs += 7 * dayMs;
    expect(await take([old.id])).toMatchObject({ why: 'expired' });
    await sweep(old);
    expect(await world.now(old)).toMatchObject({ status: 'expired' });
    expect(world.objects.has(old.objectKey)).toBe(false);
  });

  test('is taken again as it lies, by the same case or another; two at once both have it', async () => {
    const upload = await put(pdf());
    const twins = await Promise.all([take([upload.id]), take([upload.id], 'identity')]);
    expect(twins.map(({ kind }) => kind)).toEqual(['taken', 'taken']);
    expect((await world.now(upload)).heldBy.toSorted()).toEqual(['identity', holder]);
    world.nowMs += 100 * dayMs;
    world.cases.set('identity', null);
    expect(await take([upload.id])).toMatchObject({ kind: 'taken' });
    expect((await world.now(upload)).heldBy).toHaveLength(2);
  });

  test('whose file another call takes away at that moment is taken all the same', async () => {
    const upload = await put(pdf());
    const { read } = documentFiles;
    let first = true;
    documentFiles = {
      ...documentFiles,
      async read(key, bytes) {
        if (!first) return read(key, bytes);
        first = false;
        expect(await take([upload.id], 'identity')).toMatchObject({ kind: 'taken' });
        return read(key, bytes);
      },
    };
    expect(await take([upload.id])).toMatchObject({ kind: 'taken' });
    expect((await world.now(upload)).heldBy.toSorted()).toEqual(['identity', holder]);
  });

  test('that was handed in cannot be removed by its tenant', async () => {
    const upload = await put(pdf());
    await take([upload.id]);
    const objects = { remove: documentFiles.remove, removeUnder: async () => {} };
    expect(await deleteUpload({ uploads: world.uploads, objects }, owner, upload.id)).toBe('in_use');
    expect(isThere(upload)).toBe(true);
  });

  test('is linked to once it was taken, where it lies, and never before or after', async () => {
    const upload = await put(pdf());
    const links = {
      toDownload: async (key: string, seconds: number, { fileName, contentType }: ServedAs) =>
        `${key} ${seconds} ${fileName} ${contentType}`,
    };
    const link = (of = tenant) => documentLinkOf({ uploads: world.uploads, links }, of, upload.id, 60);
    expect(await link()).toBeNull();
    await take([upload.id]);
    expect(await link()).toMatchObject({
      url: `${keyOf(upload)} 60 ${upload.id}.pdf application/pdf`,
      fileName: '증명원.pdf',
      format: 'pdf',
    });
    expect(await link('ten_01J00000000000000000000009')).toBeNull();
    await days(60, upload);
    expect(await link()).toBeNull();
  });
});

test('a document is served as what it was judged to be, whatever its owner calls it', async () => {
  const asked: ServedAs[] = [];
  const links = {
    async toDownload(_key: string, _seconds: number, as: ServedAs) {
      asked.push(as);
      return '';
    },
  };
  for (const content of [png(), jpeg(3, 4)]) {
    const upload = await world.made('계약서\u202efdp.exe', document);
    await world.deliver(world.put(upload.objectKey, content));
    await take([upload.id]);
    await documentLinkOf({ uploads: world.uploads, links }, tenant, upload.id, 60);
    expect(asked.at(-1)?.fileName).toMatch(new RegExp(`^${upload.id}[.](png|jpg)$`));
  }
  expect(asked.map(({ contentType }) => contentType)).toEqual(['image/png', 'image/jpeg']);
});

describe('how long a document is kept', () => {
  test('as long as one of its cases needs it, then thirty days', async () => {
    const upload = await put(pdf());
    await take([upload.id]);
    await take([upload.id], 'identity');
    world.cases.set(holder, null).set('identity', null);
    await days(400, upload);
    expect(isThere(upload)).toBe(true);
    world.cases.set(holder, world.nowMs);
    await days(31, upload);
    expect(isThere(upload)).toBe(true);
    const letGoMs = world.nowMs;
    world.cases.set('identity', letGoMs);
    await days(29, upload);
    expect(isThere(upload)).toBe(true);
    await days(1, upload);
    expect(isThere(upload)).toBe(false);
    expect(await world.now(upload)).toMatchObject({
      status: 'expired',
      checkAtMs: null,
      expiresAtMs: letGoMs + 30 * dayMs,
    });
    expect(await take([upload.id])).toEqual({ kind: 'refused', index: 0, why: 'expired' });
  });

  test('a case that never came to be, or asked again with others, keeps nothing', async () => {
    const upload = await put(pdf());
    await take([upload.id]);
    await days(29, upload);
    expect(isThere(upload)).toBe(true);
    await days(2, upload);
    expect(isThere(upload)).toBe(false);
  });

  test('the closing of its tenant ends whatever case needs it', async () => {
    const upload = await put(pdf());
    await take([upload.id]);
    world.cases.set(holder, null);
    await days(50, upload);
    world.closedAtMs = world.nowMs;
    await days(29, upload);
    expect(isThere(upload)).toBe(true);
    await days(2, upload);
    expect(isThere(upload)).toBe(false);
  });

  test('taken again while the sweeper looks, it stays', async () => {
    const upload = await put(pdf());
    await take([upload.id]);
    world.cases.set(holder, world.nowMs);
    world.nowMs += 30 * dayMs;
    const { letGoAtMs } = world.documentCases;
    const slow = {
      ...world,
      time: world.time,
      documentCases: {
        letGoAtMs: async (...asked: Parameters<typeof letGoAtMs>) => {
          const answer = await letGoAtMs(...asked);
          await take([upload.id]);
          return answer;
        },
      },
    };
    await sweepUpload(slow, upload.id);
    expect(isThere(upload)).toBe(true);
    expect(await world.now(upload)).toMatchObject({ status: 'ready', checkAtMs: world.nowMs + dayMs });
  });

  test('a crash before its object goes leaves it to the next look', async () => {
    const upload = await put(pdf());
    await take([upload.id]);
    world.nowMs += 31 * dayMs;
    const broken = { ...world, time: world.time, files: { remove: () => Promise.reject(new Error('crash')) } };
    await expect(sweepUpload(broken, upload.id)).rejects.toThrow('crash');
    expect(await take([upload.id])).toMatchObject({ why: 'expired' });
    await sweep(upload);
    expect(isThere(upload)).toBe(false);
    expect((await world.now(upload)).checkAtMs).toBeNull();
  });
});

describe('whatever happens while a document is taken, no copy is left that nobody looks after', () => {
  const objects = {
    remove: async (keys: readonly string[]) => documentFiles.remove(keys),
    removeUnder: async (prefix: string) => {
      for (const key of world.objects.keys()) if (key.startsWith(prefix)) world.objects.delete(key);
    },
  };
  const happenings = {
    'its process ends': () => Promise.reject(new Error('the process ends here')),
    'its tenant removes it': async ({ id }: Upload) =>
      void (await deleteUpload({ uploads: world.uploads, objects }, owner, id)),
    'its tenant puts another file': async ({ objectKey }: Upload) =>
      void world.objects.set(objectKey, Buffer.from('x')),
    'it expires': async (upload: Upload) => {
      world.nowMs = upload.expiresAtMs + 1_000;
      await sweep(upload);
    },
    'the sweeper comes by': sweep,
    'another case takes it': async ({ id }: Upload) => void (await take([id], 'identity').catch(() => {})),
  };

  /** Takes a document; before the `n`th call to the outside, or behind it, something happens. */
  async function takenWhile(happens: (upload: Upload) => Promise<void>, n: number, isBehind: boolean) {
    const upload = await put(pdf());
    world.nowMs = upload.expiresAtMs - 1_000;
    let calls = 0;
    const step = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => {
      return async (...args: A): Promise<R> => {
        const isIt = calls++ === n;
        if (isIt && !isBehind) await happens(upload);
        const answer = await call(...args);
        if (isIt && isBehind) await happens(upload);
        return answer;
      };
    };
    const outcome = await takeDocuments(
      {
        ids: world.ids,
        uploads: { find: step(world.uploads.find), change: step(world.uploads.change) },
        documentFiles: {
          read: step(documentFiles.read),
          keep: step(documentFiles.keep),
          remove: step(documentFiles.remove),
        },
      },
      tenant,
      holder,
      [{ kind: 'service_certificate', uploadId: upload.id }],
      world.nowMs,
    ).catch(() => null);
    return { upload, outcome, happened: calls > n };
  }

  /** The sweeper looks for two months, whether the upload is still there or not. */
  async function twoMonths({ id }: Upload) {
    for (const endMs = world.nowMs + 60 * dayMs; world.nowMs < endMs; world.nowMs += 3_600_000) {
      const now = world.uploads.all.get(`${owner}/${id}`);
      if (now?.checkAtMs != null && now.checkAtMs <= world.nowMs) await sweepUpload(world, id);
    }
  }

  test.each(Object.entries(happenings))('%s', async (_, happens) => {
    let tried = 0;
    for (const isBehind of [false, true]) {
      for (let n = 0; ; n++) {
        world = new World();
        const { upload, outcome, happened } = await takenWhile(happens, n, isBehind);
        if (!happened) break;
        tried++;
        const isTaken = outcome?.kind === 'taken';
        // Whoever was told that it is taken refers to it from now on
        if (isTaken) world.cases.set(holder, null);
        const others = (await world.uploads.find(owner, upload.id))?.heldBy.includes('identity');
        if (others && isThere(upload)) world.cases.set('identity', null);
        await twoMonths(upload);
        expect([n, isBehind, isThere(upload)]).toEqual([n, isBehind, isTaken || others === true]);
        if (isThere(upload)) expect(world.objects.get(keyOf(upload))?.equals(pdf())).toBe(true);
        else expect([...world.objects.keys()]).toEqual([]);
      }
    }
    expect(tried).toBeGreaterThan(8);
  });

  test('one whose process ended is taken by the next try, and until then by nobody', async () => {
    const upload = await put(pdf());
    const { keep } = documentFiles;
    documentFiles = { ...documentFiles, keep: () => Promise.reject(new Error('ends')) };
    await expect(take([upload.id])).rejects.toThrow('ends');
    documentFiles = { ...documentFiles, keep };
    const links = { toDownload: async () => 'a link' };
    expect(await documentLinkOf({ uploads: world.uploads, links }, tenant, upload.id, 60)).toBeNull();
    expect(await take([upload.id])).toMatchObject({ kind: 'taken' });
    expect(isThere(upload)).toBe(true);
    expect(world.objects.has(upload.objectKey)).toBe(false);
  });
});
