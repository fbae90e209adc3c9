import { describe, expect, it } from 'vitest';
import { causeOf, readAligoState } from '../../../shared/adapters/carriers/aligo-states.ts';

describe('reading sms_state', () => {
  it.each([
    '전송중',
    '발송 중',
    '전송대기',
    '예약대기중',
    '접수',
    '처리중',
    '스팸 검사중',
    '수신 확인중',
    '',
    '알 수 없는 말',
    'OK?',
  ])('%s is not known yet', (text) => expect(readAligoState(text)).toEqual({ status: 'pending' }));

  it.each(['발송완료', '전송 완료', '전송성공', '수신완료', '성공', '정상', '발송완료(KT)'])(
    '%s is delivered',
    (text) => expect(readAligoState(text)).toEqual({ status: 'delivered' }),
  );

  it.each([
    ['전원꺼짐', 'power_off'],
    ['실패(단말기 전원 꺼짐)', 'power_off'],
    ['음영지역', 'out_of_coverage'],
    ['결번', 'no_subscriber'],
    ['없는 번호', 'no_subscriber'],
    ['수신번호 오류', 'invalid_number'],
    ['잘못된 전화번호', 'invalid_number'],
    ['서비스 일시정지', 'suspended'],
    ['스팸차단', 'spam_blocked'],
    ['수신거부', 'rejected_by_user'],
    ['080 수신거부', 'opted_out'],
    ['발신번호 차단', 'sender_blocked'],
    ['발신번호 미등록', 'sender_invalid'],
    ['단말기 메모리 부족', 'device_full'],
    ['통화중', 'device_busy'],
    ['이통사 시간초과', 'timeout'],
    ['통신사 오류', 'network'],
    ['중복 발송', 'duplicate'],
    ['전송실패', 'unknown'],
    ['기타 오류', 'unknown'],
    ['예약취소', 'unknown'],
  ])('%s has failed: %s', (text, code) => expect(readAligoState(text)).toEqual({ status: 'failed', code }));

  it('a failure is never read as a delivery', () => {
    for (const text of ['발송완료 실패', '전송성공 아님 오류', '미완료 오류']) {
      expect(readAligoState(text).status).not.toBe('delivered');
    }
  });

  it('a message about nothing known has no known cause', () => expect(causeOf('점검')).toBe('unknown'));
});
