import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { storedZip } from '../../../shared/domain/uploads/xlsx/stored-zip.ts';

const names = fc.uniqueArray(fc.constantFrom('[Content_Types].xml', '_rels/.rels', 'xl/a.xml', 'xl/수신자.xml', 'b'));
const files = names.chain((found) =>
  fc.tuple(...found.map((name) => fc.tuple(fc.constant(name), fc.uint8Array({ maxLength: 300 })))),
);

test('what goes into an archive comes out of it, and both headers of a file say the same', async () => {
  await fc.assert(
    fc.asyncProperty(files, async (given) => {
      const zip = await fromBufferPromise(storedZip(Object.fromEntries(given)));
      const found: (readonly [string, Uint8Array])[] = [];
      for await (const entry of zip.eachEntry()) {
        const bytes = await buffer(await zip.openReadStreamPromise(entry));
        const local = await zip.readLocalFileHeaderPromise(entry);
        expect(entry.crc32).toBe(crc32(bytes));
        expect(local).toMatchObject({
          crc32: entry.crc32,
          compressedSize: bytes.length,
          uncompressedSize: bytes.length,
          generalPurposeBitFlag: entry.generalPurposeBitFlag,
        });
        expect(local.fileName.toString()).toBe(entry.fileName);
        expect(entry.getLastModDate({ timezone: 'UTC' })).toEqual(new Date('2026-01-01T00:00:00Z'));
        found.push([entry.fileName, Uint8Array.from(bytes)]);
      }
      expect(found).toEqual(given);
    }),
    { numRuns: 300 },
  );
});

test('the same files give the same archive', () => {
  const given = { 'a.xml': Buffer.from('<a/>') };
  expect(storedZip(given)).toEqual(storedZip(given));
});
