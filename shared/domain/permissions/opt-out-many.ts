import type { OwnerId } from '../../contracts/ids.ts';
import { toE164 } from '../numbers/phone-number.ts';
import type { PermissionSource } from './permission.ts';
import type { PermissionStore } from './ports.ts';

export interface OptOutManyPorts {
  readonly permissions: Pick<PermissionStore, 'readMany' | 'change'>;
}

/** What came of one of the numbers. `to` is E.164, or as given where that is no number. */
export interface OptOutResult {
  readonly to: string;
  /** `unchanged`: it was so already. */
  readonly result: 'changed' | 'unchanged' | 'invalid_number';
}

/** Changes are transactions of a few items each: so many at a time keep a full list well below a request's time. */
const atOnce = 25;

/**
 * Takes the refusals of up to 1,000 people, or takes them back, in the order given and effective once answered. Who is
 * named twice, in whatever form, is changed once. Any phone number is taken: to refuse what would never come is nobody's
 * mistake. What breaks one does not keep the others from being changed; only then it throws, and asking again does the
 * rest.
 */
export async function optOutMany(
  { permissions }: OptOutManyPorts,
  owner: OwnerId,
  given: readonly string[],
  { optedOut, source }: { readonly optedOut: boolean; readonly source: PermissionSource },
  atMs: number,
): Promise<readonly OptOutResult[]> {
  const numbers = given.map(toE164);
  const digits = [...new Set(numbers.flatMap((number) => (number === null ? [] : [number.slice(1)])))];
  const known = digits.length === 0 ? new Map() : await permissions.readMany(owner, digits);
  const isOut = (one: string) => (known.get(one)?.optedOutAtMs ?? null) !== null;
  const different = new Set(digits.filter((one) => isOut(one) !== optedOut));
  await eachOf([...different], (one) => permissions.change(owner, one, { source, optedOut }, atMs));
  return numbers.map((number, index) => {
    if (number === null) return { to: given[index]!, result: 'invalid_number' };
    return { to: number, result: different.delete(number.slice(1)) ? 'changed' : 'unchanged' };
  });
}

async function eachOf(digits: readonly string[], change: (one: string) => Promise<unknown>): Promise<void> {
  const broken: unknown[] = [];
  for (let start = 0; start < digits.length; start += atOnce) {
    const settled = await Promise.allSettled(digits.slice(start, start + atOnce).map(change));
    broken.push(...settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])));
  }
  if (broken.length > 0) throw broken[0];
}
