import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Lane } from '../../domain/dispatches/dispatch.ts';
import type { Queues } from '../../domain/dispatches/ports.ts';

export interface QueueUrls {
  readonly prepare: string;
  readonly wave: string;
  readonly send: string;
  /** Like `send`, for authentication messages: they wait behind nobody's campaign. */
  readonly auth: string;
  readonly report: string;
  readonly settle: string;
}

/** Some records of a batch were not taken by the queue, even after being offered again. */
export class QueueRefused extends Error {
  override readonly name = 'QueueRefused';
}

const queueOf = { bulk: 'send', auth: 'auth' } as const satisfies Record<Lane, keyof QueueUrls>;
const entriesPerCall = 10;
const callsAtOnce = 8;
const offers = 3;

/** The queues between the functions. A function gets only the URLs of the queues it writes to. */
export function createQueues(client: SQSClient, urls: Partial<QueueUrls>): Queues {
  const urlOf = (queue: keyof QueueUrls): string => {
    const url = urls[queue];
    if (!url) throw new Error(`This function was not told the URL of the ${queue} queue`);
    return url;
  };

  const one = async (queue: keyof QueueUrls, body: unknown, delaySeconds: number) => {
    const message = { MessageBody: JSON.stringify(body), DelaySeconds: delaySeconds };
    await client.send(new SendMessageCommand({ QueueUrl: urlOf(queue), ...message }));
  };

  const many = async (queue: keyof QueueUrls, bodies: readonly unknown[], delaySeconds: number, group?: string) => {
    const calls: SendMessageBatchRequestEntry[][] = [];
    for (let start = 0; start < bodies.length; start += entriesPerCall) {
      calls.push(
        bodies.slice(start, start + entriesPerCall).map((body, i) => ({
          Id: String(i),
          MessageBody: JSON.stringify(body),
          DelaySeconds: delaySeconds,
          ...(group === undefined ? {} : { MessageGroupId: group }),
        })),
      );
    }
    for (let start = 0; start < calls.length; start += callsAtOnce) {
      await Promise.all(calls.slice(start, start + callsAtOnce).map((entries) => offer(urlOf(queue), entries)));
    }
  };

  /** A batch reply can say yes to some and no to others: only those refused are offered again. */
  const offer = async (QueueUrl: string, entries: readonly SendMessageBatchRequestEntry[]) => {
    let left = [...entries];
    for (let i = 0; i < offers && left.length > 0; i++) {
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: left }));
      const failed = new Set(Failed.map(({ Id }) => Id));
      left = left.filter(({ Id }) => failed.has(Id));
    }
    if (left.length > 0) throw new QueueRefused(`${left.length} records were not taken by ${QueueUrl}`);
  };

  return {
    prepare: (dispatchId, delaySeconds) => one('prepare', { dispatchId }, delaySeconds),
    wave: (message, delaySeconds) => one('wave', message, delaySeconds),
    plan: (message) => one('wave', message, 0),
    send: (owner, messages, delaySeconds, lane) => many(queueOf[lane], messages, delaySeconds, owner),
    report: (messages, delaySeconds) => many('report', messages, delaySeconds),
    settle: (dispatchId, delaySeconds) => one('settle', { dispatchId }, delaySeconds),
  };
}
