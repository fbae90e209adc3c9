import * as z from 'zod';
import { optOutNumberIdShape } from '../../contracts/ids.ts';
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

export const optOutNumberOf = (item: Item): OptOutNumber => storedNumber.parse(item);

/** A tenant's shelf; without an item there never was a number. */
export function shelfOf(item: Item | undefined): OptOutShelf {
  if (item === undefined) return { version: 0, numbers: [] };
  const { version, numbers } = storedShelf.parse(item);
  return { version, numbers };
}
