import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import fc from 'fast-check';
import { Liquid } from 'liquidjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { substituteCharacters } from '../../../shared/domain/content/characters.ts';
import {
  bindContent,
  compileContent,
  contentProblemCodes,
  type MessageContent,
} from '../../../shared/domain/content/content.ts';
import { normaliseText } from '../../../shared/domain/content/cp949.ts';
import { filterNames } from '../../../shared/domain/content/filters.ts';
import { josaPairs } from '../../../shared/domain/content/josa.ts';
import { renderRow } from '../../../shared/domain/content/render.ts';
import { templateLengthMax } from '../../../shared/domain/content/template.ts';
import { shownForms, type VariableForm } from '../../../shared/domain/content/variable-form.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';

const columns = ['phoneNumber', 'name', '주문', 'memo'];
const variables = columns.slice(1);
const forms = Object.keys(shownForms) as VariableForm[];
const write: Record<VariableForm, (name: string) => string> = {
  liquid: (name) => `{{ ${name} }}`,
  hashes: (name) => `##${name}##`,
  braces: (name) => `#{${name}}`,
};
const content = (over: Partial<MessageContent>): MessageContent => ({
  ...{ type: 'lms', subject: null, text: 'x', variables: [], images: [] },
  ...over,
});

/** What somebody may try to smuggle in through a value. */
const injected = fc.constantFrom(
  '{{ memo }}',
  '{{',
  '}}',
  '{% include "/etc/passwd" %}',
  '{%- raw -%}',
  '##memo##',
  '{{ 주문 }}',
  '##주문##',
  '#{주문}',
  '##',
  '#{memo}',
  '#{',
  '}',
  "{{ 'now' | date: '%s' }}",
  '\n',
  '\r\n',
  '\r',
  '\t',
  '\0',
  '\u0007',
  '\x1b[31m',
  '\u2028',
  '\u202e',
  '\ufeff',
  '$&',
  '$1',
  '\\',
  '"',
  "'",
  '|',
  '%00',
  '<script>',
  '__proto__',
  '[object Object]',
  '김철수',
  '😀',
  '₩',
);
const value = fc.oneof(
  fc.array(injected, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
);

describe('values stay plain text', () => {
  const literal = fc.constantFrom('안녕 ', ' 님,\n', '. ', '50% ', ' - ');
  const parts = fc.array(fc.tuple(literal, fc.constantFrom(...variables)), { minLength: 1, maxLength: 4 });

  it('in texts of every form, as liquidjs shows them', () => {
    const oracle = new Liquid({ templates: {} });
    fc.assert(
      fc.property(parts, fc.tuple(value, value, value), (given, values) => {
        const [name, order, memo] = values;
        const source = given.map(([before, variable]) => before + write.liquid(variable)).join('');
        const shown = oracle.parseAndRenderSync(source, { name, 주문: order, memo });
        const byHand = given.map(([before, variable]) => before + values[variables.indexOf(variable)]!).join('');
        expect(shown).toBe(byHand);
        for (const form of forms) {
          const text = given.map(([before, variable]) => before + write[form](variable)).join('');
          const compiled = compileContent(content({ text }), 'replace');
          if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
          const rendered = renderRow(bindContent(compiled.content, columns, 0), [2, '821012345678', ...values]);
          expect(rendered).toMatchObject({ text: substituteCharacters(normaliseText(byHand), 'replace') });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('in subjects, which a line end keeps from being sent', () => {
    fc.assert(
      fc.property(fc.constantFrom(...forms), value, (form, name) => {
        const compiled = compileContent(content({ subject: `제목 ${write[form]('name')}` }), 'replace');
        if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
        const rendered = renderRow(bindContent(compiled.content, columns, 0), [2, '821012345678', name, '', '']);
        const expected = substituteCharacters(normaliseText(`제목 ${name}`), 'replace');
        if (expected.includes('\n')) expect(rendered.skip).toBe('unsendable_character');
        else if (rendered.skip === null) expect(rendered.subject).toBe(expected);
        else expect(rendered.skip).toBe('too_long');
      }),
      { numRuns: 1_000 },
    );
  });

  it('through every filter: nothing in them is read again', () => {
    const filter = fc.constantFrom(
      'upcase',
      'downcase',
      'capitalize',
      'strip',
      'squish',
      'truncate: 30',
      'append: memo',
      'prepend: memo',
      'replace: "a", memo',
      'remove: "b"',
      'default: memo',
      `josa: "${josaPairs[0]}"`,
      'number_with_delimiter',
      'date: "%Y"',
      'strip_newlines',
      'truncatewords: 3',
    );
    fc.assert(
      fc.property(filter, value, value, (chosen, name, memo) => {
        const compiled = compileContent(content({ text: `[{{ name | ${chosen} }}]` }), 'replace');
        if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
        const rendered = renderRow(bindContent(compiled.content, columns, 0), [
          2,
          '821012345678',
          name,
          'geheim',
          memo,
        ]);
        const shown = rendered.skip === null ? rendered.text : '';
        expect(shown).not.toContain('geheim');
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('hostile texts', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  const piece = fc.oneof(
    fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      '##',
      '#{',
      '}',
      '#',
      '{',
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
      '\n',
      '\\',
      'raw',
      'include',
      'layout',
      'render',
      'liquid',
      'assign',
      'for',
      '/etc/passwd',
      '"./package.json"',
      '../',
      '\u0301',
      '\u1100',
      '\ud83d',
      '\0',
      '은/는',
      '\u00a0',
    ),
    fc.constantFrom(
      ...filterNames,
      ...variables,
      '1',
      '1e9',
      '-1',
      'true',
      'nil',
      '__proto__',
      'constructor',
      'toString',
    ),
    fc.constantFrom('{{ name }}', '##name##', '#{ 주문 }', '{{ name | josa: "은/는" }}', "{{ memo | default: '-' }}"),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const noise = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));
  const declared = fc.array(
    fc.record({
      name: fc.constantFrom('name', '주문', 'memo', '__proto__', 'x y'),
      type: fc.constantFrom('text', 'integer', 'decimal', 'date', 'datetime'),
      format: fc.constantFrom(null, 'YYYY-MM-DD', 'MM/YYYY hh:mm', '%s', ''),
      default: fc.oneof(fc.constant(null), noise),
    }),
    { maxLength: 3 },
  );

  it('are rendered or refused with the place of what is wrong, and open no file', () => {
    const opened = (
      ['openSync', 'readFileSync', 'open', 'readFile', 'createReadStream', 'statSync', 'existsSync'] as const
    ).map((method) => vi.spyOn(fs, method));
    const promised = (['open', 'readFile', 'stat', 'access'] as const).map((method) => vi.spyOn(fs.promises, method));
    syncBuiltinESMExports();
    let rendered = 0;
    fc.assert(
      fc.property(
        fc.record({ text: noise, subject: fc.oneof(fc.constant(null), noise), variables: declared }),
        fc.constantFrom('refuse', 'swap', 'replace'),
        fc.array(fc.oneof(value, fc.constant('')), { maxLength: 4 }),
        (given, policy, cells) => {
          const compiled = compileContent(content(given), policy);
          if (!compiled.ok) {
            expect(compiled.problems.length).toBeGreaterThan(0);
            for (const { code, pointer, position } of compiled.problems) {
              expect(contentProblemCodes).toContain(code);
              const at = pointer === '/subject' ? given.subject : given.text;
              if (position !== null) expect(position).toBeLessThanOrEqual(at?.length ?? -1);
            }
            return;
          }
          const row = renderRow(bindContent(compiled.content, columns, 0), [2, '821012345678', ...cells]);
          if (row.skip === null) rendered++;
          if (row.skip === null) expect(row.text).toBe(normaliseText(row.text));
        },
      ),
      { numRuns: 5_000 },
    );
    expect(rendered).toBeGreaterThan(200);
    const calls = () => [...opened, ...promised].reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    expect(calls()).toBe(0);
    // Had anybody asked Liquid to render such a text, it would have been seen
    expect(new Liquid({ root: '/' }).parseAndRenderSync('{% include "etc/passwd" %}')).toContain('root');
    expect(calls()).toBeGreaterThan(0);
  });

  /** Far more than any of it takes, on the slowest of machines; what explodes takes minutes. */
  const patienceMs = 5_000;
  const within = (work: () => void) => expect(cpuMsOf(work)).toBeLessThan(patienceMs);

  it.each([
    '{{',
    '}}',
    '{% ',
    '{{ a | ',
    '{{ a["',
    '{{ a: "\\',
    '{{ (',
    '{{ a.',
    '{{ -',
    '##',
    '## ',
    '#{',
    '##a ',
    '##a. ',
    '#{a -',
    '##가##',
    '#{가}',
    '{{가}}',
    '{{ a | josa: "은/는" }}',
    '{{ a | replace: "", "aa" }}',
    '\u0301',
    '\u0301\u0316',
    '##a\u0301\u0316',
    '{{ a\u0301\u0316',
    '\u1100',
    '\ud83d',
    '\0',
    '\r',
    ' ',
    '💣',
  ])('of %j again and again take no time', (again) => {
    const text = again.repeat(Math.floor(templateLengthMax / again.length));
    for (const form of ['', '##', '#{', '{{ '])
      within(() => {
        const compiled = compileContent(
          content({ text: form + text.slice(form.length), subject: text.slice(0, 200) }),
          'replace',
        );
        if (compiled.ok) renderRow(bindContent(compiled.content, columns, 0), [2, '821012345678', text, text, text]);
      });
  });

  it('cannot make values of hostile rows expensive', () => {
    const hostile = [
      '\u0301\u0316',
      `${'\u0301'.repeat(2_000)}${'\u0316'.repeat(2_000)}`,
      '1,',
      '1',
      ' ',
      'a ',
      '\r\n',
      '가'.normalize('NFD'),
      '!',
      '(',
      'ﷺ',
      '💣',
    ];
    const text = (filter: string) => `{{ name ${filter} }}`.repeat(99);
    const filters = [
      '',
      '| josa: "은/는"',
      '| squish',
      '| truncatewords: 999',
      '| strip',
      '| number_with_delimiter',
      '| date: "%Y"',
      '| remove: "a"',
      '| capitalize',
      '| truncate: 3999',
    ];
    for (const filter of filters) {
      const compiled = compileContent(content({ text: text(filter) }), 'replace');
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
      const bound = bindContent(compiled.content, columns, 0);
      within(() => {
        for (const cell of hostile)
          renderRow(bound, [2, '821012345678', cell.repeat(Math.ceil(4_000 / cell.length)), '', '']);
      });
    }
  });
});
