import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  headerBytesMax,
  lookUpNumber,
  NumberIndexBuilder,
  packPlace,
  unpackPlace,
} from '../../../../shared/domain/dispatches/prepare/number-index.ts';

function indexOf(numbers: readonly number[]): Buffer {
  const index = new NumberIndexBuilder(0);
  for (const [i, number] of numbers.entries()) {
    index.add(number, packPlace({ kind: i % 3 === 0 ? 'x' : 'b', block: Math.floor(i / 500), row: i % 500 }));
  }
  return Buffer.concat([...index.pieces()]);
}

const ranges = (bytes: Buffer) => {
  const asked: [number, number][] = [];
  const read = async (offset: number, length: number) => {
    asked.push([offset, length]);
    return bytes.subarray(offset, offset + length);
  };
  return { read, asked };
};
const ordinal = ({ block, row }: { block: number; row: number }) => block * 500 + row;

describe('the number index', () => {
  it('packs any place', () => {
    const place = fc.record({
      kind: fc.constantFrom('b' as const, 'x' as const),
      block: fc.integer({ min: 0, max: 2 ** 22 - 1 }),
      row: fc.integer({ min: 0, max: 499 }),
    });
    fc.assert(
      fc.property(place, (given) => {
        expect(unpackPlace(packPlace(given))).toEqual(given);
      }),
    );
    expect(() => packPlace({ kind: 'b', block: 2 ** 22, row: 0 })).toThrow();
  });

  it('finds every number of any set, as often as it was added, and no other', async () => {
    const digits = fc.oneof(
      fc.integer({ min: 821_000_000_000, max: 821_000_002_000 }),
      fc.maxSafeInteger().map((n) => Math.abs(n) % 10 ** 15),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(digits, { maxLength: 3_000, size: 'max' }), digits, async (numbers, other) => {
        const { read } = ranges(indexOf(numbers));
        for (const number of [...numbers.slice(0, 20), other]) {
          const found = await lookUpNumber(read, String(number));
          expect(found.map(ordinal)).toEqual(numbers.flatMap((each, i) => (each === number ? [i] : [])));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('finds one number in a million with two small reads', async () => {
    const numbers = Array.from({ length: 1_000_000 }, (_, i) => 821_000_000_000 + ((i * 7_919) % 100_000_000));
    const bytes = indexOf(numbers);
    for (const i of [0, 1, 499_999, 999_999]) {
      const { read, asked } = ranges(bytes);
      expect((await lookUpNumber(read, String(numbers[i]))).map(ordinal)).toEqual([i]);
      expect(asked).toHaveLength(2);
      expect(asked[0]).toEqual([0, headerBytesMax]);
      expect(asked[1]![1]).toBeLessThanOrEqual(8_192);
    }
    expect(await lookUpNumber(ranges(bytes).read, '821000000001')).toEqual([]);
  });

  it('keeps a number together that fills several blocks', async () => {
    const numbers = [...Array<number>(700).fill(5), ...Array<number>(2_000).fill(7), ...Array<number>(600).fill(9)];
    const { read, asked } = ranges(indexOf(numbers));
    expect(await lookUpNumber(read, '7')).toHaveLength(2_000);
    expect(asked).toHaveLength(2);
    expect(await lookUpNumber(read, '6')).toEqual([]);
  });

  it('refuses another object', async () => {
    await expect(lookUpNumber(ranges(Buffer.from('{"rows":[]}')).read, '821012345678')).rejects.toThrow(
      /no number index/,
    );
    await expect(lookUpNumber(ranges(Buffer.alloc(500)).read, '821012345678')).rejects.toThrow(/no number index/);
  });
});
