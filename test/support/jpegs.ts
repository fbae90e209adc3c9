/** JPEGs written byte by byte: enough of one to be read, and every way to get it wrong. */

const u16 = (value: number): readonly number[] => [(value >> 8) & 0xff, value & 0xff];

export const segment = (marker: number, payload: readonly number[] | Uint8Array): Buffer =>
  Buffer.from([0xff, marker, ...u16(payload.length + 2), ...payload]);

export const soi = Buffer.from([0xff, 0xd8]);
export const eoi = Buffer.from([0xff, 0xd9]);
export const jfif = segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]);
export const quantisation = segment(0xdb, [0, ...Array<number>(64).fill(1)]);
export const huffman = segment(0xc4, [0, 1, ...Array<number>(15).fill(0), 0]);

export const frame = (width: number, height: number, marker = 0xc0, components = 3, precision = 8): Buffer =>
  segment(marker, [
    precision,
    ...u16(height),
    ...u16(width),
    components,
    ...Array.from({ length: components }, (_, i) => [i + 1, 0x11, 0]).flat(),
  ]);

/** A scan with its coded data: a stuffed 0xFF and a restart marker are part of any but the simplest. */
export const scan = (coded: readonly number[] | Uint8Array = [0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]): Buffer =>
  Buffer.concat([segment(0xda, [1, 1, 0, 0, 63, 0]), Buffer.from(coded)]);

/** A baseline JPEG of this size; `bytes` fills it up to so many. */
export function jpeg(width: number, height: number, bytes?: number): Buffer<ArrayBuffer> {
  const head = Buffer.concat([soi, jfif, quantisation, frame(width, height), huffman]);
  const smallest = Buffer.concat([head, scan(), eoi]);
  if (bytes === undefined) return smallest;
  const coded = Buffer.alloc(bytes - smallest.length + 7, 0x55);
  return Buffer.concat([head, scan(coded), eoi]);
}

/** Another picture of the same size. */
export function jpegOf(colour: number, bytes?: number): Buffer<ArrayBuffer> {
  const made = jpeg(640, 480, bytes);
  made[made.length - 3] = colour;
  return made;
}
