import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import {
  type CharacterPolicy,
  characterPolicies,
  substituteCharacters,
} from '../../../shared/domain/content/characters.ts';
import { bindContent, compileContent, type MessageContent } from '../../../shared/domain/content/content.ts';
import { bytesOf, normaliseText } from '../../../shared/domain/content/cp949.ts';
import { renderRow } from '../../../shared/domain/content/render.ts';

const content = (over: Partial<MessageContent>): MessageContent => ({
  ...{ type: 'auto', subject: null, text: '{{ name }}', variables: [], images: [] },
  ...over,
});

function rendered(policy: CharacterPolicy, over: Partial<MessageContent>, name: string) {
  const compiled = compileContent(content(over), policy);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return renderRow(bindContent(compiled.content, ['phoneNumber', 'name'], 0), [2, '821012345678', name]);
}

const problemsOf = (policy: CharacterPolicy, over: Partial<MessageContent>) => {
  const compiled = compileContent(content(over), policy);
  return compiled.ok ? [] : compiled.problems.map(({ code, pointer, position }) => [code, pointer, position]);
};

/** What iconv-lite can encode as it is, as carriers take it: no control characters but tab and line end. */
const isSendable = (character: string) =>
  (character >= ' ' || character === '\n' || character === '\t') &&
  character !== '\x7f' &&
  iconv.decode(iconv.encode(character, 'cp949'), 'cp949') === character;

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .array(fc.constantFrom('₩', '–', '—', '\u00a0', '“', '”', '‘', '가', '뷁', 'a', '😀', '❤️', 'é', '\r\n', '￦'), {
      maxLength: 30,
    })
    .map((all) => all.join('')),
);

describe('characters that carriers do not take', () => {
  it.each([
    ['₩10,000', '￦10,000', '￦10,000'],
    ['09:00–18:00', '09:00-18:00', '09:00-18:00'],
    ['오늘 — 내일', '오늘 - 내일', '오늘 - 내일'],
    ['10\u00a0원', '10 원', '10 원'],
    ['“따옴표” ‘하나’', '“따옴표” ‘하나’', '“따옴표” ‘하나’'],
    ['😀', '😀', '?'],
    ['é—', 'é-', '?-'],
    ['뷁\n', '뷁\n', '뷁\n'],
    ['\ud83d', '\ud83d', '?'],
    ['a\u0007b', 'a\u0007b', 'a?b'],
  ])('%j: swapped %j, replaced %j', (given, swapped, replaced) => {
    expect(substituteCharacters(given, 'refuse')).toBe(given);
    expect(substituteCharacters(given, 'swap')).toBe(swapped);
    expect(substituteCharacters(given, 'replace')).toBe(replaced);
  });

  it('one by one, each is kept, swapped or replaced as iconv-lite says what can be encoded', () => {
    const swaps: Record<string, string> = { '₩': '￦', '–': '-', '—': '-', '\u00a0': ' ' };
    fc.assert(
      fc.property(anyText, (given) => {
        const normal = normaliseText(given);
        const expected = [...normal].map((one) => swaps[one] ?? (isSendable(one) ? one : '?')).join('');
        expect(substituteCharacters(normal, 'replace')).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a policy for characters', () => {
  it.each([
    [
      'refuse',
      [
        ['unsendable_character', '/text', 2],
        ['unsendable_character', '/text', 4],
        ['unsendable_character', '/text', 5],
        ['unsendable_character', '/text', 8],
      ],
    ],
    [
      'swap',
      [
        ['unsendable_character', '/text', 5],
        ['unsendable_character', '/text', 8],
      ],
    ],
    ['replace', []],
  ] as const)('%s: the text itself is judged after it', (policy, expected) =>
    expect(problemsOf(policy, { text: '가격₩1—😀 😀 {{ name }}' })).toEqual(expected),
  );

  it('names the same character at each of its places, also where letters were composed', () => {
    const text = `${'가'.normalize('NFD')}é é ${'é'.normalize('NFD')}!😀`;
    expect(problemsOf('refuse', { text }).map(([, , position]) => position)).toEqual([2, 4, 5, 9]);
  });

  it.each([
    ['refuse', '₩1', { skip: 'unsendable_character', characters: [{ in: 'text', position: 0, character: '₩' }] }],
    ['swap', '₩1', { text: '￦1', bytes: 3 }],
    ['swap', '₩😀', { skip: 'unsendable_character', characters: [{ in: 'text', position: 1, character: '😀' }] }],
    ['replace', '₩😀', { text: '￦?', bytes: 3 }],
    ['replace', '뷁😀', { text: '뷁?', bytes: 3, cp949Only: true }],
  ] as const)('%s: a row with %j', (policy, name, expected) =>
    expect(rendered(policy, {}, name)).toMatchObject(expected),
  );

  it.each([
    ['replace', '제목 {{ name }}', 'a\nb', 'unsendable_character'],
    ['swap', '제목 {{ name }}', '₩', null],
    ['replace', '제목 {{ name }}', '😀', null],
    ['swap', '제목 {{ name }}', '😀', 'unsendable_character'],
  ] as const)('%s holds for subjects: %s with %j', (policy, subject, name, skip) =>
    expect(rendered(policy, { subject, text: '내용' }, name).skip).toBe(skip),
  );

  it('counts limits after it: what is swapped for two bytes counts two', () => {
    expect(problemsOf('swap', { type: 'sms', text: '₩'.repeat(45) })).toEqual([]);
    expect(problemsOf('swap', { type: 'sms', text: '₩'.repeat(46) })).toEqual([['too_long', '/text', null]]);
    expect(problemsOf('replace', { type: 'sms', text: '😀'.repeat(90) })).toEqual([]);
    expect(problemsOf('replace', { type: 'sms', text: '😀'.repeat(91) })).toEqual([['too_long', '/text', null]]);
    expect(rendered('swap', { text: `{{ name }}${'가'.repeat(43)}` }, '₩₩')).toMatchObject({ type: 'sms', bytes: 90 });
    expect(rendered('swap', { text: `{{ name }}${'가'.repeat(43)}` }, '₩₩₩')).toMatchObject({ type: 'lms', bytes: 92 });
  });

  it('leaves nothing in a text that is sent but what iconv-lite encodes, and counts its bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...characterPolicies), anyText, anyText, (policy, literal, name) => {
        const text = `.${literal.replace(/[{}#%]/g, '')} {{ name | default: "–" }}`;
        const compiled = compileContent(content({ text }), policy);
        if (!compiled.ok) {
          expect(policy).not.toBe('replace');
          return;
        }
        const row = renderRow(bindContent(compiled.content, ['phoneNumber', 'name'], 0), [2, '821012345678', name]);
        if (row.skip !== null) {
          expect(policy).not.toBe('replace');
          return;
        }
        const encoded = iconv.encode(row.text, 'cp949');
        expect(row.bytes).toBe(encoded.length);
        expect(bytesOf(row.text)).toBe(encoded.length);
        expect(iconv.decode(encoded, 'cp949')).toBe(row.text);
      }),
      { numRuns: 1_000 },
    );
  });
});
