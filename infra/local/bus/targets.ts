import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Queues } from '../sqs/queues.ts';
import { nameOfArn } from '../template/names.ts';

/** Something delivered by the bus or by a schedule. */
export type Delivery = { targetArn: string; input: string; messageGroupId?: string | undefined };

/** The name of the inner queue that carries a function's asynchronous events. */
export function asyncQueue(functionName: string): string {
  return `lambda-async-${functionName}`;
}

/** Delivers to queues, functions and log groups. Whatever it returns from has been written down. */
export class Targets {
  readonly #queues: Queues;
  readonly #logFolder: string;
  readonly #logs = new Map<string, WriteStream>();

  constructor(queues: Queues, logFolder: string) {
    this.#queues = queues;
    this.#logFolder = logFolder;
  }

  /** Whether the template declares such a target. */
  has(targetArn: string): boolean {
    const [, , service] = targetArn.split(':');
    const name = nameOfArn(targetArn);
    if (service === 'logs') return true;
    const queue = service === 'lambda' ? asyncQueue(name.replace(/^function:/, '')) : name;
    return ['lambda', 'sqs'].includes(service ?? '') && this.#queues.get(queue) !== undefined;
  }

  /** @throws if the template declares no such target */
  check(targetArn: string): void {
    if (!this.has(targetArn)) throw new Error(`${targetArn} is not a target that the local cloud can deliver to`);
  }

  deliver({ targetArn, input, messageGroupId }: Delivery): void {
    const [, , service] = targetArn.split(':');
    const name = nameOfArn(targetArn);
    if (service === 'logs') this.#log(name.replace(/^log-group:/, '').replace(/:\*$/, ''), input);
    else if (service === 'lambda') this.#queues.send(asyncQueue(name.replace(/^function:/, '')), input);
    else this.#queues.send(name, input, messageGroupId);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#logs.values()].map((log) => new Promise<void>((resolve) => log.end(() => resolve()))));
  }

  #log(group: string, line: string): void {
    const log =
      this.#logs.get(group) ??
      createWriteStream(join(this.#logFolder, `${group.replaceAll('/', '-')}.log`), { flags: 'a' });
    this.#logs.set(group, log);
    log.write(`${line}\n`);
  }
}

/** What delivering to a target is called in IAM. */
export function deliveryAction(targetArn: string): string {
  return targetArn.startsWith('arn:aws:lambda:') ? 'lambda:InvokeFunction' : 'sqs:SendMessage';
}
