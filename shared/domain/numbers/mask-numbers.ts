/** Seven digits or more in a row, as numbers are written; not dates, and not what stands inside a longer word. */
const written = /(?<![\w-])\+?\d(?:[ -]?\d){6,}(?![\w-])/g;
const date = /^\d{4}-\d{2}-\d{2}$/;

/** A text with the middle of every phone number in it hidden: `010****5678`, `15****34`. */
export const maskNumbers = (text: string): string =>
  text.replace(written, (number) => (date.test(number) ? number : masked(number.replace(/[^\d]/g, ''))));

function masked(digits: string): string {
  const [first, last] = digits.length >= 10 ? [3, 4] : [2, 2];
  return digits.slice(0, first) + '*'.repeat(digits.length - first - last) + digits.slice(-last);
}

/** Hides who an address belongs to: `o***@shop.kr`. */
export const maskAddresses = (text: string): string => text.replace(/([^\s@<]?)[^\s@<]*@/g, '$1***@');
