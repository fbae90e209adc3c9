import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, isIdempotencyKey, requestHashOf } from '../../../shared/domain/idempotency/idempotency.ts';

/** The same value with the members of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, shuffled(member)]),
  );
}

test('the order of members does not matter, anything else does', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(canonicalJson(shuffled(a))).toBe(canonicalJson(a));
      // Back and forth through JSON: minus zero is zero there.
      const [left, right] = [a, b].map((each) => JSON.parse(JSON.stringify(each)));
      const same = canonicalJson(left) === canonicalJson(right);
      expect(same).toBe(isEqual(left, right));
    }),
  );
});

function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [names, others] = [Object.keys(a), Object.keys(b)];
  const member = (of: object, name: string) => (of as Record<string, unknown>)[name];
  return (
    names.length === others.length && names.every((n) => Object.hasOwn(b, n) && isEqual(member(a, n), member(b, n)))
  );
}

test.each<[string, unknown, unknown]>([
  ['a number and its text', { a: 1 }, { a: '1' }],
  ['a list and its only entry', [1], 1],
  ['an absent member and null', {}, { a: null }],
  ['members moved between levels', { a: { b: 1 } }, { a: {}, b: 1 }],
  ['the order of a list', [1, 2], [2, 1]],
  ['quotes inside a text', { 'a":1,"b': 2 }, { a: 1, b: 2 }],
])('%s are different requests', (_, a, b) => {
  expect(requestHashOf('POST', '/x', a)).not.toBe(requestHashOf('POST', '/x', b));
});

test('method and path are part of the request, and do not run into the body', () => {
  const hashes = [
    requestHashOf('POST', '/x', {}),
    requestHashOf('PUT', '/x', {}),
    requestHashOf('POST', '/y', {}),
    requestHashOf('POST', '/x\n{}', ''),
  ];
  expect(new Set(hashes).size).toBe(4);
});

test('a key is 1 to 255 visible ASCII characters', () => {
  for (const key of ['a', '~', '!', 'x'.repeat(255)]) expect(isIdempotencyKey(key)).toBe(true);
  for (const key of ['', ' ', 'a b', 'a\n', 'é', '\x7f', '\0', 'x'.repeat(256)])
    expect(isIdempotencyKey(key)).toBe(false);
});
