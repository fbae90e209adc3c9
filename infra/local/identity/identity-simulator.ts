import { randomInt, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { readBody } from '../edge/http-api.ts';
import { jsonReply, type Reply, send } from '../edge/reply.ts';

/** A code as it arrived at a phone. */
export interface Challenge {
  readonly id: string;
  readonly number: string;
  readonly name: string;
  readonly code: string;
  readonly at: string;
}

export interface IdentitySimulator {
  readonly url: string;
  /** The latest challenges, newest first. */
  challenges(): readonly Challenge[];
  stop(): Promise<void>;
}

const holdsMs = 3 * 60_000;
const keptMax = 500;
const bodyBytesMax = 16 * 1024;

/** This number turns out to be somebody else's, whatever name is given. */
const anothersNumber = '01099990008';
/** Nobody has this number. */
const nobodysNumber = '01099990001';

const challengeBody = z.object({ number: z.string().regex(/^01\d{8,9}$/), name: z.string().min(1) });
const confirmBody = z.object({ code: z.string() });

/**
 * Stands in for a company that checks whose a mobile number is: instead of texting a code it shows it. Challenges live as
 * long as the process; one that it does not know has expired.
 */
export async function startIdentitySimulator(now: () => number): Promise<IdentitySimulator> {
  const challenges = new Map<string, Challenge>();

  function challenge(given: unknown): Reply {
    const read = challengeBody.safeParse(given);
    if (!read.success || read.data.number === nobodysNumber) return jsonReply(422, { error: 'nobody has this number' });
    const id = randomUUID();
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    challenges.set(id, { id, ...read.data, code, at: new Date(now()).toISOString() });
    const [oldest] = challenges.keys();
    if (challenges.size > keptMax && oldest !== undefined) challenges.delete(oldest);
    return jsonReply(200, { challengeId: id });
  }

  function confirm(id: string, given: unknown): Reply {
    const read = confirmBody.safeParse(given);
    if (!read.success) return jsonReply(400, { error: z.prettifyError(read.error) });
    const found = challenges.get(id);
    if (!found || now() >= Date.parse(found.at) + holdsMs) return jsonReply(200, { outcome: 'expired' });
    if (read.data.code !== found.code) return jsonReply(200, { outcome: 'wrong_code' });
    const name = found.number === anothersNumber ? '남이름' : found.name;
    return jsonReply(200, { outcome: 'confirmed', name, number: found.number });
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await readBody(request, bodyBytesMax);
    const path = new URL(request.url ?? '/', 'http://identity').pathname;
    if (!/^Bearer ./.test(request.headers.authorization ?? '')) return send(response, jsonReply(401, {}));
    const body: unknown = raw && raw.length > 0 ? JSON.parse(raw.toString()) : {};
    const confirmed = /^\/challenges\/([^/]+)\/confirm$/.exec(path)?.[1];
    if (request.method === 'POST' && path === '/challenges') return send(response, challenge(body));
    if (request.method === 'POST' && confirmed) return send(response, confirm(decodeURIComponent(confirmed), body));
    send(response, jsonReply(404, {}));
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      console.error('identity simulator', error);
      if (!response.headersSent) send(response, jsonReply(500, {}));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    challenges: () => [...challenges.values()].reverse(),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
