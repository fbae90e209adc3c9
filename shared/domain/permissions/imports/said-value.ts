/** How people write yes and no into a spreadsheet, in small letters and without spaces. */
const words: ReadonlyMap<string, boolean> = new Map([
  ...[
    'true',
    't',
    'yes',
    'y',
    'o',
    'ㅇ',
    '○',
    '◯',
    '〇',
    '1',
    '1.0',
    'on',
    'agree',
    'agreed',
    'accept',
    'accepted',
  ].map(yes),
  ...['동의', '동의함', '수신동의', '수신', '허용', '수락', '승낙', '예', '네', '유'].map(yes),
  ...['false', 'f', 'no', 'n', 'x', '×', '✕', '0', '0.0', 'off', 'refuse', 'refused', 'deny', 'denied'].map(no),
  ...['disagree', '거부', '거부함', '수신거부', '거절', '미동의', '비동의', '동의안함', '동의하지않음'].map(no),
  ...['미수신', '수신안함', '수신하지않음', '불허', '철회', '동의철회', '아니오', '아니요', '무'].map(no),
]);

function yes(word: string): readonly [string, boolean] {
  return [word.normalize('NFKC'), true];
}
function no(word: string): readonly [string, boolean] {
  return [word.normalize('NFKC'), false];
}

const charactersMax = 40; // more than any of them, with spaces; keeps what follows from long texts

/** What a cell says; null: nothing, undefined: something that is neither. */
export function saidIn(cell: string): boolean | null | undefined {
  if (cell.length > charactersMax && cell.trim().length > charactersMax) return undefined;
  // An apostrophe is how spreadsheets, and our own reports, mark text
  const word = cell.normalize('NFKC').trim().replace(/^'/, '').replace(/\s+/g, '').toLowerCase();
  return word === '' ? null : words.get(word);
}
