import { Agent, request } from 'node:http';
import * as z from 'zod';
import type { Usage } from '../control/usage.ts';
import type { Reply } from '../edge/reply.ts';
import type { Access } from '../iam/iam.ts';
import { tablesOf } from './dynamo-access.ts';
import type { DynamoFaults } from './dynamo-faults.ts';

const contentType = 'application/x-amz-json-1.0';
const writing = /^(Put|Update|Delete|BatchWrite|TransactWrite)/;
const consumed = z.looseObject({ TableName: z.string(), CapacityUnits: z.number() });
const answerShape = z.looseObject({ ConsumedCapacity: z.union([consumed, z.array(consumed)]).optional() });

/** Passes DynamoDB requests on to the emulator, counting what they consume. */
export class DynamoService {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #endpoint: URL;
  readonly #usage: Usage;
  readonly #faults: DynamoFaults;

  constructor(endpoint: string, usage: Usage, faults: DynamoFaults) {
    this.#endpoint = new URL(endpoint);
    this.#usage = usage;
    this.#faults = faults;
  }

  /** @throws AwsError for an injected fault */
  async handle(operation: string, body: Record<string, unknown>, accesses: Access[]): Promise<Reply> {
    this.#faults.meet(operation, body);
    const asked = body.ReturnConsumedCapacity;
    const { status, text } = await this.#forward(
      operation,
      JSON.stringify({ ...body, ReturnConsumedCapacity: asked === 'INDEXES' ? asked : 'TOTAL' }),
    );
    const answer = JSON.parse(text) as Record<string, unknown>;
    if (status === 200) this.#count(operation, answer);
    else this.#countRefused(operation, body, accesses);
    if (asked === undefined || asked === 'NONE') delete answer.ConsumedCapacity;
    return { status, headers: { 'content-type': contentType }, body: JSON.stringify(answer) };
  }

  close(): void {
    this.#agent.destroy();
  }

  #count(operation: string, answer: Record<string, unknown>): void {
    for (const { TableName, CapacityUnits } of [answerShape.parse(answer).ConsumedCapacity ?? []].flat()) {
      const units = writing.test(operation)
        ? { readUnits: 0, writeUnits: CapacityUnits }
        : { readUnits: CapacityUnits, writeUnits: 0 };
      this.#usage.countCapacity(TableName, operation, units);
    }
  }

  /** AWS charges a refused write too. The emulator does not say how much: one unit an item, two in a transaction. */
  #countRefused(operation: string, body: Record<string, unknown>, accesses: Access[]): void {
    if (!writing.test(operation)) return;
    const items = Array.isArray(body.TransactItems) ? body.TransactItems.length * 2 : 1;
    for (const table of tablesOf(accesses))
      this.#usage.countCapacity(table, `${operation} refused`, { readUnits: 0, writeUnits: items });
  }

  #forward(operation: string, body: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        this.#endpoint,
        {
          method: 'POST',
          agent: this.#agent,
          headers: {
            'content-type': contentType,
            'content-length': Buffer.byteLength(body),
            'x-amz-target': `DynamoDB_20120810.${operation}`,
            // The emulator wants these to be there and does not check them.
            'x-amz-date': '20260101T000000Z',
            authorization:
              'AWS4-HMAC-SHA256 Credential=local/20260101/ap-northeast-2/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=local',
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode ?? 500, text: Buffer.concat(chunks).toString() }),
          );
          incoming.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
