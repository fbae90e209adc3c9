import type { SkipReason } from '../../contracts/codes.ts';
import type { CarrierMessage } from '../carriers/carrier.ts';
import type { RowChange } from './result-page.ts';

/** What is offered of a batch: the messages, the positions of their rows, and what is known of the other rows. */
export interface Offered {
  readonly messages: readonly CarrierMessage[];
  readonly sent: readonly number[];
  readonly skipped: readonly RowChange[];
}

/** The same without those for whom there is a reason; `reasons` are in the order of the messages. */
export function without(
  { messages, sent, skipped }: Offered,
  reasons: readonly (SkipReason | null)[],
  atMs: number,
): Offered {
  const left = reasons.flatMap((code, i): RowChange[] =>
    code === null ? [] : [{ row: sent[i] as number, status: 'skipped', code, atMs }],
  );
  return {
    messages: messages.filter((_, i) => reasons[i] === null),
    sent: sent.filter((_, i) => reasons[i] === null),
    skipped: [...skipped, ...left],
  };
}
