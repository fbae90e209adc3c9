import type { PublishedEvent } from '../../infra/local/bus/published-events.ts';
import type { QueueState } from '../../infra/local/control/queue-report.ts';
import type { IamReport } from '../../infra/local/iam/iam.ts';
import type { StoredMail } from '../../infra/local/mail/mail-store.ts';

/** What a handset received. */
export interface Arrival {
  readonly to: string;
  readonly from: string;
  readonly type: string;
  readonly subject: string | null;
  readonly text: string;
  readonly images: readonly { readonly fileName: string; readonly bytes: number; readonly sha256: string }[];
  readonly at: string;
}

/** A fault of the carrier: the next `calls` calls meet it. */
export interface CarrierFault {
  readonly kind: string;
  readonly calls?: number;
  readonly delayMs?: number;
  readonly code?: number;
  readonly path?: string;
  readonly retryAfterSeconds?: number;
}

interface MailPage {
  readonly mails: readonly StoredMail[];
  readonly nextCursor: string | null;
}

export interface OptOutCall {
  readonly from: string;
  readonly to: string;
  readonly at?: string;
  readonly id?: string;
  readonly repeat?: number;
}

/** A submit as the carrier's log has it. */
interface SubmitCall {
  readonly at: string;
  readonly fault: string | null;
  readonly taken: { readonly at: string; readonly messages: number } | null;
}

export type Control = ReturnType<typeof controlOf>;

/** The hand on a running local cloud: its clock, its queues, the carrier's faults, and the phones. */
export function controlOf(controlUrl: string) {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${controlUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  const arrivals = async (to?: string): Promise<readonly Arrival[]> => {
    const all: Arrival[] = [];
    const filter = to === undefined ? '' : `&to=${encodeURIComponent(to)}`;
    for (let cursor = ''; ; ) {
      const path = `/carrier/messages?${cursor}${filter}`;
      const page = (await ask('GET', path)) as { messages: Arrival[]; nextCursor: string | null };
      all.push(...page.messages);
      if (page.nextCursor === null) return all;
      cursor = `cursor=${encodeURIComponent(page.nextCursor)}`;
    }
  };
  return {
    nowMs: async () => Date.parse(((await ask('GET', '/clock')) as { now: string }).now),
    /** @param by ISO 8601 duration, such as `PT36H` */
    advance: async (by: string) => void (await ask('POST', '/clock', { advance: by })),
    /** Every arrival, or those at one number. A message that was sent twice shows twice. */
    arrivals,
    /** How often each number got a message. */
    arrivalsByNumber: async (): Promise<ReadonlyMap<string, number>> => {
      const count = new Map<string, number>();
      for (const { to } of await arrivals()) count.set(to, (count.get(to) ?? 0) + 1);
      return count;
    },
    faults: async (...faults: readonly CarrierFault[]) => void (await ask('POST', '/carrier/faults', { faults })),
    clearFaults: async () => void (await ask('DELETE', '/carrier/faults')),
    /** Somebody calls an 080 number, and the carrier tells the API of it, `repeat` times. Answers what it was answered. */
    optOutCall: async (call: OptOutCall) =>
      (await ask('POST', '/carrier/opt-out-calls', call)) as {
        readonly id: string;
        readonly answers: readonly { readonly status: number; readonly body: { readonly result?: string } }[];
      },
    /** Submits that reached the carrier, refused connections included. */
    carrierCalls: async () => ((await ask('GET', '/carrier/calls')) as { total: number }).total,
    /** The latest of them, each with the fault that it met and what the carrier took of it. */
    latestCalls: async () =>
      ((await ask('GET', '/carrier/calls')) as { latest: readonly SubmitCall[] }).latest.map(
        ({ at, fault, taken }) => ({
          atMs: Date.parse(at),
          fault,
          taken: taken && { atMs: Date.parse(taken.at), messages: taken.messages },
        }),
      ),
    /** Codes that were sent to phones to check whose they are, newest first. */
    challenges: async () =>
      ((await ask('GET', '/identity/challenges')) as { challenges: readonly { number: string; code: string }[] })
        .challenges,
    queues: async () => ((await ask('GET', '/queues')) as { queues: readonly QueueState[] }).queues,
    /** One-time schedules to come, soonest first, at most 500 of them. */
    schedules: async () =>
      (await ask('GET', '/schedules')) as { schedules: readonly { name: string; at: string }[]; total: number },
    /** Every mail that was taken, oldest first. */
    mails: async () => {
      const all: StoredMail[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: MailPage = (await ask('GET', `/mails?${cursor && `cursor=${cursor}`}`)) as MailPage;
        all.push(...page.mails);
        cursor = page.nextCursor;
      }
      return all;
    },
    /** The latest events on the bus, oldest first. */
    events: async () => ((await ask('GET', '/events')) as { events: readonly PublishedEvent[] }).events,
    iam: async () => (await ask('GET', '/iam')) as IamReport,
  };
}
