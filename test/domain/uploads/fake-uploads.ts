import { createHash } from 'node:crypto';
import type { OwnerId, TenantId } from '../../../shared/contracts/ids.ts';
import type { DocumentCases } from '../../../shared/domain/documents/sweep-document.ts';
import type { FileEvent } from '../../../shared/domain/uploads/accept-file.ts';
import type { FileRemover, Files, FileWriter, UploadStore } from '../../../shared/domain/uploads/ports.ts';
import { isMoveAllowed, newUpload, type Upload } from '../../../shared/domain/uploads/upload.ts';
import { type ValidateUploadPorts, validateUpload } from '../../../shared/domain/uploads/validate-upload.ts';

export const tenant: TenantId = 'ten_01HZZZZZZZZZZZZZZZZZZZZZZZ';
export const owner: OwnerId = tenant;
export const ulidOf = (n: number) => `01J${String(n).padStart(23, '0')}`;

/** Uploads in memory, under the same conditions as the table. */
export function fakeUploadStore(): UploadStore & { readonly all: Map<string, Upload> } {
  const all = new Map<string, Upload>();
  const keyOf = (whose: OwnerId, id: string) => `${whose}/${id}`;
  return {
    all,
    async create(upload) {
      const key = keyOf(upload.owner, upload.id);
      if (all.has(key)) return { kind: 'exists' };
      all.set(key, structuredClone(upload));
      return { kind: 'created' };
    },
    find: async (whose, id) => structuredClone(all.get(keyOf(whose, id)) ?? null),
    ownerOf: async (id) => [...all.values()].find((upload) => upload.id === id)?.owner ?? null,
    async list(whose, { fromMs, untilMs, limit, after }) {
      const found = [...all.values()]
        .filter((upload) => upload.owner === whose && upload.createdAtMs >= fromMs && upload.createdAtMs < untilMs)
        .filter(({ id }) => after === null || id < after)
        .sort((a, b) => (a.id < b.id ? 1 : -1));
      const items = found.slice(0, limit);
      return { items, next: found.length > limit ? items.at(-1)!.id : null };
    },
    async change(before, move, changes) {
      const key = keyOf(before.owner, before.id);
      const now = all.get(key) ?? null;
      const isKept = move === 'expire' && now?.attachedAtMs != null;
      if (now === null || isKept || !isMoveAllowed(now.status, move) || now.attempt !== before.attempt) {
        return { refused: structuredClone(now) };
      }
      const after = { ...now, ...structuredClone(changes) };
      all.set(key, after);
      return structuredClone(after);
    },
    async retire(whose, id) {
      const now = all.get(keyOf(whose, id));
      if (now === undefined) return 'absent';
      if (now.usedBy !== null || now.attachedAtMs !== null) return 'in_use';
      all.set(keyOf(whose, id), { ...now, status: 'expired', checkAtMs: null });
      return 'retired';
    },
    forget: async (whose, id) => void all.delete(keyOf(whose, id)),
  };
}

class Named extends Error {
  constructor(name: string) {
    super(name);
    this.name = name;
  }
}

/** A world with a bucket, a table and a clock, in which a test moves things while others work. */
export class World implements ValidateUploadPorts {
  nowMs = Date.parse('2026-12-01T00:00:00Z');
  readonly uploads = fakeUploadStore();
  readonly objects = new Map<string, Buffer>();
  readonly metadata = new Map<string, Record<string, string>>();
  readonly unfinished = new Set<string>();
  readonly logged: string[] = [];
  readonly woken: string[] = [];
  readonly announced: FileEvent[] = [];
  strays = 0;
  /** Runs before each chunk of a file is handed out. */
  beforeChunk: (chunk: number) => Promise<void> | void = () => undefined;
  chunkBytes = 300_000;
  #ids = 0;
  #sequence = 0;

  readonly time = { now: () => this.nowMs };
  readonly ids = { ulid: () => ulidOf(++this.#ids) };
  verified = true;
  readonly tenants = { exists: async (id: TenantId) => id === tenant, isVerified: async () => this.verified };
  /** Since when each case needs its documents no more. */
  readonly cases = new Map<string, number | null>();
  closedAtMs: number | null = null;
  readonly documentCases: DocumentCases = {
    letGoAtMs: async (_, holder) => (this.cases.has(holder) ? this.cases.get(holder)! : 'unknown'),
  };
  readonly documentTenants = { find: async () => ({ closedAtMs: this.closedAtMs }) };
  readonly dispatches = { wake: async (id: string) => void this.woken.push(id) };
  readonly strayFile = () => void this.strays++;
  readonly log = {
    info: (message: string) => void this.logged.push(message),
    warn: (message: string) => void this.logged.push(`warning: ${message}`),
  };
  readonly uploadQueue = {
    announce: async (key: string, file: FileEvent['file'], atMs: number) =>
      void this.announced.push({ key, file, atMs }),
  };

  readonly files: Files & Pick<FileRemover, 'remove'> = {
    head: async (key) => {
      const bytes = this.objects.get(key);
      return bytes ? { eTag: eTagOf(bytes), sizeBytes: bytes.length, metadata: this.metadata.get(key) ?? {} } : null;
    },
    range: async (key, offset, length, eTag) => this.#read(key, eTag).subarray(offset, offset + length),
    whole: async (key, eTag) => {
      await this.beforeChunk(0);
      return this.#read(key, eTag);
    },
    stream: (key, eTag) => this.#stream(key, eTag),
    remove: async (keys) => keys.forEach((key) => void this.objects.delete(key)),
    removeVersion: async (key, eTag) => {
      const bytes = this.objects.get(key);
      if (bytes && eTagOf(bytes) === eTag) this.objects.delete(key);
    },
  };

  readonly lists: FileWriter = {
    open: (key) => {
      const parts: Buffer[] = [];
      this.unfinished.add(key);
      return {
        write: async (block) => void parts.push(Buffer.from(block)),
        close: async () => {
          this.unfinished.delete(key);
          this.objects.set(key, Buffer.concat(parts));
        },
        abandon: async () => void this.unfinished.delete(key),
      };
    },
    put: async (key, bytes) => void this.objects.set(key, Buffer.from(bytes)),
  };

  #read(key: string, eTag: string): Buffer {
    const bytes = this.objects.get(key);
    if (bytes === undefined) throw new Named('ObjectMissing');
    if (eTagOf(bytes) !== eTag) throw new Named('ObjectChanged');
    return bytes;
  }

  async *#stream(key: string, eTag: string) {
    const bytes = this.#read(key, eTag); // what was opened stays readable, as on S3
    for (let at = 0, n = 0; at < bytes.length; at += this.chunkBytes, n++) {
      await this.beforeChunk(n);
      yield Buffer.from(bytes.subarray(at, at + this.chunkBytes));
    }
  }

  /** An upload made through the API, waiting for its file. */
  async made(fileName = 'a.csv', options: Partial<Upload> = {}): Promise<Upload> {
    const id = `upl_${this.ids.ulid()}` as const;
    const place = options.purpose === 'document' ? 'incoming-documents' : 'uploads';
    const objectKey = `${place}/${owner}/${id}/${fileName}`;
    const upload = {
      ...newUpload(
        {
          id,
          owner,
          purpose: 'recipients',
          source: 'api',
          fileName,
          objectKey,
          onInvalidRows: 'skip',
          requiredColumns: [],
        },
        this.nowMs,
      ),
      ...options,
    };
    await this.uploads.create(upload, null);
    return upload;
  }

  /** Puts a file; the event is for the test to deliver. */
  put(key: string, content: string | Buffer): FileEvent {
    const bytes = Buffer.from(content);
    this.objects.set(key, bytes);
    const sequencer = (++this.#sequence).toString(16).padStart(16, '0').toUpperCase();
    return { key, file: { eTag: eTagOf(bytes), sizeBytes: bytes.length, sequencer }, atMs: this.nowMs };
  }

  deliver = (event: FileEvent): Promise<void> => validateUpload(this, event);
  now = async ({ id }: Pick<Upload, 'id'>, whose = owner): Promise<Upload> => (await this.uploads.find(whose, id))!;
}

const eTagOf = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

/** `rows` good rows, told apart by `first`. */
export const goodFile = (rows: number, first = 20_000_000): string =>
  `phoneNumber,name\n${Array.from({ length: rows }, (_, i) => `010${first + i},이름${i}\n`).join('')}`;
