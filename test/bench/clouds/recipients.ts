/** Recipients whom the simulated network simply delivers to. */
const names = ['김민준', '이서연', '박도윤', '최하은', '정지호', '강수아', '조시우'];

export const digitsOf = (i: number): string => `8210${20_000_000 + i}`;
export const nameOf = (i: number): string => names[i % names.length] ?? '';
const indexes = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

export const csvOf = (count: number): string =>
  ['phoneNumber,name', ...indexes(count).map((i) => `0${digitsOf(i).slice(2)},${nameOf(i)}`), ''].join('\r\n');

export const listOf = (count: number) =>
  indexes(count).map((i) => ({ to: `+${digitsOf(i)}`, variables: { name: nameOf(i) } }));

/** Lines `[row, digits, name]` under a header line, as the service keeps a list. */
export const ndjsonOf = (count: number): readonly string[] => [
  `${JSON.stringify({ columns: ['phoneNumber', 'name'] })}\n`,
  ...indexes(count).map((i) => `${JSON.stringify([i + 2, digitsOf(i), nameOf(i)])}\n`),
];
