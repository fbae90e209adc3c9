import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A mail as it was taken; `headers` are those of the sender's own making. */
export interface StoredMail {
  readonly id: string;
  readonly at: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The mails that were taken, in order, on disk before SES answers. */
export class MailStore {
  readonly #db: DatabaseSync;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#db = new DatabaseSync(join(folder, 'mails.sqlite'));
    this.#db.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;
      CREATE TABLE IF NOT EXISTS mails (n INTEGER PRIMARY KEY AUTOINCREMENT, mail TEXT NOT NULL) STRICT;
    `);
  }

  add(mail: StoredMail): void {
    this.#db.prepare('INSERT INTO mails (mail) VALUES (?)').run(JSON.stringify(mail));
  }

  /** Oldest first, behind the `after`th; `next` is the number of the last one, null if these are all. */
  page(after: number, limit: number): { readonly mails: readonly StoredMail[]; readonly next: number | null } {
    const rows = this.#db
      .prepare('SELECT n, mail FROM mails WHERE n > ? ORDER BY n LIMIT ?')
      .all(after, limit + 1)
      .map(({ n, mail }) => ({ n: Number(n), mail: JSON.parse(String(mail)) as StoredMail }));
    const shown = rows.slice(0, limit);
    return { mails: shown.map(({ mail }) => mail), next: rows.length > limit ? shown.at(-1)!.n : null };
  }

  close(): void {
    this.#db.close();
  }
}
