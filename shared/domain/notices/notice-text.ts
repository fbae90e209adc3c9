import { substituteCharacters } from '../content/characters.ts';
import { normaliseText } from '../content/cp949.ts';
import { type Due, type Fact, seoulDate } from '../permissions/due.ts';
import type { Permission } from '../permissions/permission.ts';

/** What a notice says beside the facts. */
export interface NoticeSender {
  /** Who sends: as people know the company. */
  readonly name: string;
  /** National digits of a free number to opt out by; null: there is none. */
  readonly optOutNumber: string | null;
}

/** How things stand, as far as a notice tells it. */
type Standing = Pick<Permission, 'optedOutAtMs' | 'marketing' | 'night'>;

/**
 * The finished text of a notice: who sends it, what was said and when, and what came of it; of a reconfirmation, how the
 * consent is kept or withdrawn. It is no advertisement, every carrier takes it, and it fits an LMS, mostly an SMS.
 */
export function noticeText({ kind, fact, saidAtMs }: Due, standing: Standing, sender: NoticeSender): string {
  const name = sendable(sender.name);
  const date = seoulDate(saidAtMs);
  if (kind === 'result_notice') {
    return `[${name}] ${date} 광고성 정보 ${factWords[fact]} 처리 결과: ${resultOf(fact, standing)}`;
  }
  return [
    `[${name}] 광고성 정보 수신동의 확인 안내`,
    `${date}에 광고성 정보 수신${standing.night === true ? '(야간 포함)' : ''}에 동의하셨습니다.`,
    '동의를 유지하시려면 아무것도 하지 않으셔도 됩니다.',
    `철회하시려면 ${wayOut(sender.optOutNumber)}.`,
  ].join('\n');
}

const factWords: Readonly<Record<Fact, string>> = {
  consented: '수신동의',
  refused: '수신거부',
  withdrew: '수신동의 철회',
  night_consented: '야간 수신동의',
  night_refused: '야간 수신거부',
  night_withdrew: '야간 수신동의 철회',
  opted_out: '수신거부',
  returned: '수신거부 해제',
};

function resultOf(fact: Fact, { optedOutAtMs, marketing, night }: Standing): string {
  if (optedOutAtMs !== null) return fact === 'opted_out' ? '보내지 않습니다.' : '수신거부 중이어서 보내지 않습니다.';
  if (marketing === false) return '보내지 않습니다.';
  if (marketing === null) return '완료되었습니다.';
  return night === true ? '야간에도 보내 드립니다.' : '야간을 제외하고 보내 드립니다.';
}

const wayOut = (optOutNumber: string | null): string =>
  optOutNumber === null
    ? '이 문자의 발신번호로 알려 주십시오'
    : `무료수신거부 ${optOutNumber.replace(/^(080)(\d+)(\d{4})$/, '$1-$2-$3')}로 전화해 주십시오`;

const nameMax = 100;

/** One line of what carriers take, whatever the name is made of. */
const sendable = (name: string): string =>
  substituteCharacters(normaliseText(name).replace(/\s+/g, ' ').trim(), 'replace').slice(0, nameMax);
