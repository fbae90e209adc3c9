import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type { StoredObject } from '../../../infra/local/s3/object-store.ts';
import { readObject } from '../../../infra/local/s3/read-object.ts';

const folder = mkdtempSync(join(tmpdir(), 'read-object-'));
const file = join(folder, 'body');
const size = 20 * 1024 * 1024;
writeFileSync(file, Buffer.alloc(size));
const object: StoredObject = {
  bucket: 'b',
  key: 'k',
  file,
  size,
  etag: 'e',
  modifiedAt: 0,
  headers: {},
  checksum: undefined,
};

const reads: Promise<void>[] = [];
const server = createServer((request, response) => {
  reads.push(readObject(object, 'GET', new URL('http://local/b/k'), request.headers, response));
}).listen(0, '127.0.0.1');
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Reads some bytes and hangs up, or reads them all. */
const read = (hangUp: boolean) =>
  new Promise<void>((resolve, reject) => {
    get({ port: (server.address() as AddressInfo).port, agent: false }, (response) => {
      response.once('data', () => hangUp && response.destroy());
      response.resume().once('close', resolve);
    }).once('error', reject);
  });

const openFiles = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch {
      return false; // the descriptor that read the folder itself
    }
  }).length;

test('a reader that hangs up closes its file once, and no other', async () => {
  for (let i = 0; i < 8; i++) await Promise.all([read(true), read(false), read(true)]);
  expect(await Promise.allSettled(reads)).toEqual(reads.map(() => ({ status: 'fulfilled', value: undefined })));
  expect(reads).toHaveLength(24);
  await vi.waitFor(() => expect(openFiles()).toBe(0));
});
