import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

/** A part of an upload in parts. */
export type StoredPart = { partNumber: number; file: string; size: number; etag: string };

const schema = `
  CREATE TABLE IF NOT EXISTS uploads (id TEXT PRIMARY KEY, bucket TEXT, key TEXT, headers TEXT);
  CREATE TABLE IF NOT EXISTS parts (upload_id TEXT, part_number INTEGER, file TEXT, size INTEGER, etag TEXT,
    PRIMARY KEY (upload_id, part_number));
`;

type PartRow = { part_number: number; file: string; size: number; etag: string };

/** Uploads in parts and what has arrived of them. */
export class PartStore {
  readonly #database: DatabaseSync;
  readonly #folder: string;

  /** @param folder where the bodies of parts lie */
  constructor(database: DatabaseSync, folder: string) {
    this.#database = database;
    this.#folder = folder;
    database.exec(schema);
  }

  create(id: string, bucket: string, key: string, headers: Record<string, string>): void {
    this.#database.prepare('INSERT INTO uploads VALUES (?, ?, ?, ?)').run(id, bucket, key, JSON.stringify(headers));
  }

  /** @returns the headers given when the upload began, or undefined if there is no such upload */
  find(id: string, bucket: string, key: string): Record<string, string> | undefined {
    const row = this.#database
      .prepare('SELECT headers FROM uploads WHERE id = ? AND bucket = ? AND key = ?')
      .get(id, bucket, key);
    return row && JSON.parse(String(row.headers));
  }

  /** Keeps a part; one of the same number is replaced. */
  put(uploadId: string, part: StoredPart): void {
    const before = this.parts(uploadId).find(({ partNumber }) => partNumber === part.partNumber);
    this.#database
      .prepare('INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?)')
      .run(uploadId, part.partNumber, basename(part.file), part.size, part.etag);
    if (before) rmSync(before.file, { force: true });
  }

  /** In the order of their numbers. */
  parts(uploadId: string): StoredPart[] {
    const rows = this.#database.prepare('SELECT * FROM parts WHERE upload_id = ? ORDER BY part_number').all(uploadId);
    return (rows as PartRow[]).map(({ part_number, file, size, etag }) => ({
      partNumber: part_number,
      file: join(this.#folder, file),
      size,
      etag,
    }));
  }

  /** Forgets an upload and deletes its parts. The upload goes last, so that after a kill in between it can be ended again. */
  end(uploadId: string): void {
    const files = this.parts(uploadId).map(({ file }) => file);
    this.#database.prepare('DELETE FROM parts WHERE upload_id = ?').run(uploadId);
    this.#database.prepare('DELETE FROM uploads WHERE id = ?').run(uploadId);
    for (const file of files) rmSync(file, { force: true });
  }
}
