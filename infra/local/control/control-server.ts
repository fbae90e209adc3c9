import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as z from 'zod';
import type { PublishedEvents } from '../bus/published-events.ts';
import type { CarrierSimulator } from '../carrier/simulator.ts';
import type { Clock } from '../clock/clock.ts';
import { durationMs } from '../clock/duration.ts';
import { type DynamoFaults, dynamoFault } from '../dynamo/dynamo-faults.ts';
import { close, listen, originOf, PortTaken } from '../edge/edge.ts';
import { readBody } from '../edge/http-api.ts';
import { dateFromLocalClock, jsonReply, type Reply, send } from '../edge/reply.ts';
import type { Iam } from '../iam/iam.ts';
import type { IdentitySimulator } from '../identity/identity-simulator.ts';
import type { MailStore } from '../mail/mail-store.ts';
import type { ScheduleStore } from '../scheduler/schedule-store.ts';
import type { Queues } from '../sqs/queues.ts';
import { queueReport } from './queue-report.ts';
import type { Usage } from './usage.ts';

/** What the control API looks at and moves. */
export type Controlled = {
  clock: Clock;
  queues: Queues;
  schedules: ScheduleStore;
  iam: Iam;
  usage: Usage;
  faults: DynamoFaults;
  carrier: CarrierSimulator;
  identity: IdentitySimulator;
  mails: MailStore;
  events: PublishedEvents;
};

const mostBodyBytes = 1024 * 1024;
const mostSchedules = 500;
const mostMails = 100;
const moveForms = 'Give {"advance": "PT36H"}, an ISO 8601 duration, or {"to": "2026-12-24T10:00:00+09:00"}.';
const moveShape = z.union(
  [
    z.strictObject({ advance: z.string().transform((text, context) => durationMs(text) ?? invalid(context)) }),
    z.strictObject({ to: z.iso.datetime({ offset: true }) }),
  ],
  { error: moveForms },
);
const faultsShape = z.strictObject({ faults: z.array(dynamoFault) });

function invalid(context: z.RefinementCtx): never {
  context.addIssue('not an ISO 8601 duration');
  return z.NEVER;
}

/**
 * The local cloud's own API, on a port of its own: `/clock`, `/queues`, `/schedules` (one-time ones), `/iam`,
 * `/mails`, `/events` (the latest on the bus), `/identity/challenges` (with their codes), `/usage`, `/faults` (of DynamoDB)
 * and `/carrier/…`, which the carrier simulator answers.
 */
export class ControlServer {
  readonly #server: Server;
  readonly #controlled: Controlled;

  private constructor(server: Server, controlled: Controlled) {
    this.#server = server;
    this.#controlled = controlled;
    server.on('request', (request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        console.error(`control ${request.method} ${request.url}:`, error);
        send(response, jsonReply(500, { error: String(error) }));
      });
    });
  }

  /** @param port the one wished for; if it is taken, or 0, any free one */
  static async listen(port: number, controlled: Controlled): Promise<ControlServer> {
    const wished = createServer();
    try {
      await listen(wished, port);
      return new ControlServer(wished, controlled);
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
    }
    const server = createServer();
    await listen(server, 0);
    return new ControlServer(server, controlled);
  }

  get origin(): string {
    return originOf(this.#server);
  }

  async close(): Promise<void> {
    await close(this.#server);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    dateFromLocalClock(response);
    const url = new URL(request.url ?? '/', 'http://control');
    try {
      const raw = await readBody(request, mostBodyBytes);
      const body: unknown = raw && raw.length > 0 ? JSON.parse(raw.toString()) : undefined;
      send(response, await this.#answer(request.method ?? 'GET', url, body));
    } catch (error) {
      if (error instanceof z.ZodError) send(response, jsonReply(400, { error: z.prettifyError(error) }));
      else if (error instanceof SyntaxError) send(response, jsonReply(400, { error: 'the body is not JSON' }));
      else throw error;
    }
  }

  async #answer(method: string, url: URL, body: unknown): Promise<Reply> {
    const { clock, queues, schedules, iam, usage, faults, carrier, mails, events, identity } = this.#controlled;
    if (url.pathname.startsWith('/carrier/')) {
      const query = Object.fromEntries(url.searchParams);
      const answer = await carrier.handleControl({ method, path: url.pathname, query, body });
      return jsonReply(answer.status, answer.body);
    }
    switch (`${method} ${url.pathname}`) {
      case 'GET /clock':
        return jsonReply(200, { now: new Date(clock.now()).toISOString() });
      case 'POST /clock':
        return this.#move(moveShape.parse(body));
      case 'GET /queues':
        return jsonReply(200, { queues: queueReport(queues, clock.now()) });
      case 'GET /schedules':
        return jsonReply(200, scheduleReport(schedules));
      case 'GET /identity/challenges':
        return jsonReply(200, { challenges: identity.challenges() });
      case 'GET /iam':
        return jsonReply(200, iam.report());
      case 'GET /mails':
        return jsonReply(200, mailReport(mails, url.searchParams.get('cursor')));
      case 'GET /events':
        return jsonReply(200, { events: events.latest() });
      case 'GET /usage':
        return jsonReply(200, usage.report());
      case 'DELETE /usage':
        usage.reset();
        return jsonReply(200, usage.report());
      case 'POST /faults':
        faults.set(faultsShape.parse(body).faults);
        return jsonReply(200, {});
      case 'DELETE /faults':
        faults.clear();
        return jsonReply(200, {});
      default:
        return jsonReply(404, { error: `no ${method} ${url.pathname} here` });
    }
  }

  async #move(move: z.infer<typeof moveShape>): Promise<Reply> {
    const { clock } = this.#controlled;
    const to = 'to' in move ? Date.parse(move.to) : clock.now() + move.advance;
    if (to < clock.now())
      return jsonReply(409, { error: 'the clock only moves forward', now: new Date(clock.now()).toISOString() });
    await clock.move(to);
    return jsonReply(200, { now: new Date(clock.now()).toISOString() });
  }
}

/** What is still to fire, soonest first. */
function scheduleReport(store: ScheduleStore) {
  const { schedules, total } = store.pending(mostSchedules);
  return { schedules: schedules.map(({ name, dueAt }) => ({ name, at: new Date(dueAt).toISOString() })), total };
}

/** The mails that were taken, oldest first, a hundred at a time. */
function mailReport(mails: MailStore, cursor: string | null) {
  const after = z.coerce
    .number()
    .int()
    .min(0)
    .parse(cursor || '0');
  const { mails: page, next } = mails.page(after, mostMails);
  return { mails: page, nextCursor: next === null ? null : String(next) };
}
