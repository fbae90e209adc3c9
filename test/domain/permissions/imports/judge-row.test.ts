import { describe, expect, test } from 'vitest';
import { newImport } from '../../../../shared/domain/imports/row-import.ts';
import { missingColumns, rowJudge } from '../../../../shared/domain/permissions/imports/judge-row.ts';
import { saidIn } from '../../../../shared/domain/permissions/imports/said-value.ts';

const nowMs = Date.parse('2026-11-21T12:00:00+09:00');
const made = (kind: 'consents' | 'opt_outs') =>
  newImport(
    {
      id: 'imp_01ARZ3NDEKTSV4RRFFQ69G5FAV',
      owner: 'ten_01ARZ3NDEKTSV4RRFFQ69G5FAV',
      uploadId: 'upl_01ARZ3NDEKTSV4RRFFQ69G5FAV',
      kind,
      onInvalidRows: 'reject',
      contacts: null,
    },
    nowMs,
  );

function judge(kind: 'consents' | 'opt_outs', cells: Readonly<Record<string, string>>) {
  const names = ['phoneNumber', ...Object.keys(cells)];
  return rowJudge(made(kind), names)({ cell: (column) => (column === 0 ? '010' : cells[names[column]!]!) });
}

describe('what a cell says', () => {
  const yes = 'true TRUE True t yes YES y Y o O ㅇ ○ ◯ 1 1.0 on 동의 동의함 수신동의 예 네 허용 Ｙ Ｏ １';
  const no = "false FALSE f no N x X × 0 0.0 off 거부 수신거부 미동의 동의안함 아니오 아니요 철회 Ｎ ０ '0";
  test.each(yes.split(' '))('%s is yes', (cell) => expect(saidIn(cell)).toBe(true));
  test.each(no.split(' '))('%s is no', (cell) => expect(saidIn(cell)).toBe(false));
  test.each(['수신 동의', ' yes ', "'1", '동의\u3000함'])('%j is yes, spaces or not', (cell) =>
    expect(saidIn(cell)).toBe(true),
  );
  test.each(['', ' ', '\u3000', '\t', "'"])('%j is nothing', (cell) => expect(saidIn(cell)).toBeNull());
  test.each([
    '2',
    '-1',
    'maybe',
    '?',
    'null',
    'unknown',
    '동의/거부',
    'yesno',
    '01',
    'y'.repeat(41),
    ' '.repeat(50) + 'q'.repeat(50),
  ])('%j is neither', (cell) => expect(saidIn(cell)).toBeUndefined());
});

describe('a row of consents', () => {
  const at = '2026-11-20T10:00:00+09:00';
  const atMs = Date.parse(at);
  const base = { source: 'import', importId: made('consents').id } as const;

  test.each<[Record<string, string>, object]>([
    [{ marketing: 'Y' }, { marketing: true, night: undefined, asOfMs: nowMs, consentAtMs: undefined }],
    [{ marketing: 'N' }, { marketing: false, night: false, asOfMs: nowMs, consentAtMs: undefined }],
    [{ marketing: '' }, { marketing: undefined, night: undefined, asOfMs: nowMs, consentAtMs: undefined }],
    [
      { marketing: 'y', night: 'n' },
      { marketing: true, night: false, asOfMs: nowMs, consentAtMs: undefined },
    ],
    [
      { marketing: 'y', night: 'y', at },
      { marketing: true, night: true, asOfMs: atMs, consentAtMs: atMs },
    ],
    [
      { marketing: '', night: 'n' },
      { marketing: undefined, night: false, asOfMs: nowMs, consentAtMs: undefined },
    ],
    [
      { marketing: 'y', evidence: ' form 7 ' },
      {
        marketing: true,
        night: undefined,
        asOfMs: nowMs,
        consentAtMs: undefined,
        evidence: 'form 7',
        evidenceUploadId: null,
      },
    ],
    [
      { marketing: 'y', name: '?', Night: '?' },
      { marketing: true, night: undefined, asOfMs: nowMs, consentAtMs: undefined },
    ],
  ])('%j', (cells, change) => {
    expect(judge('consents', cells)).toEqual({ change: { ...base, ...change } });
  });

  test.each<[string, string]>([
    ['2026-11-20', '2026-11-20T00:00:00+09:00'],
    ['2026.11.20', '2026-11-20T00:00:00+09:00'],
    ['20261120', '2026-11-20T00:00:00+09:00'],
    ['2026-11-20 14:30', '2026-11-20T14:30:00+09:00'],
    ['2026-11-20 14:30:05', '2026-11-20T14:30:05+09:00'],
    ['2026-11-20T05:30:00Z', '2026-11-20T14:30:00+09:00'],
    ['2026-11-20T05:30:00+02:00', '2026-11-20T12:30:00+09:00'],
    ["'2026-11-20", '2026-11-20T00:00:00+09:00'],
    ['2026-11-21 12:00:00', '2026-11-21T12:00:00+09:00'],
    ['1990-01-01', '1990-01-01T00:00:00+09:00'],
  ])('said at %s, by the clock of Korea', (cell, time) => {
    expect(judge('consents', { marketing: 'y', at: cell })).toMatchObject({
      change: { consentAtMs: Date.parse(time) },
    });
  });

  test.each<[Record<string, string>, string, string]>([
    [{ marketing: 'maybe' }, 'marketing', 'invalid_value'],
    [{ marketing: 'y', night: '2' }, 'night', 'invalid_value'],
    [{ marketing: 'n', night: 'y' }, 'night', 'night_without_marketing'],
    [{ marketing: '', night: 'y' }, 'night', 'night_without_marketing'],
    [{ marketing: 'y', at: 'yesterday' }, 'at', 'invalid_time'],
    [{ marketing: 'y', at: '2026-02-30' }, 'at', 'invalid_time'],
    [{ marketing: 'y', at: '21.11.2026' }, 'at', 'invalid_time'],
    [{ marketing: 'y', at: '46342.5' }, 'at', 'invalid_time'],
    [{ marketing: 'y', at: '1989-12-31' }, 'at', 'invalid_time'],
    [{ marketing: 'y', at: '2026-11-21 12:00:01' }, 'at', 'in_the_future'],
    [{ marketing: 'y', at: '2026-11-22' }, 'at', 'in_the_future'],
    [{ marketing: 'y', evidence: 'x'.repeat(501) }, 'evidence', 'too_long'],
  ])('%j is refused', (cells, column, code) => {
    const verdict = judge('consents', cells);
    expect(verdict).toMatchObject({ refusal: { column, code } });
    const { message } = (verdict as { refusal: { message: string } }).refusal;
    expect(message).toMatch(/\.$/);
    expect(message).not.toContain('xxx');
  });

  test('needs a column for advertising', () => {
    expect(missingColumns('consents', ['phoneNumber', 'night', 'Marketing'])).toEqual(['marketing']);
    expect(missingColumns('consents', ['phoneNumber', 'marketing'])).toEqual([]);
    expect(missingColumns('opt_outs', ['phoneNumber'])).toEqual([]);
  });
});

describe('a row of opt-outs', () => {
  const base = { source: 'import', importId: made('opt_outs').id, optedOut: true } as const;
  const atMs = Date.parse('2020-05-01T00:00:00+09:00');
  test.each<[Record<string, string>, object]>([
    [{}, { asOfMs: nowMs }],
    [{ name: 'Kim' }, { asOfMs: nowMs }],
    [{ at: '' }, { asOfMs: nowMs }],
    [{ at: '2020-05-01' }, { asOfMs: atMs, optOutAtMs: atMs }],
    [
      { optedOutAt: '2020-04-30T15:00:00.000Z', source: 'api' },
      { asOfMs: atMs, optOutAtMs: atMs },
    ],
    [
      { optedOutAt: 'x', at: '2020-05-01' },
      { asOfMs: atMs, optOutAtMs: atMs },
    ],
  ])('%j', (cells, change) => {
    expect(judge('opt_outs', cells)).toEqual({ change: { optOutAtMs: undefined, ...base, ...change } });
  });
  test.each<[Record<string, string>, string, string]>([
    [{ at: 'long ago' }, 'at', 'invalid_time'],
    [{ optedOutAt: '2027-01-01' }, 'optedOutAt', 'in_the_future'],
  ])('%j is refused', (cells, column, code) => {
    expect(judge('opt_outs', cells)).toMatchObject({ refusal: { column, code } });
  });
});
