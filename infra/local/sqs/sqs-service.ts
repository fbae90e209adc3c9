import * as z from 'zod';
import { AwsError } from '../edge/aws-error.ts';
import { account, arn } from '../template/names.ts';
import { sendMessage, sendMessageBatch } from './fauxqs.ts';
import type { Queues, Received } from './queues.ts';

const mostDelaySeconds = 900;
const mostEntries = 10;

const sendShape = z.looseObject({ MessageGroupId: z.string().optional(), DelaySeconds: z.number().optional() });
const batchShape = z.looseObject({ Entries: z.array(sendShape.extend({ Id: z.string() })).default([]) });
const receiveShape = z.looseObject({
  MaxNumberOfMessages: z.int().min(1).max(10).default(1),
  VisibilityTimeout: z.int().min(0).max(43_200).optional(),
  WaitTimeSeconds: z.int().min(0).max(20).optional(),
});
const handleShape = z.looseObject({ ReceiptHandle: z.string() });
const visibilityShape = handleShape.extend({ VisibilityTimeout: z.int().min(0).max(43_200) });
const deleteBatchShape = z.looseObject({
  Entries: z
    .array(handleShape.extend({ Id: z.string() }))
    .min(1)
    .max(mostEntries),
});
const visibilityBatchShape = z.looseObject({
  Entries: z
    .array(visibilityShape.extend({ Id: z.string() }))
    .min(1)
    .max(mostEntries),
});
const targetShape = z.looseObject({ QueueUrl: z.string() });

/** The SQS API over `Queues`: operations by name, bodies as in the JSON protocol. */
export class SqsService {
  readonly #queues: Queues;
  readonly #origin: string;

  constructor(queues: Queues, origin: string) {
    this.#queues = queues;
    this.#origin = origin;
  }

  /** @throws AwsError as SQS would answer */
  async handle(operation: string, body: unknown): Promise<unknown> {
    try {
      return await this.#handle(operation, body);
    } catch (error) {
      if (error instanceof z.ZodError) throw new AwsError('InvalidParameterValue', z.prettifyError(error));
      if (error instanceof Error && 'statusCode' in error && 'code' in error) {
        throw new AwsError(String(error.code), error.message, Number(error.statusCode));
      }
      throw error;
    }
  }

  async #handle(operation: string, body: unknown): Promise<unknown> {
    if (operation === 'GetQueueUrl') {
      const { QueueName } = z.looseObject({ QueueName: z.string() }).parse(body);
      return { QueueUrl: `${this.#origin}/${account}/${this.#existing(QueueName)}` };
    }
    const name = this.#existing(targetShape.parse(body).QueueUrl);
    switch (operation) {
      case 'SendMessage':
        return this.#send(name, sendShape.parse(body));
      case 'SendMessageBatch':
        return this.#sendBatch(name, batchShape.parse(body));
      case 'ReceiveMessage':
        return this.#receive(name, receiveShape.parse(body));
      case 'DeleteMessage':
        this.#queues.delete(name, [handleShape.parse(body).ReceiptHandle]);
        return {};
      case 'DeleteMessageBatch': {
        const { Entries } = deleteBatchShape.parse(body);
        this.#queues.delete(
          name,
          Entries.map(({ ReceiptHandle }) => ReceiptHandle),
        );
        return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
      }
      case 'ChangeMessageVisibility': {
        const { ReceiptHandle, VisibilityTimeout } = visibilityShape.parse(body);
        if (!this.#queues.changeVisibility(name, ReceiptHandle, VisibilityTimeout)) throw notInFlight();
        return {};
      }
      case 'ChangeMessageVisibilityBatch':
        return this.#changeVisibilityBatch(name, visibilityBatchShape.parse(body).Entries);
      case 'GetQueueAttributes':
        return { Attributes: this.#attributes(name) };
      default:
        throw new AwsError('InvalidAction', `${operation} is not offered by the local cloud`);
    }
  }

  #send(name: string, message: z.infer<typeof sendShape>): unknown {
    refuseLongDelay(message.DelaySeconds);
    // Outside the transaction: the group's queue must stay even if the message is refused.
    const QueueUrl = this.#queues.group(name, message.MessageGroupId).url;
    return this.#queues.atomically(name, () => sendMessage({ ...message, QueueUrl }, this.#queues.store));
  }

  /** One fauxqs batch for each message group; entries with a delay that SQS refuses fail alone. */
  #sendBatch(name: string, { Entries }: z.infer<typeof batchShape>): unknown {
    const ids = new Set(Entries.map(({ Id }) => Id));
    if (Entries.length === 0 || Entries.length > mostEntries || ids.size < Entries.length) {
      // Refused as a whole, in fauxqs' words.
      return sendMessageBatch({ QueueUrl: this.#queues.group(name, undefined).url, Entries }, this.#queues.store);
    }
    const late = Entries.filter(isDelayedTooLong);
    const groups = [
      ...Map.groupBy(
        Entries.filter((entry) => !isDelayedTooLong(entry)),
        ({ MessageGroupId }) => MessageGroupId,
      ),
    ].map(([groupId, entries]) => ({ QueueUrl: this.#queues.group(name, groupId).url, Entries: entries }));
    const results = this.#queues.atomically(name, () =>
      groups.map((group) => sendMessageBatch(group, this.#queues.store)),
    );
    return {
      Successful: results.flatMap(({ Successful }) => Successful ?? []),
      Failed: [
        ...results.flatMap(({ Failed }) => Failed ?? []),
        ...late.map(({ Id }) => ({ Id, SenderFault: true, Code: 'InvalidParameterValue', Message: delayMessage })),
      ],
    };
  }

  async #receive(name: string, request: z.infer<typeof receiveShape>): Promise<unknown> {
    const waitSeconds = request.WaitTimeSeconds ?? this.#queues.get(name)!.receiveWaitSeconds;
    const givenUpAt = performance.now() + waitSeconds * 1000;
    for (;;) {
      const messages = this.#queues.receive(name, request.MaxNumberOfMessages, request.VisibilityTimeout);
      if (messages.length > 0) return { Messages: messages.map(wireMessage) };
      if (performance.now() >= givenUpAt) return {};
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #changeVisibilityBatch(name: string, entries: z.infer<typeof visibilityBatchShape>['Entries']): unknown {
    const done = entries.map((entry) => ({
      Id: entry.Id,
      changed: this.#queues.changeVisibility(name, entry.ReceiptHandle, entry.VisibilityTimeout),
    }));
    return {
      Successful: done.filter(({ changed }) => changed).map(({ Id }) => ({ Id })),
      Failed: done
        .filter(({ changed }) => !changed)
        .map(({ Id }) => ({ Id, SenderFault: true, Code: 'MessageNotInflight', Message: notInFlight().message })),
    };
  }

  #attributes(name: string): Record<string, string> {
    const groups = this.#queues.groups(name);
    for (const group of groups) group.processTimers();
    const sum = (count: (group: (typeof groups)[number]) => number) =>
      String(groups.reduce((total, group) => total + count(group), 0));
    return {
      ...groups[0]!.getAllAttributes(['All']),
      QueueArn: arn('sqs', name),
      ApproximateNumberOfMessages: sum((group) => group.messages.length),
      ApproximateNumberOfMessagesNotVisible: sum((group) => group.inflightMessages.size),
      ApproximateNumberOfMessagesDelayed: sum((group) => group.delayedMessages.length),
    };
  }

  #existing(urlOrName: string): string {
    const name = urlOrName.split('/').at(-1)!;
    if (this.#queues.get(name)) return name;
    throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
  }
}

const delayMessage = `DelaySeconds must be >= 0 and <= ${mostDelaySeconds}.`;

function isDelayedTooLong({ DelaySeconds = 0 }: { DelaySeconds?: number | undefined }): boolean {
  return DelaySeconds < 0 || DelaySeconds > mostDelaySeconds;
}

function refuseLongDelay(DelaySeconds: number | undefined): void {
  if (isDelayedTooLong({ DelaySeconds })) throw new AwsError('InvalidParameterValue', delayMessage);
}

function notInFlight(): AwsError {
  return new AwsError('MessageNotInflight', 'The message is not in flight under this receipt handle.');
}

function wireMessage(message: Received): unknown {
  const attributed = Object.keys(message.messageAttributes).length > 0;
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: message.md5OfBody,
    Attributes: message.attributes,
    ...(attributed && {
      MessageAttributes: message.messageAttributes,
      MD5OfMessageAttributes: message.md5OfMessageAttributes,
    }),
  };
}
