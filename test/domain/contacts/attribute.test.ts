import { describe, expect, test } from 'vitest';
import {
  attributeIn,
  attributeNameProblem,
  attributeText,
  attributeTypeOf,
  isDate,
} from '../../../shared/domain/contacts/attribute.ts';

describe('a cell as an attribute', () => {
  test.each([
    ['number', '7', 7],
    ['number', ' -1,234.50 ', -1234.5],
    ['number', '+3', 3],
    ['number', '-0', 0],
    ['number', '123456789012345', 123456789012345],
    ['boolean', '동의', true],
    ['boolean', 'N', false],
    ['date', '2026-12-24', { date: '2026-12-24' }],
    ['date', '2026.2.4', { date: '2026-02-04' }],
    ['date', '20261224', { date: '2026-12-24' }],
    ['date', '2026-12-24 00:00:00', { date: '2026-12-24' }],
    ['text', ' as it is ', ' as it is '],
    ['text', '가'.repeat(1_000), '가'.repeat(1_000)],
  ] as const)('of type %s is read from %j', (type, cell, value) => {
    expect(attributeIn(type, cell)).toEqual(value);
    expect(attributeTypeOf(value)).toBe(type);
    // What a file says of it is read as the same
    expect(attributeIn(type, attributeText(value))).toEqual(value);
  });

  test.each([
    ['number', '1e3'],
    ['number', '0.0000001'],
    ['number', '1234567890123456'],
    ['number', '1,23'],
    ['number', '0x10'],
    ['number', 'seven'],
    ['number', '-'],
    ['boolean', 'maybe'],
    ['date', '2026-02-30'],
    ['date', '2026-12-24 10:00'],
    ['date', '2026-12-24T00:00:00+09:00'],
    ['date', '1234567890'],
    ['date', 'now'],
    ['date', '12/24/2026'],
    ['text', '가'.repeat(1_001)],
  ] as const)('of type %s is not read from %j', (type, cell) => expect(attributeIn(type, cell)).toBeNull());

  test.each(['2026-2-4', '2026-02-30', '20261224', '0026-12-24', ''])('%j is no date', (text) =>
    expect(isDate(text)).toBe(false),
  );
});

test.each(['city', '도시', 'a b', 'constructor', 'number', 'x'.repeat(100)])('an attribute may be called %j', (name) =>
  expect(attributeNameProblem(name)).toBeNull(),
);

test.each(['', ' city', 'name', 'tags', 'phoneNumber', 'recipient_no', '__proto__', 'a}b', 'a\nb', 'x'.repeat(101)])(
  'and not %j',
  (name) => expect(attributeNameProblem(name)).not.toBeNull(),
);

test('nor by Hangul in separate letters, which no text would find', () =>
  expect(attributeNameProblem('도시'.normalize('NFD'))).not.toBeNull());
