import type { FailureCode } from '../../contracts/codes.ts';

/** What a simulated network says of a message, `afterMs` after it was accepted. */
export type MagicReport =
  | { readonly afterMs: number; readonly status: 'delivered' }
  | { readonly afterMs: number; readonly status: 'failed'; readonly code: FailureCode };

/** A number with a fixed fate. */
export interface MagicNumber {
  /** The carrier does not take it: in a call of others it fails at once, a call of nothing else is refused. */
  readonly refused: boolean;
  /** In order of time; none: never reported. */
  readonly reports: readonly MagicReport[];
}

const soonMs = 500;
const taken = (...reports: readonly MagicReport[]): MagicNumber => ({ refused: false, reports });
const ordinary = taken({ afterMs: soonMs, status: 'delivered' });

/** Numbers (E.164) on which customers try out with a test key what may become of a message. */
export const magicNumbers: Readonly<Record<string, MagicNumber>> = {
  '+821099990001': { refused: true, reports: [{ afterMs: 0, status: 'failed', code: 'invalid_number' }] },
  '+821099990002': taken({ afterMs: soonMs, status: 'failed', code: 'power_off' }),
  '+821099990003': taken(),
  '+821099990004': taken({ afterMs: 600_000, status: 'delivered' }),
  '+821099990005': taken({ afterMs: soonMs, status: 'delivered' }, { afterMs: 2_000, status: 'delivered' }),
  '+821099990006': taken(
    { afterMs: soonMs, status: 'delivered' },
    { afterMs: 5_000, status: 'failed', code: 'unknown' },
  ),
  '+821099990007': taken({ afterMs: soonMs, status: 'failed', code: 'spam_blocked' }),
};

/** The fate of any number. */
export const fateOf = (to: string): MagicNumber => magicNumbers[to] ?? ordinary;
