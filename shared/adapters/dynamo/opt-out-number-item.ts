import * as z from 'zod';
import { optOutNumberIdShape, tenantIdShape } from '../../contracts/ids.ts';
import {
  type OptOutNumber,
  type OptOutShelf,
  optOutNumberStates,
} from '../../domain/opt-out-numbers/opt-out-number.ts';
import type { Item } from './table.ts';

const ms = z.int().min(0);
const storedNumber = z.object({
  id: optOutNumberIdShape,
  businessName: z.string(),
  state: z.enum(optOutNumberStates),
  number: z.string().nullable(),
  numberedAtMs: ms.nullable(),
  requestedAtMs: ms,
  expectedOpeningOn: z.string().nullable(),
  openedAtMs: ms.nullable(),
  canceledAtMs: ms.nullable(),
});
const storedShelf = z.object({
  entity: z.literal('optOutShelf'),
  version: z.int().min(1),
  numbers: z.array(storedNumber),
});

/** Whose an 080 number is, or was until a time. */
const storedLine = z.object({
  entity: z.literal('optOutLine'),
  tenant: tenantIdShape,
  fromMs: ms,
});
export const lineOf = (item: Item) => storedLine.parse(item);

export const optOutNumberOf = (item: Item): OptOutNumber => storedNumber.parse(item);

/** A tenant's shelf; without an item there never was a number. */
export function shelfOf(item: Item | undefined): OptOutShelf {
  if (item === undefined) return { version: 0, numbers: [] };
  const { version, numbers } = storedShelf.parse(item);
  return { version, numbers };
}

/** The condition under which a tenant's shelf is still as it was read. */
export const sameShelf = ({ version }: OptOutShelf) =>
  version === 0
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': version },
      };
