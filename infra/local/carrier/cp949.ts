import iconv from 'iconv-lite';

/** Bytes of each UTF-16 unit in CP949: 1 or 2, `absent` if it has none, 0 while not looked up yet. */
const widths = new Uint8Array(65_536);
const absent = 3;

function widthOf(unit: number): number {
  const known = widths[unit]!;
  if (known !== 0) return known;
  const encoded = iconv.encode(String.fromCharCode(unit), 'cp949');
  const width = encoded.length === 1 && encoded[0] === 0x3f && unit !== 0x3f ? absent : encoded.length;
  widths[unit] = width;
  return width;
}

/** A text as the handset shows it, and its length in CP949 bytes. */
export interface Cp949Text {
  readonly text: string;
  readonly bytes: number;
}

/** The vendor sends CP949: a character it does not hold (an emoji is one character) arrives as `?`. */
export function toCp949(given: string): Cp949Text {
  let text = '';
  let bytes = 0;
  let copiedTo = 0;
  for (let i = 0; i < given.length; i++) {
    const width = widthOf(given.charCodeAt(i));
    if (width !== absent) {
      bytes += width;
      continue;
    }
    text += `${given.slice(copiedTo, i)}?`;
    bytes += 1;
    if (given.codePointAt(i)! > 0xffff) i++;
    copiedTo = i + 1;
  }
  return { text: copiedTo === 0 ? given : text + given.slice(copiedTo), bytes };
}
