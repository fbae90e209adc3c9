/** What a person agrees to before anything of theirs is collected, as it is shown to them. */
export interface AgreementText {
  /** The day from which it holds, in Korea. */
  readonly version: string;
  readonly title: string;
  readonly text: string;
  readonly textEnglish: string;
}

/** The one in force. A new text gets a new version here; who agreed to an older one agrees again when handing in again. */
export const currentAgreement: AgreementText = {
  version: '2026-11-01',
  title: '개인정보 수집·이용 동의',
  text: [
    '수집 목적: 발신번호 거짓표시 방지를 위한 본인 확인과 사업자 확인',
    '수집 항목: 이름, 휴대전화번호, 본인 확인 결과, 사업자등록증, 재직증명서(임직원이 신청하는 경우)',
    '보유 기간: 서비스 이용 기간. 이용이 끝나거나 서류가 더 이상 쓰이지 않으면 정해진 기간 뒤에 파기합니다.',
    '동의를 거부할 수 있으며, 거부하면 문자 발송을 이용할 수 없습니다.',
  ].join('\n'),
  textEnglish: [
    'Purpose: to verify the person and the business, so that nobody sends under a false number',
    'What is collected: name, mobile number, the outcome of its check, business registration certificate, and proof of employment if an employee applies',
    'Kept for: as long as the service is used; then, or once a document serves no more, it is destroyed after a set time.',
    'You may refuse; then nothing can be sent.',
  ].join('\n'),
};

/** Who agreed longer ago than this before handing in agrees again. */
export const agreementHoldsMs = 30 * 86_400_000;
