import * as z from 'zod';
import type { CallLog } from './call-log.ts';
import type { CallStore, StoredCall } from './call-store.ts';
import { type FaultScript, faultShape } from './faults.ts';
import type { ReceivedFile } from './form.ts';
import { type OptOutCallTarget, optOutCallShape, tellOptOutCall } from './opt-out-calls.ts';
import { arrives } from './outcomes.ts';

export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}
export interface ControlReply {
  readonly status: number;
  readonly body: unknown;
}

/** One arrival at a handset. `to` is E.164, `from` national digits, `type` in lower case. */
export interface Arrival {
  readonly to: string;
  readonly from: string;
  readonly type: string;
  readonly subject: string | null;
  readonly text: string;
  readonly images: readonly ReceivedFile[];
  readonly at: string;
}

export interface Controlled {
  readonly store: CallStore;
  readonly faults: FaultScript;
  readonly calls: CallLog;
  readonly now: () => number;
  readonly optOutCalls: OptOutCallTarget | undefined;
}

const pageMax = 1_000;
const faultsBody = z.strictObject({ faults: z.array(faultShape).max(1_000) });
const accountBody = z.strictObject({ balance: z.int().min(0).nullable() });
const messagesQuery = z.strictObject({
  to: z.string().optional(),
  cursor: z
    .string()
    .regex(/^\d{1,15}\.\d{1,4}$/)
    .optional(),
});

/** The hand on the simulator: what arrived, which faults come next, how often it was called, what it can still pay, and who calls 080. */
export function control(request: ControlRequest, simulator: Controlled): ControlReply | Promise<ControlReply> {
  const { faults, calls, store, optOutCalls } = simulator;
  const { method, body } = request;
  switch (request.path) {
    case '/carrier/messages':
      return method === 'GET' ? messages(request.query, simulator) : notAllowed(method);
    case '/carrier/calls':
      return method === 'GET' ? { status: 200, body: calls.summary } : notAllowed(method);
    case '/carrier/faults': {
      if (method === 'DELETE') faults.clear();
      else if (method === 'POST') {
        const parsed = faultsBody.safeParse(body);
        if (!parsed.success) return unreadable(parsed.error);
        faults.add(parsed.data.faults);
      } else if (method !== 'GET') return notAllowed(method);
      return { status: 200, body: { faults: faults.waiting } };
    }
    case '/carrier/account': {
      if (method === 'POST') {
        const parsed = accountBody.safeParse(body);
        if (!parsed.success) return unreadable(parsed.error);
        store.setBalance(parsed.data.balance);
      } else if (method !== 'GET') return notAllowed(method);
      return { status: 200, body: { balance: store.balance() } };
    }
    case '/carrier/opt-out-calls': {
      if (method !== 'POST') return notAllowed(method);
      if (!optOutCalls) return problem(404, 'not_found', 'Not found', 'Nobody here takes calls to 080 numbers.');
      const parsed = optOutCallShape.safeParse(body);
      return parsed.success ? tellOptOutCall(optOutCalls, parsed.data, simulator.now) : unreadable(parsed.error);
    }
    default:
      return problem(404, 'not_found', 'Not found', `The carrier simulator has no ${request.path}.`);
  }
}

function messages(given: Readonly<Record<string, string>>, { store, now }: Controlled): ControlReply {
  const parsed = messagesQuery.safeParse(given);
  if (!parsed.success) return unreadable(parsed.error);
  const { to, cursor } = parsed.data;
  const receiver = to === undefined ? null : national(to);
  const [fromMid = 0, fromIndex = 0] = (cursor ?? '0.0').split('.').map(Number);
  const nowMs = now();
  const page: Arrival[] = [];
  let nextCursor: string | null = null;
  let matches = 0;
  for (const call of store.arrived(nowMs, receiver === null ? fromMid : 0, receiver)) {
    if (nextCursor !== null && receiver === null) break;
    const content = store.content(call.mid);
    for (const [index, arrivedAt] of content.receivers.entries()) {
      if (!arrives(arrivedAt) || (receiver !== null && arrivedAt !== receiver)) continue;
      matches++;
      if (call.mid < fromMid || (call.mid === fromMid && index < fromIndex)) continue;
      if (page.length < pageMax) page.push(arrivalOf(call, arrivedAt, content.texts[index]!, content.images));
      else nextCursor ??= `${call.mid}.${index}`;
    }
  }
  const count = receiver === null ? store.arrivals(nowMs) : matches;
  return { status: 200, body: { messages: page, nextCursor, count } };
}

function arrivalOf(call: StoredCall, receiver: string, text: string, images: readonly ReceivedFile[]): Arrival {
  return {
    to: `+82${receiver.slice(1)}`,
    from: call.sender,
    type: call.type.toLowerCase(),
    subject: call.title === '' ? null : call.title,
    text,
    images,
    at: new Date(call.dueMs).toISOString(),
  };
}

/** National digits of a Korean number in any usual form. */
const national = (number: string): string => number.replace(/\D/g, '').replace(/^0*82/, '0').replace(/^0+/, '0');

function unreadable(error: z.ZodError): ControlReply {
  const errors = error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: message }));
  return problem(400, 'malformed', 'Malformed request', 'The request does not have the documented shape.', errors);
}

const notAllowed = (method: string): ControlReply =>
  problem(405, 'method_not_allowed', 'Method not allowed', `${method} is not possible here.`);

function problem(status: number, code: string, title: string, detail: string, errors?: unknown): ControlReply {
  return { status, body: { type: 'about:blank', title, status, detail, code, ...(errors ? { errors } : {}) } };
}
