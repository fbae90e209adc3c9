/** The form by which whoever a number belongs to lets a tenant send from it: to be filled in, signed and handed in. */

const title = { ko: '발신번호 사용 동의서', en: 'Agreement on the use of a sender number' };

/** What is to be filled in; a part without fields is one line as a whole. */
const parts: readonly { readonly ko: string; readonly en: string; readonly fields: readonly string[] }[] = [
  { ko: '발신번호', en: 'Sender number', fields: ['번호'] },
  {
    ko: '번호 명의자',
    en: 'Owner of the number',
    fields: ['성명 또는 상호', '생년월일 또는 사업자등록번호', '연락처'],
  },
  { ko: '사용자', en: 'Account that sends from it', fields: ['상호', '사업자등록번호', '대표자'] },
  { ko: '명의자와 사용자의 관계', en: 'Relationship', fields: [] },
];
const period = { ko: '사용 기간', en: 'Period of use' };

const agreed = {
  ko: [
    '명의자는 위 사용자가 위 번호를 문자메시지의 발신번호로 사용하는 것에 동의합니다.',
    '명의자는 언제든지 이 동의를 철회할 수 있으며, 발신번호를 거짓으로 표시하는 행위가',
    '전기통신사업법 제84조의2에 따라 금지됨을 확인하였습니다.',
  ],
  en: [
    'The owner agrees that the account sends text messages from this number, may take this back at any time,',
    'and knows that the Telecommunications Business Act, article 84-2, forbids false sender numbers.',
  ],
};
const signers = ['명의자', '사용자'];

const line = '_'.repeat(30);
const day = '______년 ___월 ___일';

/** For whoever fills it in on a screen. */
export const usageAgreementText = [
  title.ko,
  `(${title.en})`,
  '',
  ...parts.flatMap(({ ko, en, fields }, i) => [
    `${i + 1}. ${ko} (${en})`,
    ...(fields.length > 0 ? fields.map((field) => `   ${field}: ${line}`) : [`   ${line}`]),
    '',
  ]),
  `${parts.length + 1}. ${period.ko} (${period.en})`,
  `   ${day} ~ ${day}`,
  '',
  ...agreed.ko,
  '',
  `(${agreed.en.join('\n')})`,
  '',
  `작성일: ${day}`,
  ...signers.flatMap((signer) => ['', `${signer}: ____________________ (서명 또는 인)`]),
  '',
].join('\n');

const style = `
@page { size: A4; margin: 18mm 20mm }
body { font: 11pt/1.5 "Malgun Gothic", "Apple SD Gothic Neo", "Noto Sans KR", sans-serif; color: #000; max-width: 170mm; margin: 0 auto }
h1 { font-size: 20pt; text-align: center; letter-spacing: .2em; margin: 0 0 2mm }
h2 { font-size: 11pt; margin: 4mm 0 1mm }
small, .en { font-weight: normal; color: #444; font-size: 9pt }
.en { text-align: center; margin: 0 0 6mm }
table { width: 100%; border-collapse: collapse }
th, td { border: .3mm solid #000; height: 8mm; padding: 0 3mm; text-align: left; font-weight: normal }
th { width: 60mm; background: #f2f2f2; print-color-adjust: exact; -webkit-print-color-adjust: exact }
.agreed { margin: 8mm 0 2mm }
.day, .period { text-align: center; letter-spacing: .1em; white-space: pre }
.day { margin: 8mm 0 }
.sign { display: flex; justify-content: flex-end; gap: 4mm; margin: 0 0 8mm; break-inside: avoid }
.sign b { border-bottom: .3mm solid #000; width: 60mm; font-weight: normal }
`;

const blankDay = '          년      월      일';

const htmlPart = ({ ko, en, fields }: (typeof parts)[number], i: number) => {
  const rows = fields.map((field) => `<tr><th scope="row">${field}</th><td></td></tr>`);
  const table = fields.length > 0 ? rows.join('') : '<tr><td></td></tr>';
  return `<h2>${i + 1}. ${ko} <small>(${en})</small></h2>\n<table>${table}</table>`;
};

/** To be printed, on one page. It needs nothing from elsewhere, and has no scripts. */
export const usageAgreementPage = `<!doctype html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title.ko}</title>
<style>${style}</style>
</head>
<body>
<h1>${title.ko}</h1>
<p class="en">${title.en}</p>
${parts.map(htmlPart).join('\n')}
<h2>${parts.length + 1}. ${period.ko} <small>(${period.en})</small></h2>
<table><tr><td class="period">${blankDay}   ~   ${blankDay}</td></tr></table>
<p class="agreed">${agreed.ko.join(' ')}</p>
<p><small>${agreed.en.join(' ')}</small></p>
<p class="day">작성일   ${blankDay}</p>
${signers.map((signer) => `<p class="sign">${signer}<b></b>(서명 또는 인)</p>`).join('\n')}
</body>
</html>
`;
