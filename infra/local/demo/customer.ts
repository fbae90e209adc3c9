import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Addresses } from '../local-json.ts';

/** The demo knows the service only through its public API, as a customer with a key does. */

const count = z.int().min(0);
const counts = z.record(z.string(), count);
/** RFC 3339, and milliseconds from here on. */
const time = z.iso.datetime().transform((text) => Date.parse(text));

const createdUpload = z.object({
  id: z.string(),
  upload: z.object({ method: z.string(), url: z.url(), headers: z.record(z.string(), z.string()) }),
});
export const uploadShape = z.object({
  id: z.string(),
  status: z.enum(['awaiting_file', 'validating', 'ready', 'rejected', 'expired']),
  progress: z.object({ bytesRead: count, bytesTotal: count, rows: count }),
  rows: count.nullable(),
  valid: count.nullable(),
  invalid: count.nullable(),
  duplicates: count.nullable(),
});
export type Upload = z.infer<typeof uploadShape>;

const parts = {
  planned: count,
  skipped: count,
  canceled: count,
  submitted: count,
  delivered: count,
  failed: count,
  unknown: count,
};
const waveShape = z.object({
  number: count,
  at: time,
  recipients: count,
  releasedAt: time.nullable(),
  progress: z.object(parts),
});
export type Wave = z.infer<typeof waveShape>;
export const dispatchShape = z.object({
  id: z.string(),
  status: z.string(),
  quote: z
    .object({
      recipients: count,
      sendable: count,
      excluded: counts,
      byType: counts,
      credits: count,
      available: count,
      finishesAt: time.nullable(),
    })
    .nullable(),
  progress: z.object({ accepted: count, ...parts }),
  summary: z.object({ sent: count, failed: count, skipped: count, creditsRemaining: count }),
  skippedBy: counts,
  failedBy: counts,
  credits: z.object({ held: count, captured: count, released: count, refunded: count }),
  waves: z.array(waveShape),
  failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
  settledAt: z.string().nullable(),
});
export type Dispatch = z.infer<typeof dispatchShape>;

const creditsShape = z.object({ available: count, held: count, spent: count, granted: count });
export type Credits = z.infer<typeof creditsShape>;
const messageShape = z.object({
  id: z.string(),
  row: count,
  to: z.string(),
  status: z.string(),
  code: z.string().nullable(),
  reason: z.string().nullable(),
});
export type Message = z.infer<typeof messageShape>;
const entryShape = z.object({ type: z.string(), credits: z.int() });
export type LedgerEntry = z.infer<typeof entryShape>;
const page = <T extends z.ZodType>(entry: T) => z.object({ data: z.array(entry), nextCursor: z.string().nullable() });

const sentShape = z.object({ dispatchId: z.string() });
const canceledShape = z.object({ dispatch: dispatchShape, canceled: count, gone: count });

/** The demo tenant. @throws if there is none */
export function customerAt({ apiUrl, apiKey }: Addresses): Customer {
  if (apiKey === undefined) throw new Error('The local cloud has no demo tenant');
  return new Customer(apiUrl, apiKey);
}

export class Customer {
  readonly #apiUrl: string;
  readonly #key: string;

  constructor(apiUrl: string, key: string) {
    this.#apiUrl = apiUrl;
    this.#key = key;
  }

  createUpload(fileName: string) {
    return this.#post('/v1/uploads', { purpose: 'recipients', fileName, onInvalidRows: 'skip' }, createdUpload);
  }

  upload(id: string): Promise<Upload> {
    return this.#get(`/v1/uploads/${id}`, uploadShape);
  }

  createDispatch(body: unknown): Promise<Dispatch> {
    return this.#post('/v1/dispatches', body, dispatchShape);
  }

  dispatch(id: string): Promise<Dispatch> {
    return this.#get(`/v1/dispatches/${id}`, dispatchShape);
  }

  send(id: string, maxCredits: number): Promise<Dispatch> {
    return this.#post(`/v1/dispatches/${id}/send`, { maxCredits }, dispatchShape);
  }

  /** The short form. @returns the dispatch's id */
  async sendMessages(body: unknown): Promise<string> {
    return (await this.#post('/v1/messages', body, sentShape)).dispatchId;
  }

  reschedule(id: string, schedule: unknown): Promise<Dispatch> {
    const headers = { ...this.#headers(), 'content-type': 'application/json' };
    const init = { method: 'PATCH', headers, body: JSON.stringify({ schedule }) };
    return this.#ask(`/v1/dispatches/${id}`, init, dispatchShape);
  }

  cancel(id: string) {
    return this.#post(`/v1/dispatches/${id}/cancel`, undefined, canceledShape);
  }

  scheduled(): Promise<readonly Dispatch[]> {
    return this.#all('/v1/dispatches', dispatchShape, 'status=scheduled&');
  }

  messages(id: string): Promise<readonly Message[]> {
    return this.#all(`/v1/dispatches/${id}/messages`, messageShape);
  }

  credits(): Promise<Credits> {
    return this.#get('/v1/credits', creditsShape);
  }

  ledger(): Promise<readonly LedgerEntry[]> {
    return this.#all('/v1/credits/ledger', entryShape);
  }

  async #all<T>(path: string, entry: z.ZodType<T>, filter = ''): Promise<readonly T[]> {
    const all: T[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { data, nextCursor } = await this.#get(`${path}?${filter}limit=500${query}`, page(entry));
      all.push(...data);
      cursor = nextCursor;
    }
    return all;
  }

  #get<T>(path: string, shape: z.ZodType<T>): Promise<T> {
    return this.#ask(path, { headers: this.#headers() }, shape);
  }

  #post<T>(path: string, body: unknown, shape: z.ZodType<T>): Promise<T> {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { ...this.#headers(), ...type, 'idempotency-key': randomUUID() };
    return this.#ask(path, { method: 'POST', headers, body: body === undefined ? null : JSON.stringify(body) }, shape);
  }

  #headers() {
    return { authorization: `Bearer ${this.#key}` };
  }

  async #ask<T>(path: string, init: RequestInit, shape: z.ZodType<T>): Promise<T> {
    const answer = await fetch(`${this.#apiUrl}${path}`, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path} answered ${answer.status}: ${text}`);
    return shape.parse(JSON.parse(text));
  }
}
