import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindContent, compileContent, type MessageContent } from '../../../shared/domain/content/content.ts';
import { renderRow } from '../../../shared/domain/content/render.ts';
import { templateLengthMax } from '../../../shared/domain/content/template.ts';
import { shownForms, type VariableForm } from '../../../shared/domain/content/variable-form.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';

const columns = ['phoneNumber', '이름', 'due', 'price', 'order.no', '주문 번호', '1'];
const content = (over: Partial<MessageContent>): MessageContent => ({
  ...{ type: 'auto', subject: null, text: 'x', variables: [], images: [] },
  ...over,
});

function compiled(over: Partial<MessageContent>) {
  const compilation = compileContent(content(over));
  if (!compilation.ok) throw new Error(JSON.stringify(compilation.problems));
  return compilation.content;
}

function textOf(over: Partial<MessageContent>, cells: readonly string[]): string | null {
  const rendered = renderRow(bindContent(compiled(over), columns, 0), [2, '821012345678', ...cells]);
  return rendered.skip === null ? rendered.text : null;
}

const problemsOf = (over: Partial<MessageContent>) => {
  const compilation = compileContent(content(over));
  return compilation.ok ? [] : compilation.problems.map(({ code, pointer, position }) => [code, pointer, position]);
};

describe('the forms of Korean consoles', () => {
  it.each([
    ['##이름##님', ['철수'], '철수님'],
    ['#{이름}님', ['철수'], '철수님'],
    ['## 이름 ##님', ['철수'], '철수님'],
    ['#{ 이름 }님', ['철수'], '철수님'],
    ['##order.no##/##주문 번호##/##1##', ['', '', '', 'A-1', '7', '하나'], 'A-1/7/하나'],
    ['#{order.no}/#{주문 번호}/#{1}', ['', '', '', 'A-1', '7', '하나'], 'A-1/7/하나'],
    ['##phoneNumber##', [], '01012345678'],
    ['###이름###', ['철수'], '#철수#'],
    ['##이름####이름##', ['철수'], '철수철수'],
    ['##이름##1##', ['철수'], '철수1##'],
    ['#{이름}}', ['철수'], '철수}'],
    ['##{이름}##', ['철수'], '#철수##'],
    ['##이름##'.normalize('NFD'), ['철수'], '철수'],
    ['##없음##', ['철수'], null],
    ['##이름##', [''], null],
    ['{{ "##이름##" }}', ['철수'], '##이름##'],
    ['{{ "#{이름}" }} {{ 이름 }}', ['철수'], '#{이름} 철수'],
  ])('renders %s with %j as %j', (text, cells, expected) => expect(textOf({ text }, cells)).toBe(expected));

  it.each([
    '## 50% 할인',
    '##',
    '####',
    '##-##',
    '##...##',
    '## ##',
    '#{',
    '#{}',
    '#{ }',
    '#{이름',
    '##이름#',
    '#이름#',
    '##이\n름##',
    '#{이름|upcase}',
    '#{a-}',
    '#{-a}',
  ])('takes %j as plain text', (text) => {
    expect(compiled({ text }).variables).toEqual([]);
    expect(textOf({ text }, [])).toBe(text);
  });

  it.each(['##', '#{'])('shows values in declared formats and with declared defaults: %s', (open) => {
    const close = open === '##' ? '##' : '}';
    const text = ['이름', 'due', 'price'].map((name) => open + name + close).join(' ');
    const variables = [
      { name: '이름', type: 'text', format: null, default: '고객' },
      { name: 'due', type: 'date', format: 'DD/MM/YYYY', default: null },
      { name: 'price', type: 'integer', format: null, default: '-' },
    ] as const;
    expect(textOf({ text, variables }, ['', '2026-12-24', '1,000'])).toBe('고객 24/12/2026 1000');
    expect(textOf({ text, variables }, ['철수', '2026-12-24', 'x'])).toBe('철수 24/12/2026 -');
    expect(textOf({ text, variables }, ['철수', '', '1'])).toBeNull();
    expect(compiled({ text, variables }).required).toEqual(['due']);
  });

  it('tells where variables stand and what is wrong between them', () => {
    const { text } = compiled({ text: '가 ## 이름 ##, #' });
    expect(text.uses).toEqual([{ name: '이름', position: 5 }]);
    expect(text.form).toEqual({ form: 'hashes', position: 2 });
    expect(problemsOf({ text: '#{이름} 10₩ #{due} é' })).toEqual([
      ['unsendable_character', '/text', 8],
      ['unsendable_character', '/text', 17],
    ]);
  });

  it('leaves slots plain, so that rows are weighed without being rendered', () => {
    for (const text of ['##이름##님 ##due##', '#{이름}님 #{due}', '{{ 이름 }}님 {{ due }}']) {
      const bound = bindContent(compiled({ text }), columns, 0).text;
      expect(bound.map((part) => (typeof part === 'string' ? part : part.plain))).toEqual([
        { column: 1, empty: null },
        '님 ',
        { column: 2, empty: null },
      ]);
    }
  });
});

describe('one form in a text and its subject', () => {
  it.each([
    [
      { text: '{{ a }} ##b##' },
      [
        ['mixed_variable_forms', '/text', 0],
        ['mixed_variable_forms', '/text', 8],
      ],
    ],
    [
      { text: '가#{a} {{ b }}' },
      [
        ['mixed_variable_forms', '/text', 1],
        ['mixed_variable_forms', '/text', 6],
      ],
    ],
    [
      { text: '##a## #{b} ##c##' },
      [
        ['mixed_variable_forms', '/text', 0],
        ['mixed_variable_forms', '/text', 6],
      ],
    ],
    [
      { text: '가 {{ a }}', subject: '#{b}' },
      [
        ['mixed_variable_forms', '/subject', 0],
        ['mixed_variable_forms', '/text', 2],
      ],
    ],
    [
      { text: '##a##', subject: '제목 #{b}' },
      [
        ['mixed_variable_forms', '/subject', 3],
        ['mixed_variable_forms', '/text', 0],
      ],
    ],
    [{ text: '##a##', subject: '제목' }, []],
    [{ text: '내용', subject: '제목 #{b}' }, []],
    [{ text: '##a##', subject: '##b##' }, []],
    [
      { text: '##a## {{ b }} #{c}' },
      [
        ['mixed_variable_forms', '/text', 0],
        ['mixed_variable_forms', '/text', 6],
        ['mixed_variable_forms', '/text', 14],
      ],
    ],
  ] as const)('%j: %j', (over, expected) => expect(problemsOf(over)).toEqual(expected));
});

/** A name as it may be written in every form. */
const name = fc.constantFrom(...columns.slice(1), 'phoneNumber');
const written: Record<VariableForm, (name: string) => string> = {
  liquid: (name) => `{{ ["${name}"] }}`,
  hashes: (name) => `##${name}##`,
  braces: (name) => `#{ ${name} }`,
};

describe('whatever the form', () => {
  const literal = fc.constantFrom('안녕 ', '#', ' # ', '{', '}', '50% ', '\n', '-');
  const parts = fc.array(
    fc.oneof(
      literal,
      name.map((variable) => ({ variable })),
    ),
    { minLength: 1, maxLength: 6 },
  );
  const cell = fc.constantFrom(
    '',
    '철수',
    '{{ 이름 }}',
    '##이름##',
    '#{이름}',
    '{% raw %}',
    'a\nb',
    '₩',
    '😀',
    '1,000',
  );

  it('the same text comes out', () => {
    fc.assert(
      fc.property(parts, fc.array(cell, { minLength: 6, maxLength: 6 }), (given, cells) => {
        // A `#` beside a variable, or a brace beside a brace, may write another one
        const joined = given.map((part) => (typeof part === 'string' ? part : `.${part.variable}.`)).join('');
        fc.pre(given.some((part) => typeof part !== 'string') && !/#\.|\.#|##|[{}]\.|\.[{}]|[#{}][{}]/.test(joined));
        const results = (Object.keys(shownForms) as VariableForm[]).map((form) => {
          const text = given.map((part) => (typeof part === 'string' ? part : written[form](part.variable))).join('');
          const understood = compileContent(content({ text }));
          if (!understood.ok) throw new Error(JSON.stringify(understood.problems));
          const { variables, required } = understood.content;
          const row = [2, '821012345678', ...cells] as const;
          const { skip, ...rendered } = renderRow(bindContent(understood.content, columns, 0), [...row]);
          return { variables, required, skip, rendered };
        });
        expect(results[1]).toEqual(results[0]);
        expect(results[2]).toEqual(results[0]);
      }),
      { numRuns: 500 },
    );
  });

  it('any text is understood or refused at once', () => {
    for (const piece of ['##', '#{', '##a', '#{a', '## a', '#{a ', '##a.', '#{ a - ', '##a b ']) {
      const text = piece.repeat(Math.floor(templateLengthMax / piece.length));
      const work = () => {
        compileContent(content({ text }));
        compileContent(content({ text: `##${'a '.repeat(9_000)}` }));
        compileContent(content({ text: `#{${' '.repeat(19_000)}` }));
      };
      expect(cpuMsOf(work)).toBeLessThan(1_000);
    }
  });
});
