import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AwsError } from '../edge/aws-error.ts';
import { PartStore } from './part-store.ts';

/** An object as stored. Times are epoch milliseconds. */
export type StoredObject = {
  bucket: string;
  key: string;
  file: string;
  size: number;
  etag: string;
  modifiedAt: number;
  /** Content headers and `x-amz-meta-*`, as they came. */
  headers: Record<string, string>;
  checksum: { algorithm: string; value: string } | undefined;
};

/** What a write requires of the object it replaces. */
export type WriteCondition = { ifMatch: string | undefined; ifNoneMatch: string | undefined };

/** A notification that must reach its queue. */
export type OutgoingEvent = { id: number; queue: string; body: string };

const schema = `
  CREATE TABLE IF NOT EXISTS objects (bucket TEXT, key TEXT, file TEXT, size INTEGER, etag TEXT, modified_at INTEGER,
    headers TEXT, checksum TEXT, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT, body TEXT);
  CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER);
  INSERT OR IGNORE INTO counter VALUES ('sequencer', 0);
`;

type ObjectRow = {
  bucket: string;
  key: string;
  file: string;
  size: number;
  etag: string;
  modified_at: number;
  headers: string;
  checksum: string;
};

/**
 * Objects as files, with an index in SQLite. A write and the events it causes are one commit, so that an acknowledged
 * PUT is always followed by its notification, whatever happens to the process.
 */
export class ObjectStore {
  /** Where bodies lie. */
  readonly folder: string;
  /** Uploads in parts, not yet objects. */
  readonly uploads: PartStore;
  readonly #database: DatabaseSync;

  constructor(home: string) {
    this.folder = join(home, 'bodies');
    mkdirSync(this.folder, { recursive: true });
    this.#database = new DatabaseSync(join(home, 'index.db'));
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    this.#database.exec(schema);
    this.uploads = new PartStore(this.#database, this.folder);
    this.#dropUnreferenced();
  }

  find(bucket: string, key: string): StoredObject | undefined {
    const row = this.#database.prepare('SELECT * FROM objects WHERE bucket = ? AND key = ?').get(bucket, key);
    return row && this.#objectOf(row as ObjectRow);
  }

  /**
   * Replaces an object, if the condition holds, together with its events.
   * @param events makes them, given the sequencer of this write
   * @throws AwsError `PreconditionFailed`; the new body's file is then deleted
   */
  put(
    object: StoredObject,
    condition: WriteCondition,
    events: (sequencer: string) => Omit<OutgoingEvent, 'id'>[],
  ): void {
    const replaced = this.#atomically(() => {
      const before = this.find(object.bucket, object.key);
      const refusal = refusalOf(condition, before);
      if (refusal) {
        rmSync(object.file, { force: true });
        throw refusal;
      }
      this.#database
        .prepare('INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          object.bucket,
          object.key,
          basename(object.file),
          object.size,
          object.etag,
          object.modifiedAt,
          JSON.stringify(object.headers),
          JSON.stringify(object.checksum ?? null),
        );
      this.#addEvents(events);
      return before;
    });
    if (replaced) rmSync(replaced.file, { force: true });
  }

  /** @throws AwsError unless the object is there, with this entity tag */
  expect(bucket: string, key: string, eTag: string): void {
    const refusal = refusalOf({ ifMatch: eTag, ifNoneMatch: undefined }, this.find(bucket, key));
    if (refusal) throw refusal;
  }

  /** Deletes an object; events only if there was one. */
  delete(bucket: string, key: string, events: (sequencer: string) => Omit<OutgoingEvent, 'id'>[]): void {
    const deleted = this.#atomically(() => {
      const before = this.find(bucket, key);
      if (!before) return undefined;
      this.#database.prepare('DELETE FROM objects WHERE bucket = ? AND key = ?').run(bucket, key);
      this.#addEvents(events);
      return before;
    });
    if (deleted) rmSync(deleted.file, { force: true });
  }

  /** Objects of a prefix in key order, after a key. */
  list(bucket: string, prefix: string, after: string, most: number): StoredObject[] {
    const rows = this.#database
      .prepare('SELECT * FROM objects WHERE bucket = ? AND key > ? AND key BETWEEN ? AND ? ORDER BY key LIMIT ?')
      .all(bucket, after, prefix, `${prefix}\u{10FFFF}`, most);
    return (rows as ObjectRow[]).map((row) => this.#objectOf(row));
  }

  /** Events not yet confirmed as sent, oldest first. */
  outgoing(): OutgoingEvent[] {
    return this.#database.prepare('SELECT * FROM events ORDER BY id LIMIT 100').all() as OutgoingEvent[];
  }

  confirm(id: number): void {
    this.#database.prepare('DELETE FROM events WHERE id = ?').run(id);
  }

  /** @returns true the first time it is asked about a name */
  firstTime(name: string): boolean {
    return this.#database.prepare('INSERT OR IGNORE INTO counter VALUES (?, 1)').run(name).changes === 1;
  }

  close(): void {
    this.#database.close();
  }

  #addEvents(events: (sequencer: string) => Omit<OutgoingEvent, 'id'>[]): void {
    const row = this.#database
      .prepare("UPDATE counter SET value = value + 1 WHERE name = 'sequencer' RETURNING value")
      .get();
    const sequencer = Number(row?.value).toString(16).toUpperCase().padStart(18, '0');
    for (const { queue, body } of events(sequencer)) {
      this.#database.prepare('INSERT INTO events (queue, body) VALUES (?, ?)').run(queue, body);
    }
  }

  #atomically<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  // Only the name of a body is stored, so that the data folder can be moved.
  #objectOf(row: ObjectRow): StoredObject {
    return {
      bucket: row.bucket,
      key: row.key,
      file: join(this.folder, row.file),
      size: row.size,
      etag: row.etag,
      modifiedAt: row.modified_at,
      headers: JSON.parse(row.headers),
      checksum: JSON.parse(row.checksum) ?? undefined,
    };
  }

  /** Bodies left by a kill between the body's arrival and its commit. */
  #dropUnreferenced(): void {
    const rows = this.#database.prepare('SELECT file FROM objects UNION SELECT file FROM parts').all();
    const referenced = new Set(rows.map(({ file }) => file));
    for (const name of readdirSync(this.folder)) if (!referenced.has(name)) rmSync(join(this.folder, name));
  }
}

function refusalOf({ ifMatch, ifNoneMatch }: WriteCondition, before: StoredObject | undefined): AwsError | undefined {
  if (ifMatch !== undefined && !before) return new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  const failed =
    (ifNoneMatch === '*' && before !== undefined) || (ifMatch !== undefined && bare(ifMatch) !== before?.etag);
  return failed
    ? new AwsError('PreconditionFailed', 'At least one of the preconditions you specified did not hold.', 412)
    : undefined;
}

/** An entity tag without its quotes. */
export function bare(etag: string): string {
  return etag.replace(/^"|"$/g, '');
}
