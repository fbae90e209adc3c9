import fc from 'fast-check';
import { Liquid } from 'liquidjs';
import { describe, expect, it } from 'vitest';
import { bindTemplate, RowCells } from '../../../shared/domain/content/bind.ts';
import { filterNames, ValueTooLong } from '../../../shared/domain/content/filters.ts';
import { parseTemplate, templateLengthMax } from '../../../shared/domain/content/template.ts';

const columns = ['phoneNumber', 'name', 'memo', '주문'];
const nowMs = Date.parse('2026-12-24T01:02:03Z');

function render(text: string, cells: readonly string[]): string | null {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const bound = bindTemplate(parsed.template, {
    columns: new Map(columns.map((name, column) => [name, column])),
    declared: new Map(),
    frame: { nowMs },
  });
  let result = '';
  for (const part of bound) {
    const value = typeof part === 'string' ? part : part.render(new RowCells([2, '821012345678', ...cells]));
    if (value === null) return null;
    result += value;
  }
  return result;
}

const problemsOf = (text: string) => {
  const parsed = parseTemplate(text);
  return parsed.ok ? [] : parsed.problems.map(({ code, position }) => [code, position]);
};

describe('what a text may say', () => {
  it.each([
    ['{% include "/etc/passwd" %}', 'template_syntax', 0],
    ['가나 {% render "x" %}', 'template_syntax', 3],
    ['{% layout "/etc/passwd" %}', 'template_syntax', 0],
    ['{% for i in (1..100000000) %}x{% endfor %}', 'template_syntax', 0],
    ['{% raw %}{{ x }}{% endraw %}', 'template_syntax', 0],
    ['{% liquid echo x %}', 'template_syntax', 0],
    ['{{ name', 'template_syntax', 0],
    ['{{ }}', 'template_syntax', 3],
    ['{{ name | shout }}', 'template_filter', null],
    ['{{ name | where: "a" }}', 'template_filter', null],
    ['{{ name | json }}', 'template_filter', null],
    ['{{ name memo }}', 'template_expression', 8],
    ['{{ name == memo }}', 'template_expression', null],
    ['{{ (1..1000000000) }}', 'template_expression', 3],
    ['{{ true }}', 'template_expression', 3],
    ['{{ name.size }}', 'template_expression', 3],
    ['{{ name[0] }}', 'template_expression', 3],
    ['{{ name[memo] }}', 'template_expression', 3],
    ['{{ name | default }}', 'template_argument', 0],
    ['{{ name | default: "a", allow_false: true }}', 'template_argument', null],
    ['{{ name | default: nil }}', 'template_expression', null],
    ['{{ name | truncate: memo }}', 'template_argument', 0],
    ['{{ name | truncate: -1 }}', 'template_argument', 0],
    ['{{ name | append }}', 'template_argument', 0],
    ['{{ name | upcase: 1 }}', 'template_argument', 0],
    ['{{ name | date }}', 'template_argument', 0],
    ['{{ name | date: "%D" }}', 'template_argument', 0],
    ['{{ name | date: "%Y", "Mars/Olympus" }}', 'template_argument', 0],
    ['{{ name | append: "님" | default: "고객" }}', 'template_default_too_late', 0],
  ])('refuses %s as %s', (text, code, position) => {
    const [first] = problemsOf(text);
    expect(first?.[0]).toBe(code);
    if (position !== null) expect(first?.[1]).toBe(position);
  });

  it('names every wrong output with its place', () => {
    expect(problemsOf('{{ a b }} 가 {{ c | truncate: "x" }}')).toEqual([
      ['template_expression', 5],
      ['template_argument', 12],
    ]);
  });

  it('refuses what is too long or nests too deeply without falling over', () => {
    expect(problemsOf('x'.repeat(templateLengthMax + 1))).toEqual([['template_too_long', templateLengthMax]]);
    expect(problemsOf('{{ name | upcase }}'.repeat(100))).toEqual([]);
    expect(problemsOf('{{ name | upcase }}'.repeat(101))).toEqual([['template_too_long', 0]]);
    expect(problemsOf(`{{ ${'('.repeat(templateLengthMax - 10)} }}`)[0]?.[0]).toBe('template_syntax');
    expect(problemsOf(`{{ ${'a['.repeat(9_000)} }}`)[0]?.[0]).toBe('template_syntax');
    expect(problemsOf('{{'.repeat(9_000))[0]?.[0]).toBe('template_syntax');
  });

  it('tells which variables it uses and which of them need a value', () => {
    const parsed = parseTemplate(
      '{{ name | default: nick }} {{ memo }} {{ memo | default: "-" }} {{ ["주문 번호"] | append: unit }} {{ "x" }} {{ a.b | upcase | default: 1 }}',
    );
    expect(parsed.ok && parsed.template.variables).toEqual(['name', 'nick', 'memo', '주문 번호', 'unit', 'a.b']);
    expect(parsed.ok && parsed.template.required).toEqual(['memo', '주문 번호', 'unit']);
  });
});

describe('what a text becomes', () => {
  it.each([
    ["{{ name | default: '고객' }}님", ['철수'], '철수님'],
    ["{{ name | default: '고객' }}님", [''], '고객님'],
    ["{{ name | default: memo | default: '고객' }}", ['', ''], '고객'],
    ['{{ name | default: memo }}', ['', '메모'], '메모'],
    ['{{ name | default: memo }}', ['', ''], null],
    ['{{ name }}', [''], null],
    ['{{ nobody }}', ['철수'], null],
    ['{{ nobody | default: "" }}.', ['철수'], '.'],
    ['{{ name | append: memo }}', ['a', ''], null],
    ['{{ name | remove: memo | default: "x" }}', ['a', ''], null],
    ['{{ name | strip | default: "빈칸" }}', ['  '], '빈칸'],
    ['{{ 주문 }} {{ phoneNumber }}', ['', '', '7'], '7 01012345678'],
    ['{{ name | number_with_delimiter }}', ['1234567.891'], '1,234,567.891'],
    ['{{ name | number_with_delimiter: "." }}', ['-1234'], '-1.234'],
    ['{{ name | number_with_delimiter }}', ['abc'], 'abc'],
    ['{{ name | number_with_delimiter }}', ['999'], '999'],
    ['a {{- name -}} b', ['x'], 'axb'],
    ['{{ name }}', ['{{ memo }} {% raw %}'], '{{ memo }} {% raw %}'],
    ['{{ "{{" }}', [''], '{{'],
    ['{{ name | replace: "a", "$&" | replace_first: "b", "$1" }}', ['ab'], '$&$1'],
    ["{{ 'now' | date: '%Y-%m-%d %H:%M:%S' }}", [], '2026-12-24 10:02:03'],
    ["{{ 'now' | date: '%-m월 %e일 %p %-I시', 'America/New_York' }}", [], '12월 23일 PM 8시'],
    ["{{ name | date: '%Y.%m.%d %H:%M' }}", ['2026-12-24 10:00'], '2026.12.24 10:00'],
    ["{{ name | date: '%y/%m/%d' }}", ['20261224'], '26/12/24'],
    ["{{ name | date: '%H:%M %z' }}", ['2026-12-24T01:00:00Z'], '10:00 +0900'],
    ["{{ name | date: '%Y' }}", ['내일'], '내일'],
    ["{{ name | date: '%Y' }}", ['2026-02-30'], '2026-02-30'],
  ])('renders %s with %j as %j', (text, cells, expected) => expect(render(text, cells)).toBe(expected));

  it('cannot be blown up by filters that multiply', () => {
    const text = `{{ name | replace: "", "${'x'.repeat(1_000)}" | replace: "", "${'y'.repeat(1_000)}" }}`;
    expect(() => render(text, ['a'.repeat(99)])).toThrow(ValueTooLong);
  });
});

const oracle = new Liquid({ templates: {}, strictFilters: true });
oracle.registerFilter('number_with_delimiter', (value: unknown, delimiter = ',') => {
  const text = String(value ?? '');
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) return text;
  const [whole = '', fraction] = text.split('.');
  return whole.replace(/(\d)(?=(\d{3})+$)/g, `$1${delimiter}`) + (fraction === undefined ? '' : `.${fraction}`);
});

const cell = fc.oneof(
  fc.constantFrom(
    '',
    '',
    ' ',
    '김철수',
    ' 두 단어 ',
    '1234567',
    '-1234.5',
    '{{ name }}',
    '"\'\\',
    'straße ŉ',
    'a\nb',
    '😀😀😀',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const literal = fc.constantFrom('""', '" "', '"고객"', "'a'", '"$&"', '"..."', '0', '7', '"1000"', '"\\n"', '"{{"');
const argument = fc.oneof(literal, fc.constantFrom('memo', '["주문"]', 'nobody'));
const count = fc.integer({ min: 0, max: 6 });
const filter = fc.oneof(
  argument.map((value) => `default: ${value}`),
  count.map((n) => `truncate: ${n}`),
  fc.tuple(count, literal).map(([n, end]) => `truncate: ${n}, ${end}`),
  count.map((n) => `truncatewords: ${n}`),
  fc.tuple(count, literal).map(([n, end]) => `truncatewords: ${n}, ${end}`),
  fc.tuple(argument, argument).map(([from, to]) => `replace: ${from}, ${to}`),
  fc.tuple(argument, argument).map(([from, to]) => `replace_first: ${from}, ${to}`),
  argument.map((value) => `append: ${value}`),
  argument.map((value) => `prepend: ${value}`),
  argument.map((value) => `remove: ${value}`),
  fc.constantFrom('truncate', 'truncatewords', 'upcase', 'downcase', 'capitalize', 'strip', 'lstrip', 'rstrip'),
  fc.constantFrom('strip_newlines', 'squish', 'number_with_delimiter', 'number_with_delimiter: "."'),
);
const head = fc.constantFrom('name', 'memo', '["주문"]', '"인용"', "'it'");
const output = fc
  .tuple(head, fc.array(filter, { maxLength: 4 }), fc.constantFrom('', '-'), fc.constantFrom('', '-'))
  .map(([first, filters, left, right]) => `{{${left} ${[first, ...filters].join(' | ')} ${right}}}`);
const text = fc
  .array(fc.oneof(output, fc.constantFrom(' ', '\n', '안녕 ', 'x', '}} ', '{ ', '%}')), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''));

describe('against liquidjs', () => {
  it('renders random texts and rows alike, or names a missing value', () => {
    let compared = 0;
    fc.assert(
      fc.property(text, fc.tuple(cell, cell, cell), (given, cells) => {
        const parsed = parseTemplate(given);
        if (!parsed.ok) {
          expect(parsed.problems.every(({ code }) => code === 'template_default_too_late')).toBe(true);
          return;
        }
        const ours = render(given, cells);
        const [name, memo, order] = cells;
        if (ours === null) {
          expect(cells.includes('') || given.includes('nobody')).toBe(true);
          return;
        }
        compared++;
        const theirs = oracle.parseAndRenderSync(given, { phoneNumber: '01012345678', name, memo, 주문: order });
        expect(ours).toBe(theirs.replace(/\r\n?/g, (end: string) => (given.includes('\r') ? '\n' : end)));
      }),
      { numRuns: 5_000 },
    );
    expect(compared).toBeGreaterThan(1_500);
  });

  it('shows instants in any zone alike', () => {
    const zone = fc.constantFrom(
      'Asia/Seoul',
      'America/New_York',
      'Asia/Kolkata',
      'Europe/London',
      'UTC',
      'Australia/Lord_Howe',
    );
    const part = fc.constantFrom(
      '%Y',
      '%-m',
      '%m월 ',
      '%d',
      '%e',
      '%H:%M',
      '%k',
      '%-I',
      '%l',
      '%S',
      '%L',
      '%a',
      '%^a',
      '%A',
      '%b',
      '%B',
      '%p',
      '%P',
      '%z',
      '%s',
      '%u',
      '%w',
      '%y',
      '%%',
      '%_m',
      '%0e',
    );
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
        zone,
        fc.array(part, { minLength: 1, maxLength: 6 }),
        (at, name, parts) => {
          const given = `{{ name | date: "${parts.join('')}", "${name}" }}`;
          const iso = at.toISOString();
          expect(render(given, [iso])).toBe(oracle.parseAndRenderSync(given, { name: iso }));
        },
      ),
    );
  });

  it('survives any text: it is rendered or refused, quickly', () => {
    const noise = fc.array(
      fc.oneof(
        fc.constantFrom(
          '{{',
          '}}',
          '{%',
          '%}',
          '|',
          ':',
          ',',
          '"',
          "'",
          '[',
          ']',
          '(',
          ')',
          '..',
          '.',
          '-',
          ' ',
          '\\',
          'raw',
          'include',
          '/etc/passwd',
          'now',
        ),
        fc.constantFrom(
          ...filterNames,
          'name',
          'memo',
          '1',
          '1e9',
          'true',
          'nil',
          'empty',
          '__proto__',
          'constructor',
          'toString',
        ),
        fc.string({ unit: 'binary', maxLength: 4 }),
      ),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(noise, (parts) => {
        const given = parts.join('');
        const parsed = parseTemplate(given);
        if (!parsed.ok) {
          expect(parsed.problems.length).toBeGreaterThan(0);
          for (const { position } of parsed.problems) expect(position).toBeLessThanOrEqual(given.length);
          return;
        }
        const rendered = render(given, ['철수', '메모', '1']);
        expect(rendered === null || typeof rendered === 'string').toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});
