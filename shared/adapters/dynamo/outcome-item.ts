import * as z from 'zod';
import { eventIdShape, tenantIdShape } from '../../contracts/ids.ts';
import { type Decision, type Outcome, outcomeTypes } from '../../domain/outcomes/outcome.ts';
import { auditPut } from './audit-log.ts';
import { checkIndex, outcomeKey } from './keys.ts';
import type { Table, TransactItem } from './table.ts';

/** Whoever wrote it also asks for it to be told; if that gets lost, the sweeper asks. */
const sweptAfterMs = 60_000;

export const outcomeShape = z.object({
  entity: z.literal('outcome'),
  id: eventIdShape,
  type: z.enum(outcomeTypes),
  tenantId: tenantIdShape,
  atMs: z.int(),
  facts: z.record(z.string(), z.string()),
});

/**
 * The item to put into the transaction of the change that an outcome tells of: both are written, or neither. It is gone
 * once it was told.
 */
export const outcomePut = (table: Table, outcome: Outcome): TransactItem => ({
  Put: {
    TableName: table.name,
    Item: {
      ...outcomeKey(outcome.id),
      entity: 'outcome',
      ...outcome,
      ...checkIndex(outcome.id, outcome.atMs + sweptAfterMs),
    },
    ConditionExpression: 'attribute_not_exists(pk)',
  },
});

/** All that stands beside a change that an operator decided, for its transaction. */
export const decisionPuts = (table: Table, { audit, outcome }: Decision): readonly TransactItem[] => [
  auditPut(table, audit),
  outcomePut(table, outcome),
];
