import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ReceivedFile } from './form.ts';
import { arrives, isMagic } from './outcomes.ts';

/** A call the vendor is about to accept. Texts are already as handsets show them. */
export interface NewCall {
  readonly type: string;
  readonly sender: string;
  readonly title: string;
  readonly acceptedMs: number;
  /** When it goes out: at once, or at its reserved time. */
  readonly dueMs: number;
  readonly testOnly: boolean;
  readonly receivers: readonly string[];
  readonly texts: readonly string[];
  readonly images: readonly ReceivedFile[];
}

/** An accepted call as listed. `magic` are those of its receivers whose outcome is special. */
export interface StoredCall {
  readonly mid: number;
  readonly type: string;
  readonly sender: string;
  readonly title: string;
  readonly acceptedMs: number;
  readonly dueMs: number;
  readonly canceledMs: number | null;
  readonly messages: number;
  readonly magic: readonly string[];
}

export interface CallContent {
  readonly receivers: readonly string[];
  readonly texts: readonly string[];
  readonly images: readonly ReceivedFile[];
}

const columns = 'mid, type, sender, title, accepted_ms, due_ms, canceled_ms, messages, magic';
const split = (packed: string): string[] => (packed.length < 3 ? [] : packed.slice(1, -1).split(','));
const pack = (numbers: readonly string[]): string => `,${numbers.join(',')},`;

/**
 * Everything the vendor accepted, on disk before it answers: one row a call, so that a call of 500 messages costs as
 * little as a call of one. Write-ahead logging without a sync per commit survives the death of the process, which is
 * what this stands for; it does not claim to survive a loss of power.
 */
export class CallStore {
  readonly #db: DatabaseSync;
  readonly #insertCall;
  readonly #insertContent;

  constructor(home: string) {
    const folder = join(home, 'carrier');
    mkdirSync(folder, { recursive: true });
    this.#db = new DatabaseSync(join(folder, 'carrier.sqlite'));
    this.#db.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;
      CREATE TABLE IF NOT EXISTS calls (
        mid INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, sender TEXT NOT NULL, title TEXT NOT NULL,
        accepted_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, canceled_ms INTEGER,
        messages INTEGER NOT NULL, arrivals INTEGER NOT NULL, magic TEXT NOT NULL, receivers TEXT NOT NULL) STRICT;
      CREATE INDEX IF NOT EXISTS by_time ON calls (accepted_ms);
      CREATE TABLE IF NOT EXISTS contents (mid INTEGER PRIMARY KEY, texts TEXT NOT NULL, images TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
    `);
    this.#insertCall = this.#db.prepare(
      `INSERT INTO calls (type, sender, title, accepted_ms, due_ms, messages, arrivals, magic, receivers)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertContent = this.#db.prepare('INSERT INTO contents (mid, texts, images) VALUES (?, ?, ?)');
  }

  /** Takes the call, charges the account, and returns the call's id: all on disk, or nothing. */
  accept(call: NewCall, cost: number): number {
    const arrivals = call.testOnly ? 0 : call.receivers.filter(arrives).length;
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const { lastInsertRowid } = this.#insertCall.run(
        call.type,
        call.sender,
        call.title,
        call.acceptedMs,
        call.dueMs,
        call.receivers.length,
        arrivals,
        pack(call.receivers.filter(isMagic)),
        pack(call.receivers),
      );
      const mid = Number(lastInsertRowid);
      this.#insertContent.run(mid, JSON.stringify(call.texts), JSON.stringify(call.images));
      const balance = this.balance();
      if (balance !== null) this.#writeBalance(balance - cost);
      this.#db.exec('COMMIT');
      return mid;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** The account's balance in SMS, or null while it is not limited. */
  balance(): number | null {
    const row = this.#db.prepare(`SELECT value FROM account WHERE name = 'balance'`).get();
    return row === undefined ? null : Number(row.value);
  }

  setBalance(balance: number | null): void {
    if (balance === null) this.#db.exec(`DELETE FROM account WHERE name = 'balance'`);
    else this.#writeBalance(balance);
  }

  #writeBalance(balance: number): void {
    this.#db.prepare(`INSERT OR REPLACE INTO account (name, value) VALUES ('balance', ?)`).run(balance);
  }

  find(mid: number): StoredCall | null {
    const row = this.#db.prepare(`SELECT ${columns} FROM calls WHERE mid = ?`).get(mid);
    return row === undefined ? null : callOf(row);
  }

  content(mid: number): CallContent {
    const row = this.#db.prepare('SELECT receivers, texts, images FROM calls JOIN contents USING (mid) WHERE mid = ?');
    const found = row.get(mid)!;
    return {
      receivers: split(String(found.receivers)),
      texts: JSON.parse(String(found.texts)) as string[],
      images: JSON.parse(String(found.images)) as ReceivedFile[],
    };
  }

  receivers(mid: number): readonly string[] {
    return split(String(this.#db.prepare('SELECT receivers FROM calls WHERE mid = ?').get(mid)!.receivers));
  }

  /** Calls accepted in `[fromMs, untilMs)`, newest first. */
  listed(fromMs: number, untilMs: number, offset: number, limit: number): readonly StoredCall[] {
    return this.#db
      .prepare(
        `SELECT ${columns} FROM calls WHERE accepted_ms >= ? AND accepted_ms < ? ORDER BY mid DESC LIMIT ? OFFSET ?`,
      )
      .all(fromMs, untilMs, limit, offset)
      .map(callOf);
  }

  cancel(mid: number, nowMs: number): void {
    this.#db.prepare('UPDATE calls SET canceled_ms = ? WHERE mid = ? AND canceled_ms IS NULL').run(nowMs, mid);
  }

  /** Ids of calls from `fromMid` on of which something has arrived by `nowMs`, for one receiver or for all. */
  *arrived(nowMs: number, fromMid: number, receiver: string | null): Generator<StoredCall> {
    const rows = this.#db
      .prepare(
        `SELECT ${columns} FROM calls
         WHERE mid >= ? AND arrivals > 0 AND due_ms <= ? AND canceled_ms IS NULL
           AND (? IS NULL OR instr(receivers, ?) > 0) ORDER BY mid`,
      )
      .iterate(fromMid, nowMs, receiver, receiver === null ? '' : pack([receiver]));
    for (const row of rows) yield callOf(row);
  }

  /** How many messages have arrived at handsets by `nowMs`. */
  arrivals(nowMs: number): number {
    const row = this.#db
      .prepare('SELECT SUM(arrivals) AS total FROM calls WHERE due_ms <= ? AND canceled_ms IS NULL')
      .get(nowMs);
    return Number(row?.total ?? 0);
  }

  close(): void {
    this.#db.close();
  }
}

function callOf(row: Record<string, unknown>): StoredCall {
  return {
    mid: Number(row.mid),
    type: String(row.type),
    sender: String(row.sender),
    title: String(row.title),
    acceptedMs: Number(row.accepted_ms),
    dueMs: Number(row.due_ms),
    canceledMs: row.canceled_ms === null ? null : Number(row.canceled_ms),
    messages: Number(row.messages),
    magic: split(String(row.magic)),
  };
}
