import * as z from 'zod';
import type { IdentityProvider } from '../../domain/phone-checks/ports.ts';

/** The account at the provider, as its secret has it. */
export interface ProviderAccount {
  /** Plain http only on loopback. */
  readonly baseUrl: string;
  readonly key: string;
}

export interface ProviderOptions {
  /** Asked before each call: whoever gives it keeps it as long as is right. */
  readonly account: () => Promise<ProviderAccount>;
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

/** A person waits for the answer, and the function has to answer them within half a minute. */
const usualTimeoutMs = 10_000;
const replyBytesMax = 16 * 1024;

const challengeShape = z.object({ challengeId: z.string().min(1).max(500) });
const judgedShape = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('confirmed'), name: z.string().max(500), number: z.string().max(64) }),
  z.object({ outcome: z.literal('wrong_code') }),
  z.object({ outcome: z.literal('expired') }),
]);

/** A provider that speaks JSON over HTTP. Nothing is asked twice, no redirect is followed, and failing is an answer. */
export function createHttpProvider(options: ProviderOptions): IdentityProvider {
  const { account, timeoutMs = usualTimeoutMs, fetch: send = fetch } = options;

  /** The status and the body, parsed; null when there is no answer that one could read. */
  async function post(
    path: string,
    body: unknown,
  ): Promise<{ readonly status: number; readonly json: unknown } | null> {
    try {
      const { baseUrl, key } = await account();
      const url = guardedUrl(baseUrl, path);
      if (url === null) return null;
      const answer = await send(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(body),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await textOf(answer);
      return text === null ? null : { status: answer.status, json: JSON.parse(text) as unknown };
    } catch {
      return null; // no connection, no time left, or no JSON: what came of it is not known
    }
  }

  return {
    async challenge({ number, name }) {
      const answer = await post('challenges', { number, name });
      if (answer?.status === 422) return { kind: 'refused' };
      const made = answer && answer.status >= 200 && answer.status < 300 ? challengeShape.safeParse(answer.json) : null;
      return made?.success ? { kind: 'challenged', challengeId: made.data.challengeId } : { kind: 'unavailable' };
    },

    async confirm(challengeId, code) {
      const answer = await post(`challenges/${encodeURIComponent(challengeId)}/confirm`, { code });
      const judged = answer?.status === 200 ? judgedShape.safeParse(answer.json) : null;
      if (!judged?.success) return { kind: 'unavailable' };
      if (judged.data.outcome !== 'confirmed') return { kind: judged.data.outcome };
      const { name, number } = judged.data;
      return { kind: 'confirmed', person: { name, number: number.replace(/\D/g, '') } };
    },
  };
}

const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Where to call; null where a name, a number and the key would travel in the clear. Only on loopback nobody listens. */
export function guardedUrl(baseUrl: string, path: string): URL | null {
  const url = URL.parse(`${baseUrl.replace(/\/+$/, '')}/${path}`);
  if (url === null || url.username !== '' || url.password !== '') return null;
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname)) ? url : null;
}

/** The body, unless it is longer than any answer of a provider. */
async function textOf(answer: Response): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > replyBytesMax) return null; // leaving the loop cancels the rest
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
