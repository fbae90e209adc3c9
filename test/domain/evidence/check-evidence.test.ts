import { describe, expect, test } from 'vitest';
import { checkEvidence, evidenceBytesMax } from '../../../shared/domain/evidence/check-evidence.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';
import { chunk, packed, page, pages, pdf, pdfOf, png, pngHeader, pngSignature } from '../../support/evidence-files.ts';
import { createSeededRandom } from '../../support/fakes/clock.ts';
import { jpeg } from '../../support/jpegs.ts';

const judged = (bytes: Uint8Array) => {
  const checked = checkEvidence(bytes);
  return 'evidence' in checked ? checked.format : checked.problem.code;
};
const cut = (bytes: Buffer, by = 1) => bytes.subarray(0, bytes.length - by);
const idat = chunk('IDAT', Buffer.from([1, 2, 3]));

describe('a file that proves a consent', () => {
  test.each<[string, Uint8Array, string]>([
    ['a PDF', pdf(), 'pdf'],
    ['a PDF with packed objects', pdf([packed('4 0 <</Type/Font/BaseFont/Arial>>')]), 'pdf'],
    ['a PDF with objects in a stream that is not packed', pdf([packed('4 0 <</Type/Font>>', '')]), 'pdf'],
    ['a PDF that opens at a page', pdf(['<</OpenAction[3 0 R/Fit]>>']), 'pdf'],
    ['a PDF that speaks of JavaScripting', pdf(['(/JavaScripting /LaunchPad)']), 'pdf'],
    ['a PDF 2.0', Buffer.from(pdf().toString('latin1').replace('%PDF-1.7', '%PDF-2.0'), 'latin1'), 'pdf'],
    ['a PDF with a line behind its end', Buffer.concat([pdf(), Buffer.from('\r\n')]), 'pdf'],
    ['a PNG', png(), 'png'],
    [
      'a PNG with notes',
      Buffer.concat([pngSignature, pngHeader(1, 1), chunk('tEXt', Buffer.from('a\0b')), idat, chunk('IEND')]),
      'png',
    ],
    ['a JPEG', jpeg(640, 480), 'jpeg'],
    ['a JPEG larger than phones take', jpeg(4_000, 3_000, 2_000_000), 'jpeg'],
  ])('may be %s', (_, bytes, format) => {
    expect(judged(bytes)).toBe(format);
    expect(checkEvidence(bytes)).toMatchObject({
      evidence: { sizeBytes: bytes.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test.each<[string, Uint8Array, string]>([
    ['nothing', Buffer.alloc(0), 'unsupported_format'],
    ['a text', Buffer.from('I agree'), 'unsupported_format'],
    ['a page of the web', Buffer.from('<!doctype html><script>1</script>'), 'unsupported_format'],
    ['a program', Buffer.from('MZ\x90\0', 'latin1'), 'unsupported_format'],
    ['a PDF behind something else', Buffer.concat([Buffer.from('GIF89a'), pdf()]), 'unsupported_format'],
    ['a PDF cut off', cut(pdf(), 8), 'unreadable_file'],
    ['the beginning of a PDF', Buffer.from('%PDF-1.7'), 'unreadable_file'],
    ['a PDF with much behind its end', Buffer.concat([pdf(), Buffer.alloc(2_000, 32)]), 'unreadable_file'],
    [
      'a PDF whose table lies elsewhere',
      Buffer.from(
        pdf()
          .toString('latin1')
          .replace(/startxref\n\d+/, 'startxref\n3'),
        'latin1',
      ),
      'unreadable_file',
    ],
    [
      'a PDF whose table lies behind its end',
      Buffer.from(
        pdf()
          .toString('latin1')
          .replace(/startxref\n\d+/, 'startxref\n9999999'),
        'latin1',
      ),
      'unreadable_file',
    ],
    ['a PDF with a password', pdfOf([...pages, page], '/Root 1 0 R/Encrypt 4 0 R'), 'unreadable_file'],
    ['a PDF with a password, hidden', pdfOf([...pages, page], '/Root 1 0 R/#45ncr#79pt 4 0 R'), 'unreadable_file'],
    ['a PDF with a script', pdf(['<</S/JavaScript/JS(app.alert(1))>>']), 'unsafe_file'],
    ['a PDF with a script, spelt in hexadecimal', pdf(['<</S/J#61vaScr#69pt/JS(1)>>']), 'unsafe_file'],
    ['a PDF with a packed script', pdf([packed('4 0 <</S/JavaScript/JS(1)>>')]), 'unsafe_file'],
    [
      'a PDF with a packed script behind another stream',
      pdf(['<</Length 3>>stream\nabc\nendstream', packed('4 0 <</S/J#61vaScript>>')]),
      'unsafe_file',
    ],
    [
      'a PDF with a packed script in a stream without an end',
      pdf(['<</Length 3>>stream\nabc', packed('4 0 <</S/JavaScript>>')]),
      'unsafe_file',
    ],
    [
      'a PDF with a packed script whose kind is spelt in hexadecimal',
      pdf([Buffer.from(packed('4 0 <</S/JavaScript>>').toString('latin1').replace('/ObjStm', '/Obj#53tm'), 'latin1')]),
      'unsafe_file',
    ],
    ['a PDF that starts a program', pdf(['<</S/Launch/F(cmd.exe)>>']), 'unsafe_file'],
    ['a PDF with a file in it', pdf(['<</Names<</EmbeddedFiles 9 0 R>>>>']), 'unsafe_file'],
    ['a PDF with a form of its own kind', pdf(['<</XFA[(a) 4 0 R]>>']), 'unsafe_file'],
    [
      'a PDF whose objects are packed oddly',
      pdf([packed('x', '/Filter[/ASCII85Decode/FlateDecode]')]),
      'unreadable_file',
    ],
    [
      'a PDF whose packed objects are damaged',
      pdf([Buffer.from('<</Type/ObjStm/Filter/FlateDecode>>stream\nnonsense\nendstream')]),
      'unreadable_file',
    ],
    [
      'a PDF whose packed objects are shifted',
      pdf([packed('x', '/Filter/FlateDecode/DecodeParms<</Predictor 12>>')]),
      'unreadable_file',
    ],
    ['a PDF that unpacks to a gigabyte', pdf([packed('0'.repeat(70 * 1024 * 1024))]), 'unreadable_file'],
    ['a PNG cut off', cut(png()), 'unreadable_file'],
    [
      'a PNG with a damaged part',
      Buffer.concat([png().subarray(0, 20), Buffer.from([9]), png().subarray(21)]),
      'unreadable_file',
    ],
    ['a PNG without a picture', Buffer.concat([pngSignature, pngHeader(1, 1), chunk('IEND')]), 'unreadable_file'],
    ['a PNG without a header', Buffer.concat([pngSignature, idat, chunk('IEND')]), 'unreadable_file'],
    [
      'a PNG with two headers',
      Buffer.concat([pngSignature, pngHeader(1, 1), pngHeader(1, 1), idat, chunk('IEND')]),
      'unreadable_file',
    ],
    ['a PNG of no size', png(0, 1), 'unreadable_file'],
    [
      'a PNG of a billion pixels a side',
      Buffer.concat([pngSignature, pngHeader(1e9, 1), idat, chunk('IEND')]),
      'unreadable_file',
    ],
    [
      'a PNG whose part says it has four gigabytes',
      Buffer.concat([pngSignature, Buffer.from('ffffffff49484452', 'hex'), Buffer.alloc(99)]),
      'unreadable_file',
    ],
    ['a JPEG too large to be shown', jpeg(65_500, 65_500), 'unreadable_file'],
    ['a JPEG cut off', cut(jpeg(640, 480)), 'unreadable_file'],
  ])('is not %s', (_, bytes, code) => {
    expect(judged(bytes)).toBe(code);
    expect(checkEvidence(bytes)).toMatchObject({ problem: { message: expect.stringMatching(/\.$/) } });
  });
});

describe('whatever a file holds, it is judged, and soon', () => {
  const whole = [
    pdf([packed('4 0 <</Type/Font>>'), '<</Length 3>>stream\nabc\nendstream']),
    png(9, 9),
    jpeg(8, 8, 900),
  ];

  test('files with bytes changed, removed, repeated and cut', () => {
    const random = createSeededRandom(7);
    for (let i = 0; i < 6_000; i++) {
      let bytes = Buffer.from(whole[random.below(whole.length)]!);
      for (let edits = 1 + random.below(4); edits > 0; edits--) {
        const [at, to] = [random.below(bytes.length), random.below(bytes.length)].sort((a, b) => a - b) as [
          number,
          number,
        ];
        switch (random.below(4)) {
          case 0:
            bytes[at] = random.below(256);
            break;
          case 1:
            bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
            break;
          case 2:
            bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
            break;
          default:
            bytes = bytes.subarray(0, to);
        }
        if (bytes.length === 0) break;
      }
      expect(() => judged(bytes)).not.toThrow();
    }
  });

  const filled = (unit: string): Buffer => {
    const ending = Buffer.from('\nxref\nstartxref\n');
    const space = evidenceBytesMax - 200;
    const middle = Buffer.from(unit.repeat(Math.floor(space / unit.length)), 'latin1');
    const head = Buffer.concat([Buffer.from('%PDF-1.7\n'), middle]);
    return Buffer.concat([head, ending, Buffer.from(`${head.length + 1}\n%%EOF\n`)]);
  };
  const empty = packed('').toString('latin1');
  test.each<[string, Buffer]>([
    ['streams that never end', filled('stream\n')],
    ['streams without content', filled('<<>>stream\nendstream\n')],
    ['packed objects without content', filled(`${empty}\n`)],
    ['words for packed objects', filled('/ObjStm ')],
    ['hexadecimal letters', filled('#61')],
    ['openings', filled('<<')],
    ['numbers', filled('1 0 obj\n')],
    ['ends', filled('startxref\n1\n%%EOF\n')],
    ['spaces', filled(' ')],
    ['filters', filled('/Filter [ ')],
    ['predictors', filled('/Predictor ')],
    ['parts of a PNG', Buffer.concat([pngSignature, pngHeader(1, 1), ...Array<Buffer>(400_000).fill(chunk('tEXt'))])],
    ['a link, over and over', pdf([`null ${'%9 0 obj '.repeat(50)}\n<</URI(${'\\1'.repeat(5_000_000)})>>`])],
    ['zeros', Buffer.concat([pngSignature, Buffer.alloc(evidenceBytesMax)])],
  ])('ten megabytes of %s', (_, bytes) => {
    expect(cpuMsOf(() => judged(bytes))).toBeLessThan(5_000);
  });
});
