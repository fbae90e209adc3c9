import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Advertisement, missingPart } from '../../../shared/domain/content/advertisement.ts';
import { bindContent, compileContent, type MessageContent } from '../../../shared/domain/content/content.ts';
import { renderRow } from '../../../shared/domain/content/render.ts';

const ad: Advertisement = { advertiser: '봉수상점', optOutNumber: '0801234567', addParts: false };
const adding = { ...ad, addParts: true };

describe('a finished text has every part', () => {
  test.each([
    '(광고)봉수상점\n오늘만 할인\n무료수신거부 0801234567',
    '(광고) 봉수상점 오늘만 할인 무료거부0801234567',
    '(광고)[봉수상점] 할인\n무료 수신 거부: 080-123-4567\n',
    '(광고)\n<봉수상점>\n할인\n[무료수신거부] (080)1234567 ',
    '(광고)봉수상점무료거부 080 123 4567',
  ])('%j', (text) => {
    expect(missingPart(text, ad)).toBeNull();
  });
});

describe('a name with a bracket of its own', () => {
  test.each(['(주)봉수', '[봉수]', '((봉수))'])('%s', (advertiser) => {
    const own = { ...ad, advertiser };
    for (const before of ['', ' ', '\n', '<', ' (']) {
      expect(missingPart(`(광고)${before}${advertiser} 할인 무료거부 0801234567`, own)).toBeNull();
      expect(shown(`(광고)${before}${advertiser} {{ name }} 무료거부 0801234567`, own)).toMatchObject({ skip: null });
    }
    expect(shown('안녕 {{ name }}', { ...own, addParts: true })).toMatchObject({
      text: `(광고)${advertiser}\n안녕 Kim\n무료수신거부 0801234567`,
    });
    expect(missingPart('(광고)봉수 할인 무료거부 0801234567', own)).toMatchObject({ part: 'advertiser_name' });
    expect(shown('(광고)봉투 {{ name }} 무료거부 0801234567', own)).toEqual([
      ['advertisement_part_missing', 'advertiser_name', expect.any(Number)],
    ]);
  });
});

describe('a finished text lacks', () => {
  test.each([
    ['the mark', '봉수상점 할인 무료거부 0801234567', { part: 'mark', position: 0 }],
    ['it where it does not come first', ' (광고)봉수상점 무료거부 0801234567', { part: 'mark', position: 0 }],
    ['it where it is evaded', '(광/고)봉수상점 무료거부 0801234567', { part: 'mark', position: 0 }],
    ['it where it is spaced', '(광 고)봉수상점 무료거부 0801234567', { part: 'mark', position: 0 }],
    ['it in other brackets', '[광고]봉수상점 무료거부 0801234567', { part: 'mark', position: 0 }],
    ['the name', '(광고) 할인 무료거부 0801234567', { part: 'advertiser_name', position: 5 }],
    ['it where it comes late', '(광고)할인 봉수상점 무료거부 0801234567', { part: 'advertiser_name', position: 4 }],
    ['it whole', '(광고)봉수상 무료거부 0801234567', { part: 'advertiser_name', position: 4 }],
    ['the opt-out', '(광고)봉수상점 할인', { part: 'opt_out_line', position: 11 }],
    ['the phrase', '(광고)봉수상점 할인 0801234567', { part: 'opt_out_line', position: 22 }],
    ['its number', '(광고)봉수상점 무료거부 0801234568', { part: 'opt_out_line', position: 24 }],
    ['a number of its own', '(광고)봉수상점 무료거부 08012345670', { part: 'opt_out_line', position: 25 }],
    ['that it is free', '(광고)봉수상점 수신거부 0801234567', { part: 'opt_out_line', position: 24 }],
    ['it at its end', '(광고)봉수상점 무료거부 0801234567 감사합니다', { part: 'opt_out_line', position: 30 }],
    ['everything', '', { part: 'mark', position: 0 }],
  ])('%s', (_, text, missing) => {
    expect(missingPart(text, ad)).toEqual(missing);
  });
});

const contentOf = (text: string, over: Partial<MessageContent> = {}): MessageContent => ({
  ...{ type: 'auto', subject: null, text, variables: [], images: [] },
  ...over,
});

function shown(text: string, advertisement: Advertisement | null, name = 'Kim', columns = ['phoneNumber', 'name']) {
  const compiled = compileContent(contentOf(text), 'refuse', advertisement);
  if (!compiled.ok) return compiled.problems.map(({ code, part, position }) => [code, part, position]);
  return renderRow(bindContent(compiled.content, columns, 0), [1, '821012345678', name]);
}

describe('parts are added', () => {
  const whole = '(광고)봉수상점\n안녕 Kim\n무료수신거부 0801234567';
  test.each([
    ['around a text without any', '안녕 {{ name }}', whole],
    ['behind one with a mark', '(광고)봉수상점\n안녕 {{ name }}', whole],
    ['before one with its line', '안녕 {{ name }}\n무료수신거부 0801234567', whole],
    ['nowhere in a whole one', whole, whole],
    ['before the built-in line', '안녕 {{ name }}\n{{ optOutLine }}', whole],
    [
      'behind a built-in line that is not last',
      '{{ optOutLine }} ##',
      `(광고)봉수상점\n무료수신거부 0801234567 ##\n무료수신거부 0801234567`,
    ],
  ])('%s', (_, text, expected) => {
    expect(shown(text, adding)).toMatchObject({ skip: null, text: expected });
  });

  test('and are weighed', () => {
    const text = '{{ name }}';
    const added = 2 + 4 + 8 + 1 + 1 + 12 + 1 + 10; // mark, name and number, spaces and line ends
    expect(shown(text, adding, 'a'.repeat(90 - added))).toMatchObject({ type: 'sms', bytes: 90 });
    expect(shown(text, adding, 'a'.repeat(91 - added))).toMatchObject({ type: 'lms', bytes: 91 });
    expect(compileContent(contentOf('a'.repeat(60), { type: 'sms' }), 'refuse', adding)).toMatchObject({
      ok: false,
      problems: [{ code: 'too_long', pointer: '/text' }],
    });
  });
});

describe('what is written by hand', () => {
  test.each<[string, string, unknown]>([
    ['lacks the mark for everybody', '안녕하세요 {{ name }}', [['advertisement_part_missing', 'mark', 0]]],
    [
      'names somebody else to everybody',
      '(광고)딴상점 {{ name }}',
      [['advertisement_part_missing', 'advertiser_name', 4]],
    ],
    [
      'ends otherwise for everybody',
      '(광고)봉수상점 {{ name }} 오늘도 좋은 하루 보내세요 감사합니다',
      [['advertisement_part_missing', 'opt_out_line', 40]],
    ],
  ])('%s, which is refused before anybody is looked at', (_, text, problems) => {
    expect(shown(text, ad)).toEqual(problems);
  });

  test.each([
    ['a value takes the end', '(광고)봉수상점 무료거부 0801234567{{ name }}', '\n감사합니다', { part: 'opt_out_line' }],
    [
      'a value is the name, and another one',
      '(광고){{ name }} 무료거부 0801234567',
      '딴상점',
      { part: 'advertiser_name' },
    ],
    [
      'a value stands before the mark',
      '{{ name }}(광고)봉수상점 무료거부 0801234567',
      '!',
      { part: 'mark', position: 0 },
    ],
  ])('is told row by row where %s', (_, text, value, missing) => {
    expect(shown(text, ad, value)).toMatchObject({ skip: 'advertisement_part_missing', ...missing });
  });

  test('is right where a value brings the part', () => {
    expect(shown('(광고){{ name }} 무료거부 0801234567', ad, '봉수상점')).toMatchObject({ skip: null });
    expect(shown('{{ name }}', ad, '(광고)봉수상점 무료거부 0801234567')).toMatchObject({ skip: null });
  });
});

describe('the built-in line', () => {
  test('is no variable that anybody fills in, whatever a file is called', () => {
    const text = '(광고)봉수상점 {{ name }} {{ optOutLine }}';
    const compiled = compileContent(contentOf(text), 'refuse', ad);
    expect(compiled).toMatchObject({ ok: true, content: { variables: ['name'], required: ['name'] } });
    expect(shown(text, ad, 'x', ['phoneNumber', 'optOutLine'])).toMatchObject({ skip: 'missing_variable' });
    expect(shown('(광고)봉수상점 ##optOutLine##', ad, 'x', ['phoneNumber', 'optOutLine'])).toMatchObject({
      text: '(광고)봉수상점 무료수신거부 0801234567',
    });
  });

  test('stands in advertisements only', () => {
    expect(shown('안녕 {{ optOutLine }}', null)).toEqual([['opt_out_line_not_allowed', undefined, 6]]);
    expect(compileContent(contentOf('안녕 {{ optOutLine }}'), 'refuse', 'undecided').ok).toBe(true);
  });

  test('cannot be declared', () => {
    const declared = { name: 'optOutLine', type: 'text', format: null, default: 'x' } as const;
    const compiled = compileContent(contentOf('x', { variables: [declared] }), 'refuse', adding);
    expect(compiled).toMatchObject({ ok: false, problems: [{ code: 'reserved_variable' }] });
  });
});

test('an authentication message is no advertisement', () => {
  const compiled = compileContent(contentOf('인증 1234', { type: 'auth' }), 'refuse', adding);
  expect(compiled).toMatchObject({ ok: false, problems: [{ code: 'advertisement_not_allowed' }] });
});

test('a name that no carrier takes is refused, not sent as question marks', () => {
  const compiled = compileContent(contentOf('x'), 'refuse', { ...adding, advertiser: 'Café' });
  expect(compiled).toMatchObject({
    ok: false,
    problems: [{ code: 'unsendable_character', pointer: '/advertisement' }],
  });
});

test('whatever values say, no text goes without its parts', () => {
  const piece = fc.constantFrom(
    '안녕',
    '(광고)',
    '봉수상점',
    '무료거부',
    '0801234567',
    '\n',
    ' ',
    '{{ name }}',
    '{{ optOutLine }}',
    '-',
    '\u11ab',
  );
  const value = fc
    .array(fc.constantFrom('\u11ab', '\n', ' ', 'Kim', '(광고)', '무료수신거부 0801234567', '하'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), value, fc.boolean(), (pieces, name, addParts) => {
      const outcome = shown(pieces.join(''), { ...ad, addParts }, name);
      if (!('skip' in outcome) || outcome.skip !== null) return;
      expect(missingPart(outcome.text, ad)).toBeNull();
    }),
    { numRuns: 3_000 },
  );
});
