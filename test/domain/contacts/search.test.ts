import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { namePlaces, placeFor, placeOfPart } from '../../../shared/domain/contacts/name-search.ts';
import { numberBegin } from '../../../shared/domain/contacts/number-search.ts';

describe('a part of a name', () => {
  test.each([
    ['박지민', '박'],
    ['박지민', '지민'],
    ['박지민', '민'],
    ['Kim Ji-min', 'ji'],
    ['Kim Ji-min', 'MIN'],
    ['Kim  Ji-min', 'kim ji'],
    ['ＫＩＭ', 'kim'],
    ['(주)서연', '서연'],
    ['(주)서연', '(주'],
    ['王小明', '小'],
    ['봉수'.normalize('NFD'), '수'],
    ['Société Générale', 'gén'],
    ['a'.repeat(100), 'a'.repeat(100)],
    ['가나다라마바사아자차카타파하거너더러머버서어저처', '머버'],
  ])('of %j: %j leads to it, by one place', (name, part) => {
    const place = placeFor(name, part);
    expect(place).not.toBeNull();
    expect(namePlaces(name)).toContain(place);
    expect(place!.startsWith(placeOfPart(part))).toBe(true);
  });

  test.each([
    ['박지민', '김'],
    ['박지민', '박민'],
    ['Kim', 'im'],
    ['Kim Ji', 'kimji'],
    ['a'.repeat(40), 'a'.repeat(41)],
    [null, '박'],
  ])('%j is not found by %j', (name, part) => expect(placeFor(name, part)).toBeNull());

  test('a name has twenty places at most, however long it is', () => {
    expect(namePlaces('가나다라마'.repeat(20))).toHaveLength(5 * 4);
    expect(namePlaces('a b '.repeat(25)).length).toBeLessThanOrEqual(20);
  });
});

/** Names of Hangul, letters, signs and spaces. */
const names = fc.array(fc.constantFrom('가', '나', 'a', 'B', ' ', '-', '王'), { minLength: 1, maxLength: 12 });

test('from any Hangul on, every part of a short name leads to it', () => {
  fc.assert(
    fc.property(names, fc.nat(11), fc.nat(11), (characters, a, b) => {
      const part = characters.slice(Math.min(a, b), Math.max(a, b) + 1).join('');
      fc.pre(/^[가나王]/.test(part));
      expect(placeFor(characters.join(''), part)).not.toBeNull();
    }),
  );
});

describe('a number, or the beginning of one', () => {
  test.each([
    ['010-2345-6789', '821023456789'],
    ['+82 10 2345 6789', '821023456789'],
    ['010-234', '8210234'],
    ['8210234', '8210234'],
    ['+8210', '8210'],
    ['10234', '8210234'],
    ['1588', '821588'],
    ['0082102', '82102'],
    ['+1 415', '1415'],
  ])('%s is looked for as %s', (given, digits) => expect(numberBegin(given)).toBe(digits));

  test.each(['', '01', '+', 'abc', '010-x', '1'.repeat(16)])('%j is none', (given) =>
    expect(numberBegin(given)).toBeNull(),
  );
});
