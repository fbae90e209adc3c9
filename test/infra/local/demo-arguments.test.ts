import { expect, test } from 'vitest';
import { argumentsOf, usage } from '../../../infra/local/demo/arguments.ts';
import { seoulHour, seoulLocal, seoulTime } from '../../../infra/local/demo/seoul-time.ts';

test.each([
  [[], { schedule: false, json: false }],
  [['--schedule'], { schedule: true, json: false }],
  [['--json', '--schedule'], { schedule: true, json: true }],
])('%j runs the demo', (given, asked) => {
  expect(argumentsOf(given)).toEqual({ kind: 'run', ...asked });
});

test.each([[['--help']], [['-h']], [['--schedule', '--help']]])('%j asks for help', (given) => {
  expect(argumentsOf(given)).toEqual({ kind: 'help' });
});

test('the help names every option', () => {
  for (const option of ['--schedule', '--json', '--help']) expect(usage).toContain(option);
});

test.each([
  [['--shedule'], '--shedule'],
  [['-x'], '-x'],
  [['schedule'], '"schedule"'],
  [['--json=yes'], '--json'],
  [['--help', '--toString'], '--toString'],
])('%j is refused in words', (given, named) => {
  const asked = argumentsOf(given);
  expect(asked.kind === 'refused' && asked.why).toContain(named);
});

test.each([
  ['2026-11-21T14:59:59Z', '2027-01-19 10:00'],
  ['2026-11-21T15:00:00Z', '2027-01-20 10:00'],
  ['2026-11-22T00:59:59Z', '2027-01-20 10:00'],
])('59 days after %s, at ten in Seoul, is %s there', (now, then) => {
  const ms = seoulHour(Date.parse(now), 59, 10);
  expect(seoulTime(ms)).toBe(then);
  expect(seoulLocal(ms)).toBe(`${then.replace(' ', 'T')}:00`);
  expect(new Date(ms).toISOString().slice(11, 16)).toBe('01:00');
});
