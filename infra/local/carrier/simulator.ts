import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CallLog } from './call-log.ts';
import { CallStore } from './call-store.ts';
import { type ControlReply, type ControlRequest, control } from './control.ts';
import { type Fault, FaultScript, submitPaths, type VendorPath, vendorPaths } from './faults.ts';
import { type Form, parseForm, readBody } from './form.ts';
import { cancel, list, remain, smsList } from './listing.ts';
import type { OptOutCallTarget } from './opt-out-calls.ts';
import { send, sendMass } from './sending.ts';
import { badField, type Operation, outOfBalance, type Reply, unauthenticated, type Vendor } from './vendor.ts';

export interface CarrierAccount {
  readonly key: string;
  readonly userId: string;
}

export interface CarrierSimulatorOptions {
  /** The simulator keeps what it accepted under `<home>/carrier`. */
  readonly home: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Epoch ms. */
  readonly now: () => number;
  /** Calls with other credentials are answered −101. Absent: any credentials that are not empty will do. */
  readonly account?: CarrierAccount;
  /** Absent: nobody wants to hear of calls to 080 numbers. */
  readonly optOutCalls?: OptOutCallTarget | undefined;
}

export interface CarrierSimulator {
  readonly url: string;
  /** Answers `/carrier/…` of the control API. */
  handleControl(request: ControlRequest): Promise<ControlReply>;
  stop(): Promise<void>;
}

const operations: Readonly<Record<VendorPath, Operation>> = {
  '/send/': send,
  '/send_mass/': sendMass,
  '/list/': list,
  '/sms_list/': smsList,
  '/remain/': remain,
  '/cancel/': cancel,
};
const slowByDefaultMs = 3_000;

/**
 * Starts a stand-in for the vendor on loopback: its real protocol in front, a simulated phone network behind. What a
 * message comes to follows from its number and the time, so that a restart loses nothing.
 */
export async function startCarrierSimulator(options: CarrierSimulatorOptions): Promise<CarrierSimulator> {
  const { now, account } = options;
  const store = new CallStore(options.home);
  const faults = new FaultScript();
  const calls = new CallLog();
  const vendor: Vendor = { store, now };
  const stopping = new AbortController();
  const pause = (ms: number) => delay(ms, null, { signal: stopping.signal });

  const isKnown = (form: Form): boolean => {
    const key = form.get('key') ?? '';
    const userId = form.get('user_id') ?? '';
    return account === undefined ? key !== '' && userId !== '' : key === account.key && userId === account.userId;
  };

  /** Faults strike where they do in the wild: before the body is read, before the call is taken, or after. */
  async function serve(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): Promise<void> {
    const path = pathOf(request);
    if (path === null) return reply(response, 404, badField('없는 주소입니다.'));
    if (request.method !== 'POST') return reply(response, 405, badField('POST만 가능합니다.'));
    const logged = (submitPaths as readonly string[]).includes(path) ? calls.add(now()) : null;
    const fault = faults.take(path);
    if (logged) logged.fault = fault?.kind ?? null;
    if (fault?.kind === 'refuse_connection') return reset(request);
    if (awaitsContinue) response.writeContinue();
    const body = await readBody(request);
    if (body === null) return reply(response, 413, badField('요청이 너무 큽니다.'));
    const form = await parseForm(body, request.headers['content-type'] ?? '');
    const pauseMs = fault?.delayMs ?? (fault?.kind === 'slow' ? slowByDefaultMs : 0);
    if (pauseMs > 0 && fault?.kind !== 'timeout_after_accept') await pause(pauseMs);
    const early = fault && answerInstead(fault);
    if (early) return reply(response, early.status, early.body, early.headers);
    const answer =
      form === null ? badField('form이 아닙니다.') : isKnown(form) ? operations[path](form, vendor) : unauthenticated();
    if (logged) logged.taken = takenBy(answer, now());
    switch (fault?.kind) {
      case 'timeout_after_accept':
        if (fault.delayMs === undefined) return; // until the caller has had enough
        await pause(fault.delayMs);
        return reset(request);
      case 'drop_after_accept':
        return reset(request);
      case 'garbage_reply':
        return reply(response, 200, '<html><body>Temporarily out of ');
      default:
        return reply(response, 200, answer);
    }
  }

  const server = createServer({ noDelay: true });
  const handle = (awaitsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response, awaitsContinue).catch((error: unknown) => {
      if (stopping.signal.aborted || !request.complete) return; // we stop, or the caller left in the middle of its body
      console.error('carrier simulator', error);
      if (!response.headersSent) reply(response, 500, 'error');
    });
  };
  server.on('request', handle(false));
  server.on('checkContinue', handle(true));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', 4_096, resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handleControl: async (request) => control(request, { store, faults, calls, now, optOutCalls: options.optOutCalls }),
    stop: async () => {
      stopping.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      store.close();
    },
  };
}

function pathOf(request: IncomingMessage): VendorPath | null {
  const path = (request.url ?? '').replace(/\?.*$/, '').replace(/\/?$/, '/');
  return vendorPaths.find((known) => known === path) ?? null;
}

function takenBy(answer: Reply, atMs: number) {
  const { result_code, success_cnt, error_cnt } = answer;
  return Number(result_code) === 1 ? { atMs, messages: Number(success_cnt) + Number(error_cnt) } : null;
}

function answerInstead(
  fault: Fault,
): { status: number; body: Reply | string; headers?: Record<string, string> } | null {
  switch (fault.kind) {
    case 'http_429':
      return { status: 429, body: 'Too Many Requests', headers: { 'retry-after': String(fault.retryAfterSeconds) } };
    case 'http_500_before_accept':
      return { status: 500, body: 'Internal Server Error' };
    case 'account':
      return { status: 200, body: fault.code === -101 ? unauthenticated() : outOfBalance() };
    default:
      return null;
  }
}

/** Ends the connection with a reset. */
function reset(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

function reply(response: ServerResponse, status: number, body: Reply | string, headers?: Record<string, string>): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}
