/** The form by which whoever a number belongs to lets a tenant send from it: to be filled in, signed and handed in. */
export const usageAgreementForm = `발신번호 사용 동의서
(Agreement on the use of a sender number)

1. 발신번호 (Sender number)
   번호: ______________________________

2. 번호 명의자 (Owner of the number)
   성명 또는 상호: ______________________________
   생년월일 또는 사업자등록번호: ______________________________
   연락처: ______________________________

3. 사용자 (Account that sends from it)
   상호: ______________________________
   사업자등록번호: ______________________________
   대표자: ______________________________

4. 명의자와 사용자의 관계 (Relationship)
   ______________________________

5. 사용 기간 (Period of use)
   ______년 ___월 ___일 ~ ______년 ___월 ___일

명의자는 위 사용자가 위 번호를 문자메시지의 발신번호로 사용하는 것에 동의합니다.
명의자는 언제든지 이 동의를 철회할 수 있으며, 발신번호를 거짓으로 표시하는 행위가
전기통신사업법 제84조의2에 따라 금지됨을 확인하였습니다.

(The owner agrees that the account sends text messages from this number, may take this back at any time,
and knows that the Telecommunications Business Act, article 84-2, forbids false sender numbers.)

작성일: ______년 ___월 ___일

명의자: ____________________ (서명 또는 인)

사용자: ____________________ (서명 또는 인)
`;
