import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindTemplate, RowCells } from '../../../shared/domain/content/bind.ts';
import { endingOf, josaOf, josaPairs } from '../../../shared/domain/content/josa.ts';
import { parseTemplate } from '../../../shared/domain/content/template.ts';

const withJosa = (value: string, pair: string) => josaOf(pair)?.(value);

describe('particles', () => {
  it.each([
    ['은/는', '책은', '나무는', '길은'],
    ['이/가', '책이', '나무가', '길이'],
    ['을/를', '책을', '나무를', '길을'],
    ['과/와', '책과', '나무와', '길과'],
    ['아/야', '책아', '나무야', '길아'],
    ['이나/나', '책이나', '나무나', '길이나'],
    ['이랑/랑', '책이랑', '나무랑', '길이랑'],
    ['이에요/예요', '책이에요', '나무예요', '길이에요'],
    ['이라/라', '책이라', '나무라', '길이라'],
    ['으로/로', '책으로', '나무로', '길로'],
    ['(으)로', '책으로', '나무로', '길로'],
    ['(이)나', '책이나', '나무나', '길이나'],
    ['(이)랑', '책이랑', '나무랑', '길이랑'],
    ['(이)라', '책이라', '나무라', '길이라'],
  ])('%s makes %s, %s and %s', (pair, ...expected) => {
    expect(['책', '나무', '길'].map((word) => withJosa(word, pair))).toEqual(expected);
    const turned = pair.split('/').reverse().join('/');
    expect(['책', '나무', '길'].map((word) => withJosa(word, turned))).toEqual(expected);
  });

  it.each(['', '은', '은/가', '으로', '은/는/이', '(은)는', '(이)가', 'toString'])('does not know %j', (pair) =>
    expect(josaOf(pair)).toBeNull(),
  );

  it('leaves an empty value empty', () => {
    for (const pair of josaPairs) expect(withJosa('', pair)).toBe('');
  });
});

describe('how a value ends', () => {
  it.each([
    ['0', 'consonant'],
    ['1', 'rieul'],
    ['2', 'vowel'],
    ['3', 'consonant'],
    ['4', 'vowel'],
    ['5', 'vowel'],
    ['6', 'consonant'],
    ['7', 'rieul'],
    ['8', 'rieul'],
    ['9', 'vowel'],
    ['1,000', 'consonant'],
    ['3.2', 'vowel'],
    ['３', 'consonant'],
    ['①', 'rieul'],
    ['SMS', 'vowel'],
    ['URL', 'rieul'],
    ['HDR', 'rieul'],
    ['ATM', 'consonant'],
    ['LAN', 'consonant'],
    ['ＬＧ', 'vowel'],
    ['Kim', 'consonant'],
    ['Jane', 'consonant'],
    ['Yang', 'consonant'],
    ['Paul', 'rieul'],
    ['Apple', 'rieul'],
    ['Jack', 'consonant'],
    ['Facebook', 'consonant'],
    ['Eric', 'consonant'],
    ['Shop', 'consonant'],
    ['Lee', 'vowel'],
    ['Peter', 'vowel'],
    ['Park', 'vowel'],
    ['Mike', 'vowel'],
    ['David', 'vowel'],
    ['A4', 'vowel'],
    ['홍길동(VIP)', 'vowel'],
    ['VIP(홍길동)', 'consonant'],
    ['「봄날」', 'rieul'],
    ['"철수"', 'vowel'],
    ['“길”', 'rieul'],
    ['정말?!', 'rieul'],
    ['철수 ', 'vowel'],
    ['길★', 'rieul'],
    ['봉수㈜', 'vowel'],
    ['50%', 'vowel'],
    ['30°', 'vowel'],
    ['갤럭시S10+', 'vowel'],
    ['ㄱ', 'consonant'],
    ['ㄹ', 'rieul'],
    ['ㅋㅋ', 'consonant'],
    ['ㅠ', 'vowel'],
    ['길'.normalize('NFD'), 'rieul'],
    ['나무'.normalize('NFD'), 'vowel'],
    ['山', 'vowel'],
    ['(!)', 'vowel'],
    ['', 'vowel'],
  ])('%j ends in a %s', (value, ending) => expect(endingOf(value)).toBe(ending));

  it('is told by the final consonant of any syllable, whatever stands before and is looked through behind', () => {
    const syllable = fc.integer({ min: 0xac00, max: 0xd7a3 });
    const behind = fc.array(fc.constantFrom(')', ']', '"', "'", '”', '’', '」', '》', '.', '!', ' ', '…'), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), syllable, behind, (before, unit, marks) => {
        // Decomposing is the other way to see the final consonant
        const final = String.fromCharCode(unit).normalize('NFD')[2];
        const expected = final === undefined ? 'vowel' : final === '\u11af' ? 'rieul' : 'consonant';
        expect(endingOf(before + String.fromCharCode(unit) + marks.join(''))).toBe(expected);
      }),
    );
  });

  it('is told for any value, however long, in no time', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => void endingOf(value)));
    expect(endingOf(`길${'!'.repeat(1_000_000)}`)).toBe('vowel');
  });
});

describe('the josa filter', () => {
  const render = (text: string, name: string) => {
    const parsed = parseTemplate(text);
    if (!parsed.ok) return parsed.problems.map(({ code }) => code).join();
    const binding = { columns: new Map([['name', 1]]), declared: new Map(), frame: { nowMs: 0 } };
    const cells = new RowCells([2, '821012345678', name]);
    const parts = bindTemplate(parsed.template, binding);
    return parts.map((part) => (typeof part === 'string' ? part : part.render(cells))).join('');
  };

  it.each([
    ['{{ name | josa: "은/는" }} 오늘', '철수', '철수는 오늘'],
    ['{{ name | josa: "은/는" }} 오늘', '김철민', '김철민은 오늘'],
    ["{{ name | append: '님' | josa: '이/가' }}", '철수', '철수님이'],
    ['{{ name | default: "고객님" | josa: "은/는" }}', '', '고객님은'],
    ['{{ name | josa: "은/는" | default: "고객님은" }}', '', '고객님은'],
    ['{{ "서울" | josa: "(으)로" }}', '', '서울로'],
    ['{{ name | josa: "은/을" }}', '철수', 'template_argument'],
    ['{{ name | josa: name }}', '은/는', 'template_argument'],
    ['{{ name | josa: 1 }}', '철수', 'template_argument'],
    ['{{ name | josa }}', '철수', 'template_argument'],
    ['{{ name | josa: "은", "는" }}', '철수', 'template_argument'],
  ])('renders %s with %j as %j', (text, name, expected) => expect(render(text, name)).toBe(expected));

  it('names the pairs there are', () => {
    const parsed = parseTemplate('{{ name | josa: "은/을" }}');
    const message = parsed.ok ? '' : parsed.problems[0]?.message;
    for (const pair of josaPairs) expect(message).toContain(pair);
  });
});
