/** Writes `recipients.csv`, always the same: `node infra/local/demo/make-recipients.ts`. */
import { writeFileSync } from 'node:fs';

const rows = 10_000;
const names = ['서연', '민준', '지우', '하은', '도윤', '수아', '예준', '지호', '다은', '현우', '', '사무엘'];
const items = ['사과', '배', '한라봉 선물세트', '운동화', '책 3권'];
/** Long enough to make a message an LMS. */
const longItem = '프리미엄 한우 등심 구이용 선물세트 특대형(냉장, 보냉가방과 손편지 포함)';
const invalid = ['010-12', '010-1234-567', '02-123', 'no number', '010-0000-0000', ''];
const foreign = ['+1 415 55', '+81 90 123', '+44 7911 1'];
const magicFirst = 4_000;

/** How people write numbers, and what spreadsheets make of them. */
const written = [
  (line: string) => `010${line}`,
  (line: string) => `010-${line.slice(0, 4)}-${line.slice(4)}`,
  (line: string) => `+8210${line}`,
  (line: string) => `10${line}`,
  (line: string) => `82 10 ${line.slice(0, 4)} ${line.slice(4)}`,
];

const lineOf = (n: number): string => String(20_000_000 + n * 7);

function numberOf(n: number): string {
  if (n >= magicFirst && n < magicFirst + 7) return `010-9999-000${n - magicFirst + 1}`;
  if (n % 61 === 60) return invalid[n % invalid.length]!;
  if (n % 97 === 96) return `${foreign[n % foreign.length]}${String(n).padStart(5, '5').slice(-5)}`;
  if (n % 89 === 88) return written[1]!(lineOf(n - 87)); // somebody from further up again
  return written[n % written.length]!(lineOf(n));
}

const lines = Array.from({ length: rows }, (_, n) => {
  const item = n % 101 === 100 ? `"${longItem}"` : items[n % items.length];
  return `${numberOf(n)},${names[n % names.length]},${item}\n`;
});
writeFileSync(new URL('recipients.csv', import.meta.url), `phoneNumber,name,item\n${lines.join('')}`);
