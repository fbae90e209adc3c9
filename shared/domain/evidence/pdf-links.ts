/** What a link is written as in a PDF, and whether it leads to the web: to a page, a mailbox or a phone. */

const toTheWeb = new Set('http https mailto tel sms ftp ftps'.split(' '));
/** Never the name of a computer, whatever stands behind the colon. */
const neverHosts = new Set(['javascript', 'vbscript', 'data', 'file']);

/** Much longer than a link to the web can be: what is read of each is bounded, because it may be met over and over. */
const bytesMax = 8_192;

/** Whether a link leads to a file, a program or a script, and not to the web. `string` is as it stands in the file. */
export function leadsFromTheWeb(string: Buffer): boolean {
  if (string.length > bytesMax) return true;
  // Readers pass over white space, also within the first word
  const link = textOf(string).replace(/[\0-\x20]/g, '');
  if (link.startsWith('\\\\')) return true;
  const [, word, rest = ''] = /^([A-Za-z][A-Za-z0-9+-]*):(.*)$/s.exec(link) ?? [];
  if (word === undefined) return false;
  const scheme = word.toLowerCase();
  if (toTheWeb.has(scheme)) return false;
  return neverHosts.has(scheme) || !/^\d{1,5}(?:[/?#]|$)/.test(rest); // `localhost:8080/a` names none
}

function textOf(string: Buffer): string {
  const bytes = string[0] === 0x28 ? ofLiteral(string) : ofHexadecimal(string);
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return bytes
      .subarray(2, bytes.length & ~1)
      .swap16()
      .toString('utf16le');
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
  return bytes.toString('latin1', bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
}

const ofHexadecimal = (string: Buffer): Buffer =>
  Buffer.from(string.toString('latin1').replace(/[^0-9A-Fa-f]/g, ''), 'hex');

/** Line breaks may be written as `\n`, everything as up to three octal digits, and a line may go on behind a break. */
const ofLiteral = (string: Buffer): Buffer =>
  Buffer.from(
    string.toString('latin1', 1, string.length - 1).replace(/\\(?:([0-7]{1,3})|(\r\n?|\n)|(.))/gs, (_, ...said) => {
      const [octal, lineBreak, other] = said as (string | undefined)[];
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      return lineBreak !== undefined || 'nrtbf'.includes(other!) ? '' : other!;
    }),
    'latin1',
  );
