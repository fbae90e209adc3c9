import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsOf, mayBecome, type RowStatus, statuses } from '../../../shared/domain/dispatches/row-status.ts';

/** Every move there is, written out: a page may hold nothing else. */
const moves: Readonly<Record<RowStatus, readonly RowStatus[]>> = {
  planned: ['skipped', 'canceled', 'refused', 'unclear', 'submitted', 'no_report', 'delivered', 'failed'],
  skipped: [],
  canceled: [],
  refused: [],
  unclear: ['submitted', 'delivered', 'failed', 'unresolved'],
  submitted: ['delivered', 'failed', 'no_report'],
  no_report: ['delivered', 'failed'],
  delivered: [],
  failed: [],
  unresolved: [],
};
const final: readonly RowStatus[] = ['skipped', 'canceled', 'refused', 'delivered', 'failed', 'unresolved'];
const status = fc.constantFrom(...statuses);

describe('the life of a message', () => {
  it.each(statuses)('from %s leads only where it may', (from) => {
    expect(statuses.filter((to) => mayBecome(from, to)).sort()).toEqual([...moves[from]].sort());
  });

  it('leaves no final status, and nobody has to do anything about one', () => {
    for (const from of final) {
      expect(statuses.some((to) => mayBecome(from, to))).toBe(false);
      expect(factsOf(from).open).toBe(false);
    }
  });

  it('marks a recipient as reached once a carrier took the message, until it says that it failed', () => {
    const marked = (mark: string | null) => statuses.filter((status) => factsOf(status).mark === mark);
    expect(marked('announced')).toEqual(['submitted', 'no_report', 'delivered']);
    expect(marked('withdrawn')).toEqual(['failed']);
    expect(marked(null)).toEqual(['planned', 'skipped', 'canceled', 'refused', 'unclear', 'unresolved']);
  });

  it('is stored as numbers that stay: a page of years ago means the same today', () => {
    expect(statuses).toEqual([
      'planned',
      'skipped',
      'canceled',
      'refused',
      'unclear',
      'submitted',
      'no_report',
      'delivered',
      'failed',
      'unresolved',
    ]);
  });

  it('shows and charges what the table says', () => {
    expect(statuses.map((one) => [one, factsOf(one).shown, factsOf(one).credits])).toEqual([
      ['planned', 'planned', 'held'],
      ['skipped', 'skipped', 'released'],
      ['canceled', 'canceled', 'released'],
      ['refused', 'failed', 'released'],
      ['unclear', 'unknown', 'captured'],
      ['submitted', 'submitted', 'captured'],
      ['no_report', 'unknown', 'captured'],
      ['delivered', 'delivered', 'captured'],
      ['failed', 'failed', 'refunded'],
      ['unresolved', 'failed', 'refunded'],
    ]);
  });

  it('moves money one way only: held, then released, or captured and perhaps refunded', () => {
    const onward = { held: ['held', 'released', 'captured', 'refunded'], released: ['released'] } as const;
    const spent = { captured: ['captured', 'refunded'], refunded: ['refunded'] } as const;
    const may: Readonly<Record<string, readonly string[]>> = { ...onward, ...spent };
    fc.assert(
      fc.property(fc.array(status, { maxLength: 30 }), (learned) => {
        let now: RowStatus = 'planned';
        for (const next of learned) {
          if (!mayBecome(now, next)) continue;
          expect(may[factsOf(now).credits]).toContain(factsOf(next).credits);
          now = next;
        }
      }),
    );
  });
});
