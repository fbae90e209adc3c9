import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NumberSet } from '../../../shared/domain/permissions/number-set.ts';

test('a set of numbers knows exactly those that were added, in any order and number', () => {
  const number = fc.integer({ min: 1, max: 3_000 }).map((n) => 821_000_000_000 + n);
  fc.assert(
    fc.property(fc.array(number, { maxLength: 2_500 }), fc.array(number, { maxLength: 50 }), (added, asked) => {
      const set = new NumberSet();
      for (const one of added) set.add(one);
      set.sort();
      const known = new Set(added);
      for (const one of [...asked, ...added]) expect(set.has(one)).toBe(known.has(one));
    }),
  );
});
