import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { checkEvidence } from '../../../shared/domain/evidence/check-evidence.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';
import { packOf, page, pages, pdf, pdfOf, png, stream } from '../../support/evidence-files.ts';
import { jpeg } from '../../support/jpegs.ts';

const judged = (bytes: Uint8Array) => {
  const checked = checkEvidence(bytes);
  return 'evidence' in checked ? checked.format : checked.problem.code;
};
/** A document whose catalog, or whose page, has more in it. */
const catalog = (more: string, objects: readonly (string | Buffer)[] = []) =>
  pdfOf([`<</Type/Catalog/Pages 2 0 R${more}>>`, pages[1]!, page, ...objects]);
const withPage = (more: string, objects: readonly (string | Buffer)[] = []) =>
  pdfOf([...pages, page.replace('>>', `${more}>>`), ...objects]);
const link = (url: string) => `<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(${url})>>>>`;
const text = 'BT /F1 12 Tf (An obj is no object \\( 9 0 R) Tj ET';

/** A PDF of now: all objects packed, and a table of contents that is a stream itself. */
function packedPdf(objects: readonly (readonly [number, string])[], type?: string): Buffer {
  const head = Buffer.concat([Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n8 0 obj\n', 'latin1'), packOf(objects, type)]);
  const table = stream(
    '/Type/XRef/Size 9/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/DecodeParms<</Columns 4/Predictor 12>>',
    deflateSync(Buffer.alloc(45, 2)),
  );
  const at = head.length + '\nendobj\n'.length;
  const tail = Buffer.from(`\nendobj\nstartxref\n${at}\n%%EOF\n`);
  return Buffer.concat([head, Buffer.from('\nendobj\n9 0 obj\n'), table, tail]);
}
const ordinary = [
  [1, '<</Type/Catalog/Pages 2 0 R/OpenAction[3 0 R/XYZ null null 0]/StructTreeRoot 5 0 R/Lang(ko)>>'],
  [2, '<</Type/Pages/Kids[3 0 R]/Count 1>>'],
  [3, '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[4 0 R]/StructParents 0>>'],
  [4, link('https://developer.mozilla.org/docs/Web/JavaScript/JS?a=\\(Launch')],
  [5, '<</Type/StructTreeRoot/K<</S/Document/P 5 0 R/K[0 1]>>/RoleMap<</Normal/P>>>>'],
] as const;

describe('ordinary PDFs are taken', () => {
  test.each<[string, Buffer]>([
    [
      'a scan',
      withPage('/Resources<</XObject<</Im0 4 0 R>>>>/Contents 5 0 R', [
        stream('/Type/XObject/Subtype/Image/Width 640/Height 480/Filter/DCTDecode', jpeg(640, 480, 40_000)),
        stream('', 'q 595 0 0 842 0 0 cm /Im0 Do Q'),
        stream('/Type/Metadata/Subtype/XML', '<x:xmpmeta>1 obj, a stream, its endstream</x:xmpmeta>'),
      ]),
    ],
    ['one that a word processor writes today', packedPdf(ordinary)],
    ['one with links to pages of the web', withPage('/Annots[4 0 R]', [link('https://shop.kr/Launch/JS/AA')])],
    ...[
      'mailto:help@shop.kr',
      'tel:02-123-4567',
      'www.shop.kr:8080/a',
      'localhost:8080/a',
      'HTTPS://shop.kr',
      '#2',
      '\\376\\377\\000h\\000t\\000t\\000p\\000:\\000/',
    ].map((to): [string, Buffer] => [`one with a link to ${to}`, withPage('/Annots[4 0 R]', [link(to)])]),
    ['one with a long link', withPage('/Annots[4 0 R]', [link(`https://shop.kr/?q=${'a'.repeat(4_000)}`)])],
    ['one with a link that another object writes out', pdf(['<</S/URI/URI 5 0 R>>', '(https://shop.kr)'])],
    ['one whose title is where it lay', pdfOf([...pages, page, '<</Title 5 0 R>>', '(file:///a.htm)'])],
    ['one with text that speaks of objects', withPage('/Contents 4 0 R', [stream('', text)])],
    [
      'one with a form to fill in, without scripts',
      catalog('/AcroForm<</Fields[4 0 R 5 0 R]/DA(/Helv 0 Tf 0 g)/NeedAppearances true>>', [
        '<</FT/Tx/T(name)/V(Hong)/Subtype/Widget/Rect[0 0 9 9]/F 4/AP<</N 6 0 R>>>>',
        '<</FT/Btn/T(agree)/V/Yes/AS/Yes/Subtype/Widget/Rect[0 0 9 9]/F 4>>',
        stream('/Type/XObject/Subtype/Form/BBox[0 0 9 9]/F 4', '/Tx BMC EMC'),
      ]),
    ],
    [
      'one that opens at a place, by way of its objects',
      catalog('/OpenAction 4 0 R/Outlines 6 0 R', [
        '<</Type/Action/S/GoTo/D 5 0 R/Next<</S/Named/N/FirstPage>>>>',
        '[3 0 R/Fit]',
        '<</Type/Outlines/First 7 0 R/Last 7 0 R/Count 1>>',
        '<</Title(1)/Parent 6 0 R/A<</S/URI/URI(https://shop.kr)>>>>',
        stream('/N 3/Alternate/DeviceRGB/Filter/FlateDecode', deflateSync(Buffer.alloc(500, '/JS '))),
      ]),
    ],
    ['one with names in Korean', withPage('/Resources<</Font<</F1<</BaseFont/#B8#BC#C0#BA#20Bold>>>>>>')],
    [
      'one that was changed and saved again',
      Buffer.concat([pdf(), Buffer.from('3 0 obj\n<</Type/Page>>\nendobj\n'), pdf().subarray(pdf().indexOf('xref'))]),
    ],
    ['one with comments in it', withPage('%/JavaScript\n/Rotate % 9 0 R\n 90')],
    ['one whose title is of a trailer', pdfOf([...pages, page, '<</Title(A trailer)>>'], '/Root 1 0 R/Info 4 0 R')],
    ['one with a link to a trailer', withPage('/Annots[4 0 R]', [link('https://shop.kr/trailer')])],
    ['one that is described as a trailer', pdf([stream('/Type/Metadata', '<li>a trailer>')])],
    ['one with a thread through its articles', withPage('/Annots[<</Subtype/Link/A<</S/Thread/D 0>>>>]')],
    ['one that ends with zeros', Buffer.concat([pdf(), Buffer.alloc(9)])],
  ])('%s', (_, bytes) => expect(judged(bytes)).toBe('pdf'));
});

const openUri = '<</S/URI/URI(http://evil.kr)>>';
const widget = (more: string) => withPage('/Annots[4 0 R]', [`<</Subtype/Widget/FT/Tx/T(a)${more}>>`, openUri]);

describe('PDFs that do something are refused', () => {
  test.each<[string, Buffer]>([
    ['a script when it opens', catalog('/OpenAction<</S/JavaScript/JS(1)>>')],
    ['a script of a name tree', catalog('/Names<</JavaScript<</Names[(a)4 0 R]>>>>', ['<</S 5 0 R/JS 6 0 R>>'])],
    ['a script in a stream', pdf(['<</JS 5 0 R>>', stream('', 'app.alert(1)')])],
    ['a script in a rendition', pdf(['<</S/Rendition/OP 0/JS(1)>>'])],
    ['a rendition', pdf(['<</S/Rendition/R 9 0 R/AN 8 0 R>>'])],
    ['a script of a field', widget('/AA<</K<</S/JavaScript/JS(1)>>>>')],
    ['a script whose kind is another object', pdf(['<</S 5 0 R/J#53(1)>>', '/URI'])],
    ['a script whose kind is another object, and its name', pdf(['<</S 5 0 R>>', '/JavaScript'])],
    ['a script behind a comment', pdf(['<</S%(\n/JavaScript>>'])],
    ['a script that follows a string that never ends', pdf(['(', '<</S/JavaScript>>'])],
    ['a script in an object that stands in a string', pdf(['(\n9 0 obj<</S/JavaScript>>endobj\n)'])],
    ['a script in an object that stands in a comment', pdf(['%9 0 obj<</S/JavaScript>>endobj\nnull'])],
    ['a script in an object that stands in a stream', pdf([stream('', '9 0 obj <</S/JavaScript>> endobj')])],
    ['a script in an object with a comment in its number', pdf(['null endobj 9 %\n 0 %\n obj<</S/JavaScript>>'])],
    ['a script in an object that nobody names', pdf(['null endobj obj<</S/JavaScript>>'])],
    ['a script in the trailer', pdfOf([...pages, page], '/Root<</OpenAction<</S/JavaScript>>>>')],
    ['a script in a trailer behind a comment', pdf([stream('', 'trailer%(\n<</Root<</JS(1)>>>>')])],
    ['a script in another trailer', pdf([stream('', 'trailer <</Root<</JS(1)>>>>')])],
    ['a script of a drawing', pdf([stream('/Type/3D/OnInstantiate 9 0 R', 'x')])],
    ['a script under a key that stands twice', pdf(['<</S/GoTo/S/JavaScript>>'])],
    ['a form that is sent', widget('/A<</S/SubmitForm/F(http://evil.kr)>>')],
    ['data that is brought in', widget('/A<</S/ImportData/F(a.fdf)>>')],
    ['a link to another file', withPage('/Annots[<</Subtype/Link/A<</S/GoToR/F(a.pdf)>>>>]')],
    ['a link to a file in it', withPage('/Annots[<</Subtype/Link/A<</S/GoToE/T<<>>>>>>]')],
    ['a link that starts a program', withPage('/Annots[<</Subtype/Link/A<</S/L#61unch/F(a.exe)>>>>]')],
    ['a page of the web when it opens', catalog(`/OpenAction${openUri}`)],
    ['a page of the web when it opens, by another object', catalog('/OpenAction 4 0 R', [openUri])],
    ['a page of the web when it opens, in hexadecimal', catalog('/#4FpenActio#6e 4 0 R', ['<</S/UR#49/URI(x)>>'])],
    ['a page of the web as the second step', catalog(`/OpenAction<</S/GoTo/D[3 0 R]/Next ${openUri}>>`)],
    ['a page of the web as a later step', catalog('/OpenAction 4 0 R', [`<</S/GoTo/D[0]/Next[5 0 R]>>`, openUri])],
    ['a page of the web whose kind is another object', catalog('/OpenAction<</S 4 0 R/URI(x)>>', ['/URI'])],
    [
      'what opens is an object that was replaced',
      catalog('/OpenAction 4 0 R', ['[3 0 R/Fit]', `null endobj 4 0 obj ${openUri}`]),
    ],
    [
      'what opens is an object with a comment in its number, beside a decoy',
      catalog('/OpenAction 4 0 R', ['[3 0 R/Fit]', `null endobj 4 0 %\nobj ${openUri}`]),
    ],
    [
      'what follows is an object with a comment in its number, beside a decoy',
      catalog('/OpenAction<</S/GoTo/D[3 0 R]/Next 4 0 R>>', ['<</S/GoTo>>', `null endobj 4 %\n0 obj ${openUri}`]),
    ],
    ['what opens is an object that is not there', catalog('/OpenAction 99 0 R')],
    ['what opens hides in packed objects', catalog('/OpenAction 20 0 R', [packOf([[20, openUri]])])],
    ['a page of the web when a page shows', withPage(`/AA<</O ${openUri}>>`)],
    ['a page of the web when the pointer comes by', widget('/AA<</E 5 0 R>>')],
    ['a page of the web when it closes', catalog('/AA 4 0 R', [`<</WC ${openUri}>>`])],
    ['a film', withPage('/Annots[<</Subtype/Movie/Movie<</F(http://evil.kr)>>>>]')],
    ['a film that comes to life', withPage('/Annots[<</Subtype/RichMedia>>]')],
    ['a file in it', catalog('/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>')],
    ['a file that says little of itself', pdf(['<</F(a.exe)/EF<</F 5 0 R>>>>', stream('', 'MZ')])],
    ['a file pinned to a page', withPage('/Annots[<</Subtype/FileAttachment>>]')],
    ['a film whose kind is another object', withPage('/Annots[<</Subtype 4 0 R>>]', ['/Movie'])],
    ['a thread that leads to another file', withPage('/Annots[<</Subtype/Link/A<</S/Thread/F(a.pdf)/D 0>>>>]')],
    ['a drawing that is a page of another file', pdf([stream('/Subtype/Form/Ref<</F(http://evil.kr)/Page 0>>', '')])],
    ...[
      'javascript:app.alert\\(1\\)',
      'javascript:1/alert\\(1\\)',
      'java\\\nscript:1',
      '\\152avascript:1',
      ' jAva\\tscript:1',
      'file:///C:/a.exe',
      '\\\\\\\\evil\\\\a.exe',
      'C:\\\\a.exe',
      'search-ms:query=a',
      '\\376\\377\\000f\\000i\\000l\\000e\\000:\\000/',
    ].map((to): [string, Buffer] => [`a link to ${to}`, withPage('/Annots[4 0 R]', [link(to)])]),
    ['a link in hexadecimal', pdf(['<</S/URI/URI<66 69 6c 65 3a 2f>>>'])],
    ['a link behind a comment', pdf(['<</S/URI/URI%(https://shop.kr)\n(file:///a)>>'])],
    ['a link that another object writes out', pdf(['<</S/URI/URI 5 0 R>>', '(file:///a)'])],
    [
      'a link that a packed object writes out',
      packedPdf([
        [6, '<</S/URI/URI 7 0 R>>'],
        [7, '(file:///a)'],
      ]),
    ],
    ['a link that goes on and on', pdf([`<</S/URI/URI(https://a.kr/${'\\141'.repeat(1_000_000)})>>`])],
    ['what links lead on from', catalog('/URI<</Base(file:///C:/)>>')],
    ['content that is another file', pdf([stream('/F(http://evil.kr)', '')])],
    ['a form of another kind', catalog('/AcroForm<</X#46A 4 0 R>>')],
    ['a script in packed objects', packedPdf([...ordinary, [6, '<</S/JavaScript/JS(1)>>']])],
    ['a script in packed objects that do not say so', packedPdf([...ordinary, [6, '<</S/JavaScript/JS(1)>>']], '')],
    ['a script in packed objects that say otherwise', packedPdf([[6, '<</JS(1)>>']], '/Type/XObject')],
    ['a script in packed objects, in hexadecimal', packedPdf([[6, '<</S/#4aavaScript/J#53(1)>>']])],
    [
      'a script behind the packed objects that are listed',
      packedPdf([
        [6, '<</S/P>> <</S/JavaScript>>'],
        [7, 'null'],
      ]),
    ],
    ['a link to another file in packed objects', packedPdf([...ordinary, [6, '<</S/GoToR/F(a.pdf)>>']])],
  ])('%s', (_, bytes) => expect(judged(bytes)).toBe('unsafe_file'));
});

describe('PDFs that cannot be seen through are refused', () => {
  const squeezed = (filter: string, more = '') =>
    pdf([stream(`/Type/ObjStm/N 1/First 4${filter}${more}`, deflateSync(Buffer.from('9 0 <</S/P>>')))]);
  test.each<[string, Buffer]>([
    ['another filter', squeezed('/Filter/LZWDecode')],
    ['two filters', squeezed('/Filter[/FlateDecode/FlateDecode]')],
    ['a filter that another object names', squeezed('/Filter 5 0 R')],
    ['a filter under a short name', squeezed('/Filter/Fl')],
    ['filters under a key that stands twice', squeezed('/Filter/FlateDecode/Filter/LZWDecode')],
    ['how bytes are shifted', squeezed('/Filter/FlateDecode', '/DecodeParms[<</Predictor 12>>]')],
    ['how bytes are shifted, by another object', squeezed('/Filter/FlateDecode', '/DecodeParms 5 0 R')],
    ['another filter for objects that do not say so', pdf([stream('/N 1/First 4/Filter/ASCIIHexDecode', '3920')])],
    ['how many objects, by another object', pdf([stream('/Type/ObjStm/N 5 0 R/First 4', '9 0 null')])],
    ['a list of packed objects that is none', pdf([stream('/Type/ObjStm/N 2/First 4', '9 0 null x y')])],
    ['a dictionary without an end', pdf(['<</A[1 2>>'])],
    ['a dictionary that breaks off', pdf(['<</A'])],
    ['a key without a name', pdf(['<<(a)/B>>'])],
    ['a string without an end', pdf(['(abc'])],
    ['a dictionary in a thousand others', pdf(['<</A'.repeat(1_000) + '>>'.repeat(1_000)])],
    [
      'what opens in a thousand steps',
      catalog(`/OpenAction<</S/GoTo${'/Next<</S/GoTo'.repeat(300)}${'>>'.repeat(300)}>>`),
    ],
    [
      'a password that packed objects would hide',
      Buffer.from(packedPdf(ordinary).toString('latin1').replace('/Type/XRef', '/Encrypt 7 0 R'), 'latin1'),
    ],
    [
      'an object behind a comment that does not follow the rules',
      pdf(['null endobj 9 0 %\nobj<</A ) /S/JavaScript>>']),
    ],
    ['an object far behind its number', pdf([`null endobj 9 0 ${' '.repeat(99)}obj<</A ) /S/JavaScript>>`])],
    ['an object far behind a comment', pdf([`null endobj 9 0 %${'\n'.repeat(99)}obj<</A ) /S/JavaScript>>`])],
    ['an object with a number far from the other', pdf([`null endobj 9 ${' '.repeat(99)}0 obj<</A ) /S/JavaScript>>`])],
    ['fewer than no packed objects', pdf([stream('/Type/ObjStm/N -1/First 4', '9 0 <</JS(1)>>')])],
    ['a page of the web behind its end', Buffer.concat([pdf(), Buffer.from('<script>1</script>')])],
    ['an archive behind its end', Buffer.concat([pdf(), Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)])],
  ])('%s', (_, bytes) => expect(judged(bytes)).toMatch(/^(unreadable|unsafe)_file$/));
});

describe('of an image only what ends with the picture counts', () => {
  const zip = Buffer.concat([
    Buffer.from('PK\u0003\u0004'),
    Buffer.alloc(40),
    Buffer.from('PK\u0005\u0006'),
    Buffer.alloc(18),
  ]);
  test.each<[string, Buffer]>([
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a PDF', pdf()],
    ['an archive', zip],
    ['a line', Buffer.from('\n')],
    ['a zero', Buffer.alloc(1)],
    ['a program', Buffer.from('MZ\u0090')],
    ['another picture', jpeg(320, 240)],
    ['the notes of a phone', Buffer.from('SEFHe\0\0\0\u0001\0\0\0SEFT')],
  ])('whatever lies behind it: %s', (_, more) => {
    for (const image of [jpeg(640, 480), png()]) {
      const alone = checkEvidence(image);
      expect(alone).toMatchObject({ evidence: { sizeBytes: image.length } });
      expect(checkEvidence(Buffer.concat([image, more]))).toEqual(alone);
      expect(judged(Buffer.concat([image.subarray(0, -1), more]))).toBe('unreadable_file');
    }
  });
});

describe('the work is bounded', () => {
  const tenMegabytes = (unit: string, head = ''): Buffer => {
    const middle = head + unit.repeat(Math.floor((10 * 1024 * 1024 - 400 - head.length) / unit.length));
    const begin = Buffer.from(`%PDF-1.7\n1 0 obj\n${middle}`, 'latin1');
    return Buffer.concat([begin, Buffer.from(`\nxref\nstartxref\n${begin.length + 1}\n%%EOF\n`)]);
  };
  const bomb = packOf([[1, `[${'0 '.repeat(25_000_000)}]`]]);
  test.each<[string, Buffer]>([
    ['strings in objects in strings', tenMegabytes('obj(')],
    ['dictionaries in objects', tenMegabytes('obj<</A ')],
    ['words in lines of their own', tenMegabytes('obj\n')],
    ['arrays', tenMegabytes('[')],
    ['objects in comments', tenMegabytes('obj%')],
    ['names of letters in hexadecimal', tenMegabytes('#4', '/A')],
    ['references', tenMegabytes('1 0 R ', '[')],
    ['numbers that could be references', tenMegabytes('1 ', '[')],
    ['trailers', tenMegabytes('trailer(')],
    ['actions', tenMegabytes('/AA<</O 1 0 R>>', '<<')],
    ['many packed objects that are large', pdf([bomb, bomb, bomb, bomb])],
    ['pictures in a picture', Buffer.concat(Array<Buffer>(40_000).fill(jpeg(8, 8)))],
  ])('%s', (_, bytes) => {
    expect(cpuMsOf(() => judged(bytes))).toBeLessThan(4_000);
  });
});
