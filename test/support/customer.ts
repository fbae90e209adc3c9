import { randomUUID } from 'node:crypto';
import { type OpenApiDocument, openApiCheck, type SeenAnswer } from './openapi-check.ts';
import type { Money } from './promises.ts';
import { brokenPromiseOf } from './promises.ts';

export interface Asked {
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  /** Idempotency-Key; a POST gets a fresh one unless it is null. */
  readonly idem?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  readonly json: any;
}

type AnswerCheck = (answer: SeenAnswer) => string | null;

/** Reads the document that the API itself serves. */
export async function publishedCheck(apiUrl: string): Promise<AnswerCheck> {
  const answer = await fetch(`${apiUrl}/openapi.json`);
  if (!answer.ok) throw new Error(`/openapi.json answered ${answer.status}`);
  return openApiCheck((await answer.json()) as OpenApiDocument);
}

const asksMax = 5;

/**
 * Asks again where the gateway, not the API, says 503: it stops waiting after 30 s, which a busy machine may need. The
 * function runs on, so that the same Idempotency-Key brings its first answer.
 */
async function fetchAnswer(url: URL, init: RequestInit): Promise<Response> {
  for (let asks = 1; ; asks++) {
    const answer = await fetch(url, init);
    const ofGateway = answer.status === 503 && answer.headers.get('content-type') === 'application/json';
    if (!ofGateway || asks === asksMax) return answer;
  }
}

/**
 * Somebody with a key. Every answer, wanted or not, must be as the API's own document says, and every dispatch in one
 * must add up: else the request fails.
 */
export class Customer {
  readonly apiUrl: string;
  readonly key: string | null;
  readonly #check: AnswerCheck;

  constructor(apiUrl: string, key: string | null, check: AnswerCheck) {
    this.apiUrl = apiUrl;
    this.key = key;
    this.#check = check;
  }

  async ask(method: string, path: string, { query = {}, body, idem, headers = {} }: Asked = {}): Promise<Told> {
    const url = new URL(path, this.apiUrl);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const answer = await fetchAnswer(url, {
      method,
      headers: {
        ...(this.key === null ? {} : { authorization: `Bearer ${this.key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'POST' && idem !== null ? { 'idempotency-key': idem ?? randomUUID() } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    // The gateway gives a type even to what has no content.
    const contentType = answer.status === 204 ? undefined : answer.headers.get('content-type')?.split(';')[0];
    const json = /[/+]json\b/.test(contentType ?? '') && text !== '' ? JSON.parse(text) : null;
    const flaw =
      this.#check({ method, path: url.pathname, status: answer.status, contentType, json }) ?? brokenPromiseOf(json);
    if (flaw !== null)
      throw new Error(`${method} ${url.pathname} → ${answer.status}: ${flaw}\n${text.slice(0, 2_000)}`);
    return { status: answer.status, headers: answer.headers, json };
  }

  /** Like `ask`, for an answer that must have this status; gives its body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  async told(status: number, method: string, path: string, asked: Asked = {}): Promise<any> {
    const told = await this.ask(method, path, asked);
    if (told.status !== status) {
      throw new Error(`${method} ${path} answered ${told.status}, not ${status}: ${JSON.stringify(told.json)}`);
    }
    return told.json;
  }

  get(path: string, query: Asked['query'] = {}) {
    return this.told(200, 'GET', path, { query });
  }

  /** All entries of a list, page by page. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  async all(path: string, query: Asked['query'] = {}): Promise<any[]> {
    const entries = [];
    for (let cursor: string | null = null; ; ) {
      const page = await this.get(path, { limit: 500, ...query, ...(cursor === null ? {} : { cursor }) });
      entries.push(...page.data);
      cursor = page.nextCursor;
      if (cursor === null) return entries;
    }
  }

  money(): Promise<Money> {
    return this.get('/v1/credits');
  }
}
