import * as z from 'zod';
import { AwsError } from '../edge/aws-error.ts';

/** A fault that the next calls of an operation meet. The emulator itself knows no conflicts and no throttling. */
export const dynamoFault = z.strictObject({
  /** Such as `TransactWriteItems`; absent: every operation. */
  operation: z.string().optional(),
  error: z.enum(['TransactionConflict', 'Throttling', 'InternalServerError']),
  calls: z.int().min(1).default(1),
});
export type DynamoFault = z.output<typeof dynamoFault>;

/** Faults waiting to be met, in the order in which they were set. */
export class DynamoFaults {
  #faults: DynamoFault[] = [];

  set(faults: DynamoFault[]): void {
    this.#faults.push(...faults.map((fault) => ({ ...fault })));
  }

  clear(): void {
    this.#faults = [];
  }

  /** @throws AwsError if a fault waits for this operation; it is used up by one call */
  meet(operation: string, body: unknown): void {
    const fault = this.#faults.find((waiting) => waiting.operation === undefined || waiting.operation === operation);
    if (!fault) return;
    fault.calls -= 1;
    if (fault.calls === 0) this.#faults = this.#faults.filter((waiting) => waiting !== fault);
    throw errorOf(fault, operation, body);
  }
}

function errorOf({ error }: DynamoFault, operation: string, body: unknown): AwsError {
  if (error === 'Throttling')
    return new AwsError('ThrottlingException', 'Throughput exceeds the current capacity of your table or index.');
  if (error === 'InternalServerError') return new AwsError('InternalServerError', 'Internal server error', 500);
  if (!operation.startsWith('Transact')) {
    return new AwsError('TransactionConflictException', 'Transaction is ongoing for the item');
  }
  const items = z.looseObject({ TransactItems: z.array(z.unknown()) }).parse(body).TransactItems;
  const CancellationReasons = items.map((_, index) =>
    index === 0 ? { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' } : { Code: 'None' },
  );
  const codes = CancellationReasons.map(({ Code }) => Code).join(', ');
  return new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    { CancellationReasons },
  );
}
