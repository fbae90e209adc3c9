import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJpeg } from '../../../shared/domain/images/jpeg.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';
import { eoi, frame, huffman, jfif, jpeg, quantisation, scan, segment, soi } from '../../support/jpegs.ts';

const of = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat([soi, ...parts]);
const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);
const exif = segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), jpeg(160, 120)]));

describe('a JPEG says its size', () => {
  test.each<[string, Buffer, number, number]>([
    ['baseline', jpeg(640, 480), 640, 480],
    ['of one pixel', jpeg(1, 1), 1, 1],
    ['of the largest size that it can say', jpeg(65_535, 65_535), 65_535, 65_535],
    ['extended', of(frame(3, 4, 0xc1), scan(), eoi), 3, 4],
    ['progressive, with tables between its scans', of(frame(30, 40, 0xc2), scan(), huffman, scan(), eoi), 30, 40],
    ['grey', of(frame(5, 6, 0xc0, 1), scan(), eoi), 5, 6],
    ['in four colours', of(frame(5, 6, 0xc0, 4), scan(), eoi), 5, 6],
    ['with a thumbnail in its EXIF, which has another size', of(exif, jfif, frame(7, 8), scan(), eoi), 7, 8],
    [
      'with tables and comments before its frame',
      of(quantisation, huffman, segment(0xfe, []), frame(7, 8), scan(), eoi),
      7,
      8,
    ],
    [
      'with fill bytes before its markers',
      of(bytes(0xff, 0xff), frame(7, 8), bytes(0xff), scan(), bytes(0xff), eoi),
      7,
      8,
    ],
    ['with something behind its end', Buffer.concat([jpeg(7, 8), Buffer.from('PK\x03\x04')]), 7, 8],
    ['with a line count behind its first scan', of(frame(7, 8), scan(), segment(0xdc, [0, 8]), eoi), 7, 8],
  ])('%s', (_, file, width, height) => expect(readJpeg(file)).toEqual({ kind: 'jpeg', width, height }));
});

describe('what is none', () => {
  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['one byte', bytes(0xff)],
    ['only the beginning of a beginning', bytes(0xff, 0xd8)],
    ['a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a GIF', Buffer.from('GIF89a')],
    ['a text', Buffer.from('ÿØÿ, as a text says it')],
    ['a JPEG that begins a byte late', Buffer.concat([bytes(0), jpeg(7, 8)])],
  ])('%s', (_, file) => expect(readJpeg(file)).toEqual({ kind: 'not_jpeg' }));
});

describe('what cannot be shown', () => {
  test.each<[string, Buffer]>([
    ['without a frame', of(jfif, eoi)],
    ['without a scan', of(frame(7, 8), eoi)],
    ['with a scan that holds nothing', of(frame(7, 8), scan([]), eoi)],
    ['with a scan before its frame', of(scan(), frame(7, 8), eoi)],
    ['with a second, larger frame', of(frame(7, 8), frame(60_000, 60_000), scan(), eoi)],
    ['with a second frame behind its picture', of(frame(7, 8), scan(), frame(60_000, 60_000), scan(), eoi)],
    ['of no width', of(frame(0, 8), scan(), eoi)],
    ['of no height, which only its scan would tell', of(frame(7, 0), scan(), eoi)],
    ['lossless', of(frame(7, 8, 0xc3), scan(), eoi)],
    ['hierarchical', of(frame(7, 8, 0xc5), scan(), eoi)],
    ['arithmetically coded', of(frame(7, 8, 0xc9), scan(), eoi)],
    ['of 12 bits a colour', of(frame(7, 8, 0xc1, 3, 12), scan(), eoi)],
    ['of no colours', of(frame(7, 8, 0xc0, 0), scan(), eoi)],
    ['of 200 colours', of(frame(7, 8, 0xc0, 200), scan(), eoi)],
    ['with a frame header of two bytes', of(segment(0xc0, []), scan(), eoi)],
    ['with a frame that lacks a colour it speaks of', of(segment(0xc0, [8, 0, 7, 0, 8, 3, 1, 17, 0]), scan(), eoi)],
    ['with a segment of length 0', of(bytes(0xff, 0xe0, 0, 0), frame(7, 8), scan(), eoi)],
    ['with a segment of length 1', of(bytes(0xff, 0xe0, 0, 1), frame(7, 8), scan(), eoi)],
    [
      'with a segment that says it is longer than the file',
      of(bytes(0xff, 0xe0, 0xff, 0xff), frame(7, 8), scan(), eoi),
    ],
    ['with a segment that says it is a byte shorter', of(bytes(0xff, 0xe0, 0, 3, 1, 1), frame(7, 8), scan(), eoi)],
    ['with a segment that swallows its frame', of(bytes(0xff, 0xe0, 0, 21), frame(7, 8), scan(), eoi)],
    ['with another beginning inside', of(soi, frame(7, 8), scan(), eoi)],
    ['with a restart outside of a scan', of(bytes(0xff, 0xd0), frame(7, 8), scan(), eoi)],
    ['of nothing but fill bytes', Buffer.concat([soi, Buffer.alloc(300_000, 0xff)])],
  ])('%s', (_, file) =>
    expect(readJpeg(file)).toMatchObject({ kind: 'unreadable', why: expect.stringMatching(/\.$/) }),
  );

  test('cut off anywhere', () => {
    const whole = of(exif, jfif, quantisation, frame(7, 8, 0xc2), scan(), huffman, scan(), eoi);
    expect(readJpeg(whole).kind).toBe('jpeg');
    for (let length = 3; length < whole.length; length++) {
      expect(readJpeg(whole.subarray(0, length)).kind, `${length} bytes`).toBe('unreadable');
    }
  });
});

describe('whatever the bytes are', () => {
  /** Bytes that mean something turn up more often than others. */
  const byte = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(0xff, 0x00, 0xc0, 0xc2, 0xc4, 0xd0, 0xd8, 0xd9, 0xda, 0xe1, 0x01, 0x02) },
    fc.integer({ min: 0, max: 255 }),
  );

  test('the answer is a value, and a size is one that a frame in the file says', () => {
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 400 }), (noise) => {
        const file = Buffer.concat([soi, bytes(0xff), Buffer.from(noise)]);
        const read = readJpeg(file);
        if (read.kind !== 'jpeg') return;
        const said = Buffer.from([read.height >> 8, read.height & 255, read.width >> 8, read.width & 255]);
        expect(file.includes(said)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a good file with some bytes changed is read to an answer', () => {
    const good = of(exif, quantisation, frame(640, 480, 0xc2), huffman, scan(), scan(), eoi);
    const change = fc.tuple(fc.nat(good.length - 1), byte);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const file = Buffer.from(good);
        for (const [at, value] of changes) file[at] = value;
        expect(['jpeg', 'not_jpeg', 'unreadable']).toContain(readJpeg(file).kind);
      }),
      { numRuns: 2_000 },
    );
  });

  test('no file of 300 KB takes long', () => {
    const pattern = (values: readonly number[]) => Buffer.concat([soi, frame(7, 8), scan([1]), Buffer.from(values)]);
    for (const values of [[0xff, 0x00], [0xff], [0xff, 0xd0], [0xff, 0xe0, 0, 2], [0xff, 0xda, 0, 2, 1], [0x55]]) {
      const repeated = Array.from({ length: 300_000 }, (_, i) => values[i % values.length]!);
      const file = pattern(repeated);
      expect(cpuMsOf(() => readJpeg(file))).toBeLessThan(1_000);
    }
  });
});
