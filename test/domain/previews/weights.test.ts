import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bindContent, compileContent } from '../../../shared/domain/content/content.ts';
import { smsBytesMax } from '../../../shared/domain/content/message-type.ts';
import { renderRow } from '../../../shared/domain/content/render.ts';
import { crossing } from '../../../shared/domain/previews/weights.ts';

const word = fc.string({ unit: fc.constantFrom('a', '가', '뷁', ' ', '!', 'Z', '한'), maxLength: 40 });
const text = fc
  .array(fc.oneof(word, fc.constantFrom('{{ a }}', '{{ b | upcase }}', '{{ a | default: "없음" }}')), { minLength: 1 })
  .map((parts) => parts.join(''))
  .filter((said) => said.trim() !== '');

test('the text without variables and what each of them adds make up the whole text', () => {
  let crossed = 0;
  fc.assert(
    fc.property(text, word, word, (said, a, b) => {
      const compiled = compileContent({ type: 'auto', subject: null, text: said, variables: [], images: [] });
      if (!compiled.ok) return;
      const content = bindContent(compiled.content, ['phoneNumber', 'a', 'b'], 0);
      const row = [1, '821023456789', a, b] as const;
      const message = renderRow(content, row);
      if (message.skip !== null) return;
      const found = crossing(content, row, message.bytes);
      if (message.type === 'sms') expect(found).toBeNull();
      if (found === null) return;
      crossed++;
      const added = found.variables.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(found.literalBytes + added).toBe(message.bytes);
      expect(found.overBytes).toBe(message.bytes - smsBytesMax);
      expect(found.literalBytes).toBeLessThanOrEqual(smsBytesMax);
      expect(found.variables.map(({ bytes }) => bytes)).toEqual(
        found.variables.map(({ bytes }) => bytes).toSorted((x, y) => y - x),
      );
    }),
    { numRuns: 500 },
  );
  expect(crossed).toBeGreaterThan(20);
});
