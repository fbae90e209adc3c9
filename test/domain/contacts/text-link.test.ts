import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textLink } from '../../../shared/domain/contacts/text-link.ts';

const number = '+821012345678';

test.each([
  ['안녕', '%EC%95%88%EB%85%95'],
  ['1 + 1 = 2 & more?', '1%20%2B%201%20%3D%202%20%26%20more%3F'],
  ['line\nline', 'line%0Aline'],
  ["it's (50%) #1!*", 'it%27s%20%2850%25%29%20%231%21%2A'],
  ['😀', '%F0%9F%98%80'],
])('%j is escaped for every phone', (text, body) => expect(textLink(number, text)).toBe(`sms:${number}?body=${body}`));

test('a phone reads the text as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const link = textLink(number, text);
      expect(link).toMatch(/^sms:\+821012345678\?body=[\w.~%-]*$/);
      const body = link.slice(link.indexOf('=') + 1);
      expect(decodeURIComponent(body)).toBe(text);
      expect(new URL(link).search).toBe(`?body=${body}`);
    }),
  );
});
