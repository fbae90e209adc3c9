import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A one-time schedule as stored; `body` is the request that made it, `dueAt` epoch milliseconds, absent once fired. */
export type StoredSchedule = {
  group: string;
  name: string;
  body: string;
  dueAt: number | undefined;
  createdAt: number;
};

type Row = { group_name: string; name: string; body: string; due_at: number | null; created_at: number };

/** One-time schedules on disk. */
export class ScheduleStore {
  readonly #database: DatabaseSync;

  constructor(folder: string) {
    this.#database = new DatabaseSync(join(folder, 'schedules.db'));
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS schedules (group_name TEXT, name TEXT, body TEXT, due_at INTEGER, created_at INTEGER,
        PRIMARY KEY (group_name, name)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS schedules_by_due ON schedules (due_at) WHERE due_at IS NOT NULL;
    `);
  }

  find(group: string, name: string): StoredSchedule | undefined {
    const row = this.#database.prepare('SELECT * FROM schedules WHERE group_name = ? AND name = ?').get(group, name);
    return row && scheduleOf(row as Row);
  }

  put({ group, name, body, dueAt, createdAt }: StoredSchedule): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO schedules VALUES (?, ?, ?, ?, ?)')
      .run(group, name, body, dueAt ?? null, createdAt);
  }

  delete(group: string, name: string): void {
    this.#database.prepare('DELETE FROM schedules WHERE group_name = ? AND name = ?').run(group, name);
  }

  list(group: string | undefined, namePrefix: string, after: string, most: number): StoredSchedule[] {
    const rows = this.#database
      .prepare(
        "SELECT * FROM schedules WHERE (? IS NULL OR group_name = ?) AND name BETWEEN ? AND ? AND group_name || '/' || name > ? ORDER BY group_name, name LIMIT ?",
      )
      .all(group ?? null, group ?? null, namePrefix, `${namePrefix}\u{10FFFF}`, after, most);
    return (rows as Row[]).map(scheduleOf);
  }

  /** What has fallen due, in order. */
  due(now: number): StoredSchedule[] {
    const rows = this.#database.prepare('SELECT * FROM schedules WHERE due_at <= ? ORDER BY due_at, name').all(now);
    return (rows as Row[]).map(scheduleOf);
  }

  /** Those that will fire, soonest first. */
  pending(most: number): { schedules: { name: string; dueAt: number }[]; total: number } {
    const rows = this.#database
      .prepare('SELECT name, due_at FROM schedules WHERE due_at IS NOT NULL ORDER BY due_at, name LIMIT ?')
      .all(most) as { name: string; due_at: number }[];
    const counted = this.#database.prepare('SELECT count(*) AS total FROM schedules WHERE due_at IS NOT NULL').get();
    return { schedules: rows.map(({ name, due_at }) => ({ name, dueAt: due_at })), total: Number(counted?.total) };
  }

  nextDueAt(): number | undefined {
    const row = this.#database.prepare('SELECT min(due_at) AS next FROM schedules WHERE due_at IS NOT NULL').get();
    return row?.next == null ? undefined : Number(row.next);
  }

  close(): void {
    this.#database.close();
  }
}

function scheduleOf(row: Row): StoredSchedule {
  return {
    group: row.group_name,
    name: row.name,
    body: row.body,
    dueAt: row.due_at ?? undefined,
    createdAt: row.created_at,
  };
}
