import type { Dispatch } from '../dispatches/dispatch.ts';
import type { IsErased } from '../dispatches/rules/about-number.ts';
import { listedAtMs } from './erasure.ts';
import type { Erasures } from './ports.ts';

/** Who was deleted since a dispatch's recipients were listed; null: nobody of whom anything may be left. */
export async function erasedOf(
  { erasures }: { readonly erasures: Pick<Erasures, 'everybody'> },
  dispatch: Dispatch,
): Promise<IsErased | null> {
  const listedMs = listedAtMs(dispatch);
  const numbers = new Set<number>();
  for await (const { digits, atMs } of erasures.everybody(dispatch.owner)) {
    if (atMs >= listedMs) numbers.add(Number(digits));
  }
  return numbers.size === 0 ? null : (number) => numbers.has(number);
}

/** Whether one number's person was. */
export async function isErasedFrom(
  { erasures }: { readonly erasures: Pick<Erasures, 'among'> },
  dispatch: Dispatch,
  digits: string,
): Promise<boolean> {
  const atMs = (await erasures.among(dispatch.owner, [digits])).get(digits);
  return atMs !== undefined && atMs >= listedAtMs(dispatch);
}
