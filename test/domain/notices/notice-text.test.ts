import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, unsendableCharacters } from '../../../shared/domain/content/cp949.ts';
import { lmsBytesMax, smsBytesMax } from '../../../shared/domain/content/message-type.ts';
import { noticeText } from '../../../shared/domain/notices/notice-text.ts';
import { type Due, type Fact, facts, noticeKinds } from '../../../shared/domain/permissions/due.ts';

const saidAtMs = Date.parse('2026-11-20T15:00:00Z'); // the 21st in Seoul
const due = (kind: Due['kind'], fact: Fact): Due => ({ kind, digits: '821012345678', fact, saidAtMs, dueAtMs: 0 });
const shop = { name: '봉수상점', optOutNumber: null };
const standing = (optedOut: boolean, marketing: boolean | null, night: boolean | null = null) => ({
  optedOutAtMs: optedOut ? 1 : null,
  marketing,
  night,
});

describe('the text of a result', () => {
  test.each<[Fact, ReturnType<typeof standing>, string]>([
    ['opted_out', standing(true, true), '[봉수상점] 2026-11-21 광고성 정보 수신거부 처리 결과: 보내지 않습니다.'],
    ['returned', standing(false, null), '[봉수상점] 2026-11-21 광고성 정보 수신거부 해제 처리 결과: 완료되었습니다.'],
    ['returned', standing(false, false), '[봉수상점] 2026-11-21 광고성 정보 수신거부 해제 처리 결과: 보내지 않습니다.'],
    [
      'consented',
      standing(false, true, false),
      '[봉수상점] 2026-11-21 광고성 정보 수신동의 처리 결과: 야간을 제외하고 보내 드립니다.',
    ],
    [
      'consented',
      standing(false, true, true),
      '[봉수상점] 2026-11-21 광고성 정보 수신동의 처리 결과: 야간에도 보내 드립니다.',
    ],
    [
      'consented',
      standing(true, true),
      '[봉수상점] 2026-11-21 광고성 정보 수신동의 처리 결과: 수신거부 중이어서 보내지 않습니다.',
    ],
    ['refused', standing(false, false), '[봉수상점] 2026-11-21 광고성 정보 수신거부 처리 결과: 보내지 않습니다.'],
    ['withdrew', standing(false, false), '[봉수상점] 2026-11-21 광고성 정보 수신동의 철회 처리 결과: 보내지 않습니다.'],
    [
      'night_withdrew',
      standing(false, true, false),
      '[봉수상점] 2026-11-21 광고성 정보 야간 수신동의 철회 처리 결과: 야간을 제외하고 보내 드립니다.',
    ],
  ])('%s', (fact, stands, text) => expect(noticeText(due('result_notice', fact), stands, shop)).toBe(text));

  test('of an opt-out is an SMS', () => {
    const text = noticeText(due('result_notice', 'opted_out'), standing(true, null), shop);
    expect(bytesOf(text)).toBeLessThanOrEqual(smsBytesMax);
  });
});

describe('the text of a reconfirmation', () => {
  test('says how to withdraw, with the free number if there is one', () => {
    const asked = due('reconfirmation', 'consented');
    expect(noticeText(asked, standing(false, true), shop)).toBe(
      '[봉수상점] 광고성 정보 수신동의 확인 안내\n2026-11-21에 광고성 정보 수신에 동의하셨습니다.\n동의를 유지하시려면 아무것도 하지 않으셔도 됩니다.\n철회하시려면 이 문자의 발신번호로 알려 주십시오.',
    );
    const free = noticeText(asked, standing(false, true, true), { ...shop, optOutNumber: '0801234567' });
    expect(free).toContain('수신(야간 포함)에 동의');
    expect(free).toContain('철회하시려면 무료수신거부 080-123-4567로 전화해 주십시오.');
    expect(noticeText(asked, standing(false, true), { ...shop, optOutNumber: '08012345678' })).toContain(
      '080-1234-5678로',
    );
  });
});

test('every text fits an LMS and can be sent, whatever the sender is called; it is one line where it is a result', () => {
  const named = fc.string({ unit: 'grapheme', maxLength: 300 });
  const stands = fc.record({
    optedOutAtMs: fc.constantFrom(null, 1),
    marketing: fc.constantFrom(true, false, null),
    night: fc.constantFrom(true, false, null),
  });
  fc.assert(
    fc.property(named, fc.constantFrom(...facts), fc.constantFrom(...noticeKinds), stands, (name, fact, kind, how) => {
      const text = noticeText(due(kind, fact), how, { name, optOutNumber: '0801234567' });
      expect(unsendableCharacters(text)).toEqual([]);
      expect(bytesOf(text)).toBeLessThanOrEqual(lmsBytesMax);
      expect(text.split('\n')).toHaveLength(kind === 'reconfirmation' ? 4 : 1);
      expect(text.startsWith('(광고)')).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});
