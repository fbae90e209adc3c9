import { maskNumbers } from '../numbers/mask-numbers.ts';
import type { Outcome, OutcomeType } from './outcome.ts';
import type { MailText } from './ports.ts';

/** Lines of a mail; one that names a fact (`{reason}`) which the outcome does not have is left out. */
interface Words {
  readonly subject: string;
  readonly lines: readonly string[];
}

/** Each mail says the same in both languages: a tenant's people read one or the other. */
const words: Readonly<Record<OutcomeType, { readonly ko: Words; readonly en: Words }>> = {
  'sender_number.approved': {
    ko: {
      subject: '발신번호가 승인되었습니다',
      lines: ['발신번호: {number}', '지금부터 이 번호로 발송할 수 있습니다.'],
    },
    en: { subject: 'Sender number approved', lines: ['Sender number: {number}', 'You can send from it now.'] },
  },
  'sender_number.rejected': {
    ko: {
      subject: '발신번호 등록이 반려되었습니다',
      lines: ['발신번호: {number}', '사유: {reason}', '서류를 보완하여 다시 신청해 주세요.'],
    },
    en: {
      subject: 'Sender number rejected',
      lines: ['Sender number: {number}', 'Reason: {reason}', 'Please apply again with the documents that are missing.'],
    },
  },
  'sender_number.blocked': {
    ko: {
      subject: '발신번호가 차단되었습니다',
      lines: ['발신번호: {number}', '사유: {reason}', '이 번호로는 더 이상 발송되지 않습니다.'],
    },
    en: {
      subject: 'Sender number blocked',
      lines: ['Sender number: {number}', 'Reason: {reason}', 'Nothing is sent from it any more.'],
    },
  },
  'identity.approved': {
    ko: { subject: '본인 및 사업자 확인이 완료되었습니다', lines: ['이제 발신번호를 등록하고 발송할 수 있습니다.'] },
    en: { subject: 'Identity verified', lines: ['You can register sender numbers and send now.'] },
  },
  'identity.rejected': {
    ko: {
      subject: '본인 및 사업자 확인이 반려되었습니다',
      lines: ['사유: {reason}', '서류를 보완하여 다시 제출해 주세요.'],
    },
    en: {
      subject: 'Identity verification rejected',
      lines: ['Reason: {reason}', 'Please hand in the documents again.'],
    },
  },
  'tenant.suspended': {
    ko: { subject: '계정이 정지되었습니다', lines: ['조회는 가능하지만 새로 만들거나 발송할 수 없습니다.'] },
    en: { subject: 'Account suspended', lines: ['You can look at everything, but not create or send.'] },
  },
  'tenant.resumed': {
    ko: { subject: '계정 정지가 해제되었습니다', lines: ['다시 발송할 수 있습니다.'] },
    en: { subject: 'Account resumed', lines: ['You can send again.'] },
  },
  'tenant.closed': {
    ko: { subject: '계정이 해지되었습니다', lines: ['예약된 발송은 더 이상 나가지 않습니다.'] },
    en: { subject: 'Account closed', lines: ['Nothing that was planned is sent any more.'] },
  },
};

/** The mail about an outcome: Korean first, then English. Facts are one line each, and no whole number is in them. */
export function outcomeMail({ type, facts, id }: Outcome, tenantName: string): MailText {
  const { ko, en } = words[type];
  return {
    subject: `[Bongsu] ${ko.subject} / ${en.subject}`,
    text: [
      `${oneLine(tenantName)} 담당자님께`,
      `${ko.subject}.`,
      ...linesOf(ko, facts),
      '',
      `To ${oneLine(tenantName)}`,
      `${en.subject}.`,
      ...linesOf(en, facts),
      '',
      id,
      '',
    ].join('\n'),
  };
}

const linesOf = ({ lines }: Words, facts: Outcome['facts']): readonly string[] =>
  lines.flatMap((line) => {
    const names = [...line.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    if (names.some((name) => facts[name] === undefined)) return [];
    return [line.replace(/\{(\w+)\}/g, (_, name: string) => maskNumbers(oneLine(facts[name]!)))];
  });

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
