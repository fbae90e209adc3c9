import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindContent, compileContent, type MessageContent } from '../../../shared/domain/content/content.ts';
import { decideType } from '../../../shared/domain/content/message-type.ts';
import { currentPrices, pricesOfVersion } from '../../../shared/domain/content/prices.ts';
import { renderForSend, renderRow } from '../../../shared/domain/content/render.ts';
import { dateFormats, timeFormats } from '../../../shared/domain/content/variables.ts';

const uploadId = 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const image = { uploadId, key: 'k', sizeBytes: 1, sha256: '', writtenAtMs: 0 } as const;
const columns = ['phoneNumber', 'name', 'due'];
const content = (over: Partial<MessageContent>): MessageContent => ({
  type: 'auto',
  subject: null,
  text: '{{ name }}님',
  variables: [],
  images: [],
  ...over,
});
const bound = (over: Partial<MessageContent>) => {
  const compiled = compileContent(content(over));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return bindContent(compiled.content, columns, 0);
};
const codesOf = (over: Partial<MessageContent>) => {
  const compiled = compileContent(content(over));
  return compiled.ok ? [] : compiled.problems.map(({ code, pointer, position }) => [code, pointer, position]);
};
const rendered = (over: Partial<MessageContent>, name: string, due = '') =>
  renderRow(bound(over), [2, '821012345678', name, due]);

describe('the type of a message', () => {
  it.each([
    ['auto', false, 0, 'sms'],
    ['auto', false, 90, 'sms'],
    ['auto', false, 91, 'lms'],
    ['auto', true, 10, 'lms'],
    ['auto', false, 2_000, 'lms'],
    ['auto', false, 2_001, 'too_long'],
    ['sms', false, 90, 'sms'],
    ['sms', false, 91, 'too_long'],
    ['auth', false, 90, 'sms'],
    ['auth', false, 91, 'too_long'],
    ['lms', false, 1, 'lms'],
    ['lms', true, 2_001, 'too_long'],
    ['mms', false, 1, 'mms'],
    ['mms', true, 2_000, 'mms'],
    ['mms', false, 2_001, 'too_long'],
  ] as const)('%s with subject %s and %i bytes: %s', (type, subject, bytes, expected) =>
    expect(decideType(type, subject, bytes)).toBe(expected),
  );

  it('is MMS for everybody once there are images', () => {
    const text = `{{ name }}${'가'.repeat(43)}`;
    for (const type of ['auto', 'mms'] as const) {
      const said = { type, text, images: [image] };
      expect(rendered(said, '김')).toMatchObject({ type: 'mms', bytes: 88 });
      expect(rendered(said, '김철수')).toMatchObject({ type: 'mms', bytes: 92 });
      expect(rendered({ ...said, subject: '제목' }, '김')).toMatchObject({ type: 'mms', subject: '제목' });
    }
  });

  it('is decided for each recipient alone: a long name makes an LMS', () => {
    const text = `{{ name }}${'가'.repeat(43)}`;
    expect(rendered({ text }, '김철')).toMatchObject({ type: 'sms', bytes: 90 });
    expect(rendered({ text }, '김철수')).toMatchObject({ type: 'lms', bytes: 92 });
    expect(rendered({ text, type: 'sms' }, '김철수')).toEqual({ skip: 'too_long', bytes: 92 });
  });
});

describe('what is refused for everybody', () => {
  it.each([
    [{ type: 'mms' }, ['images_missing', '/images', null]],
    [{ type: 'sms', images: [image] }, ['images_not_allowed', '/images', null]],
    [{ type: 'lms', images: [image] }, ['images_not_allowed', '/images', null]],
    [{ type: 'auth', text: '인증', images: [image] }, ['images_not_allowed', '/images', null]],
    [{ images: [image], text: '가'.repeat(1_001) }, ['too_long', '/text', null]],
    [{ images: [image], subject: '가'.repeat(21) }, ['too_long', '/subject', null]],
    [{ type: 'auth' }, ['auth_word_missing', '/text', null]],
    [{ type: 'auth', text: '인증 {{ name }}', subject: '제목' }, ['subject_not_allowed', '/subject', null]],
    [{ type: 'auth', text: `인증${'가'.repeat(44)}` }, ['too_long', '/text', null]],
    [{ type: 'sms', subject: '제목' }, ['subject_not_allowed', '/subject', null]],
    [{ text: ' \n' }, ['empty_text', '/text', null]],
    [{ subject: '' }, ['empty_subject', '/subject', null]],
    [{ text: '안녕😀{{ name }}' }, ['unsendable_character', '/text', 2]],
    [{ text: '{{ name }} 10₩' }, ['unsendable_character', '/text', 13]],
    [{ text: '가'.repeat(1_001) }, ['too_long', '/text', null]],
    [{ type: 'sms', text: '가'.repeat(46) }, ['too_long', '/text', null]],
    [{ subject: '가'.repeat(21) }, ['too_long', '/subject', null]],
    [{ subject: 'a\nb' }, ['subject_not_one_line', '/subject', null]],
    [{ subject: '{{ x y }}' }, ['template_expression', '/subject', 5]],
    [
      { variables: [{ name: 'due', type: 'date', format: 'D.M.Y', default: null }] },
      ['variable_format', '/variables/0/format', null],
    ],
    [
      { variables: [{ name: 'due', type: 'date', format: 'YYYY-MM-DD hh', default: null }] },
      ['variable_format', '/variables/0/format', null],
    ],
    [
      { variables: [{ name: 'n', type: 'integer', format: '0', default: null }] },
      ['variable_format', '/variables/0/format', null],
    ],
    [
      {
        variables: [
          { name: 'a', type: 'text', format: null, default: null },
          { name: 'a', type: 'text', format: null, default: '' },
        ],
      },
      ['duplicate_variable', '/variables/1/name', null],
    ],
  ] as const)('%j', (over, expected) => expect(codesOf(over)).toEqual([expected]));
});

describe('an authentication message', () => {
  it.each([
    'auth {{ name }}',
    'Your PassWord is {{ name }}',
    'VERIFY: {{ name }}',
    '[봉수] 인증번호 {{ name }}',
    '인증'.normalize('NFD'),
    '비밀번호 {{ name }}',
    'にんしょう {{ name }}',
  ])('is known by its words: %s', (text) => expect(codesOf({ type: 'auth', text })).toEqual([]));

  it('may say it in characters that carriers do not take, and is refused for those', () => {
    expect(codesOf({ type: 'auth', text: '認証 {{ name }}' })).toEqual([['unsendable_character', '/text', 1]]);
  });

  it.each([
    '번호 {{ name }}',
    'pass{{ name }}word',
    '{{ name | append: "인증" }}',
    '{{ auth }}',
    '{{ name | default: "password" }}',
    'p a s s w o r d',
  ])('is none without such a word outside of its variables: %s', (text) =>
    expect(codesOf({ type: 'auth', text })).toEqual([['auth_word_missing', '/text', null]]),
  );

  it('goes out as an SMS and is never made longer', () => {
    const text = '인증번호 {{ name }}';
    expect(rendered({ type: 'auth', text }, '123456')).toMatchObject({
      type: 'sms',
      text: '인증번호 123456',
      bytes: 15,
    });
    expect(rendered({ type: 'auth', text }, '1'.repeat(82))).toEqual({ skip: 'too_long', bytes: 91 });
    expect(renderForSend(bound({ type: 'auth', text }), [2, '821012345678', '1'], 'sms')).toMatchObject({
      type: 'sms',
    });
  });
});

describe('why one recipient is left out', () => {
  it.each([
    ['', { skip: 'missing_variable', variable: 'name' }],
    ['김😀', { skip: 'unsendable_character', characters: [{ in: 'text', position: 1, character: '😀' }] }],
    ['é', { skip: 'unsendable_character', characters: [{ in: 'text', position: 0, character: 'é' }] }],
    ['김\0', { skip: 'unsendable_character', characters: [{ in: 'text', position: 1, character: '\0' }] }],
    ['가'.repeat(1_000), { skip: 'too_long', bytes: 2_002 }],
  ])('%j', (name, expected) => expect(rendered({}, name)).toEqual(expected));

  it('a text that turns out blank says nothing, so it is not sent', () => {
    expect(rendered({ text: '{{ name }} ' }, '\u3000')).toMatchObject({ skip: 'missing_variable' });
    expect(rendered({ text: '{{ due | default: "" }}' }, 'x')).toMatchObject({ skip: 'missing_variable' });
  });

  it('a subject counts too', () => {
    expect(rendered({ subject: '{{ name }}' }, '가'.repeat(21))).toMatchObject({ skip: 'too_long' });
    expect(rendered({ subject: '{{ due }}' }, 'x')).toEqual({ skip: 'missing_variable', variable: 'due' });
    expect(rendered({ subject: '{{ name }}!', text: '{{ due }}' }, 'a\nb', 'x😀')).toEqual({
      skip: 'unsendable_character',
      characters: [
        { in: 'text', position: 1, character: '😀' },
        { in: 'subject', position: 1, character: '\n' },
      ],
    });
    expect(rendered({ subject: '{{ name }}!' }, '김')).toMatchObject({ subject: '김!', type: 'lms' });
  });

  it('cells stay text, line ends become one byte, letters are composed', () => {
    expect(rendered({}, '{{ due }}{% x %}')).toMatchObject({ text: '{{ due }}{% x %}님' });
    expect(rendered({}, 'a\r\nb')).toMatchObject({ text: 'a\nb님', bytes: 5 });
    expect(rendered({}, '김철수'.normalize('NFD'))).toMatchObject({ text: '김철수님', bytes: 8 });
    expect(rendered({}, '뷁')).toMatchObject({ cp949Only: true, bytes: 4 });
  });
});

describe('declared variables', () => {
  const due = (type: 'date' | 'datetime' | 'integer' | 'decimal' | 'text', format: string | null, cell: string) => {
    const result = rendered(
      { text: '[{{ due }}]', variables: [{ name: 'due', type, format, default: '-' }] },
      'x',
      cell,
    );
    return result.skip === null ? result.text : result.skip;
  };
  it.each([
    ['date', 'YYYY-MM-DD', '2026/12/24', '[2026-12-24]'],
    ['date', 'YY-MM-DD', '20261224', '[26-12-24]'],
    ['date', 'YYYY-MM', '2026-12-24 23:59', '[2026-12]'],
    ['date', 'DD/MM/YYYY', '2026-12-24', '[24/12/2026]'],
    ['date', 'DD/MM/YY', '2026-12-24', '[24/12/26]'],
    ['date', 'MM/YYYY', '2026-12-24T20:00:00Z', '[12/2026]'],
    ['date', null, '2026-12-24T20:00:00Z', '[2026-12-25]'],
    ['date', null, '24. Dezember', '[-]'],
    ['date', null, 'now', '[-]'],
    ['datetime', 'YYYY-MM-DD hh:mm:ss', '2026-12-24 10:00', '[2026-12-24 10:00:00]'],
    ['datetime', 'DD/MM/YY hh', '2026-12-24 10:30', '[24/12/26 10]'],
    ['datetime', 'YYYY-MM-DD', '2026-12-24 10:30', '[2026-12-24]'],
    // As they are shown, so too they may stand in a file
    ['date', 'DD/MM/YYYY', '24/12/2026', '[24/12/2026]'],
    ['date', 'DD/MM/YYYY', ' 4/1/2026 ', '[04/01/2026]'],
    ['date', 'DD/MM/YYYY', '24/12/2026 09:30', '[24/12/2026]'],
    ['date', 'DD/MM/YYYY', '12/24/2026', '[-]'],
    ['date', 'DD/MM/YYYY', '24-12-2026', '[-]'],
    ['date', 'DD/MM/YYYY', '24/12/26', '[-]'],
    ['date', 'DD/MM/YY', '29/02/28', '[29/02/28]'],
    ['date', 'DD/MM/YY', '29/02/26', '[-]'],
    ['date', 'YY-MM-DD', '26-12-24', '[26-12-24]'],
    ['date', 'YYYY-MM', '2026-12', '[2026-12]'],
    ['date', 'MM/YYYY', '12/2026', '[12/2026]'],
    ['date', 'MM/YYYY', '13/2026', '[-]'],
    ['datetime', 'DD/MM/YYYY hh:mm', '24/12/2026 9:05', '[24/12/2026 09:05]'],
    ['datetime', 'DD/MM/YYYY hh:mm:ss', '24/12/2026 09:05:07', '[24/12/2026 09:05:07]'],
    ['datetime', 'MM/YYYY hh', '12/2026 23', '[12/2026 23]'],
    ['datetime', 'MM/YYYY hh', '12/2026 24', '[-]'],
    ['datetime', 'YY-MM-DD hh:mm', '26-12-24', '[26-12-24 00:00]'],
    ['integer', null, '1,234,567', '[1234567]'],
    ['integer', null, '12.00', '[12]'],
    ['integer', null, '12.5', '[-]'],
    ['decimal', null, ' 12.50', '[12.50]'],
    ['decimal', null, '1e5', '[-]'],
    ['text', null, '', '[-]'],
  ] as const)('%s %s: %s is shown as %s', (type, format, cell, expected) =>
    expect(due(type, format, cell)).toBe(expected),
  );

  it.each([
    ['date', 'DD/MM/YYYY', '2026-12-24', '%-m월 %-d일', '12월 24일'],
    ['date', 'DD/MM/YYYY', '24/12/2026', '%-m월 %-d일', '12월 24일'],
    ['date', 'YYYY-MM', '2026-12-24', '%d', '24'],
    ['datetime', null, '2026-12-24T20:00:00Z', '%H:%M", "UTC', '20:00'],
    ['datetime', null, '2026-12-24T20:00:00Z', '%H:%M', '05:00'],
    ['datetime', 'YY-MM-DD hh', '2026-12-24 20:15', '%H:%M", "UTC', '20:15'],
    ['date', null, 'bald', '%Y', '-'],
    ['date', null, 'now', '%Y', '-'],
  ] as const)('the date filter shows a %s %s its own way: %s by %s', (type, format, cell, pattern, expected) => {
    const variables = [{ name: 'due', type, format, default: '-' }] as const;
    for (const text of [`{{ due | date: "${pattern}" }}`, `{{ due | default: "-" | date: "${pattern}" }}`]) {
      expect(rendered({ text, variables }, 'x', cell)).toMatchObject({ text: expected });
    }
    const instead = `{{ due | default: name | date: "${pattern}" }}`;
    const both = [
      { name: 'due', type: 'text', format: null, default: null },
      { name: 'name', type, format, default: '-' },
    ] as const;
    expect(rendered({ text: instead, variables: both }, cell, '')).toMatchObject({ text: expected });
    expect(rendered({ text: `${instead} {{ name }}`, variables: both }, '2026-12-24', '').skip).toBeNull();
  });

  it('every format reads what it shows', () => {
    const date = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31T23:59:59Z'), noInvalidDate: true });
    const format = fc
      .tuple(fc.constantFrom(...Object.keys(dateFormats)), fc.constantFrom('', ...Object.keys(timeFormats)))
      .map(([day, time]) => (time === '' ? day : `${day} ${time}`));
    fc.assert(
      fc.property(date, format, (at, given) => {
        const shown = due('datetime', given, at.toISOString().slice(0, 19)).slice(1, -1);
        expect(shown).not.toBe('-');
        expect(due('datetime', given, shown)).toBe(`[${shown}]`);
        expect(due('date', given.split(' ')[0]!, shown)).toBe(`[${shown.split(' ')[0]}]`);
      }),
    );
  });

  it('without a default, what is not of the type is missing', () => {
    const variables = [{ name: 'due', type: 'date', format: null, default: null }] as const;
    expect(rendered({ text: '{{ due }}', variables }, 'x', 'bald')).toEqual({
      skip: 'missing_variable',
      variable: 'due',
    });
  });

  it('makes a variable optional', () => {
    const compiled = compileContent(
      content({ text: '{{ name }} {{ due }}', variables: [{ name: 'due', type: 'text', format: null, default: '' }] }),
    );
    expect(compiled.ok && compiled.content.required).toEqual(['name']);
  });
});

describe('sending what was quoted', () => {
  const sms = bound({ text: `{{ name }}${'가'.repeat(43)}` });
  it('refuses a text that outgrew its quote and never upgrades it', () => {
    expect(renderForSend(sms, [2, '821012345678', '김철수'], 'sms')).toEqual({ skip: 'too_long', bytes: 92 });
    expect(renderForSend(sms, [2, '821012345678', '김철'], 'sms')).toMatchObject({ type: 'sms', bytes: 90 });
    expect(renderForSend(sms, [2, '821012345678', '김'], 'lms')).toMatchObject({ type: 'lms' });
  });

  it('renders what the quote rendered', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (name) => {
        const quoted = renderRow(sms, [2, '821012345678', name]);
        if (quoted.skip !== null) return;
        expect(renderForSend(sms, [2, '821012345678', name], quoted.type)).toEqual(quoted);
      }),
    );
  });
});

describe('prices', () => {
  it('keeps the list a dispatch was quoted with', () => {
    expect(currentPrices.credits).toEqual({ sms: 1, lms: 3, mms: 8 });
    expect(pricesOfVersion(currentPrices.version)).toBe(currentPrices);
    expect(() => pricesOfVersion('1999')).toThrow();
  });
});
