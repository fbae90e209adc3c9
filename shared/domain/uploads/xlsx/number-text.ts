const dayMs = 86_400_000;
const formatCharactersMax = 255; // spreadsheets allow no longer one

/** A number as a spreadsheet would show it in a plain cell: `1.5E3` is 1500, and binary noise past 15 digits is cut. */
export function plainNumber(text: string): string {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? text : String(Number(value.toPrecision(15)));
}

/**
 * A spreadsheet's day count as `2026-12-24`, with the time behind it if it has one, or the time alone below one day.
 * `from1904`: the workbook counts from 1904 as old Macs did. Text that is no such count stays as it is.
 */
export function dateText(text: string, from1904: boolean): string {
  const serial = Number(text);
  if (text.trim() === '' || !Number.isFinite(serial) || serial < 0 || serial > 2_958_466) return text;
  // Lotus took 1900 for a leap year, and everybody has followed: days before 1 March 1900 are off by one.
  const epochMs = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, serial < 60 ? 31 : 30);
  const iso = new Date(Math.round((epochMs + serial * dayMs) / 1000) * 1000).toISOString();
  const time = iso.slice(11, 19);
  if (serial < 1 && serial > 0) return time;
  return time === '00:00:00' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${time}`;
}

/** Whether a number format shows a date or a time: it has a letter of one outside quotes, brackets and escapes. */
export function isDateFormat(code: string): boolean {
  if (code.length > formatCharactersMax) return false;
  const bare = code.replace(/"[^"]*"|\\.|_.|\*./g, '').replace(/\[(?![hms]+\])[^\]]*\]/gi, '');
  return /[ymdhs]/i.test(bare.replace(/general|e[+-]/gi, ''));
}

/** Built-in formats that are dates or times, East Asian ones included. */
export const isBuiltInDateFormat = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
