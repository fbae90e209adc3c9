/** What a JPEG says of itself. */
export type JpegReading =
  | { readonly kind: 'jpeg'; readonly width: number; readonly height: number }
  /** It does not begin as JPEGs do. */
  | { readonly kind: 'not_jpeg' }
  /** It begins as a JPEG, and then is cut off, contradicts itself, or is of a kind that phones do not show. */
  | { readonly kind: 'unreadable'; readonly why: string };

const soi = 0xd8;
const eoi = 0xd9;
const sos = 0xda;
const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;
/** Start of frame: 0xC0–0xCF but for the tables DHT (C4) and DAC (CC) and the reserved JPG (C8). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
/** Baseline, extended and progressive, all Huffman-coded: what is called a JPEG outside of laboratories. */
const shownFrames = [0xc0, 0xc1, 0xc2];

const unreadable = (why: string): JpegReading => ({ kind: 'unreadable', why });
const cutOff = unreadable('It ends in the middle: it was probably not uploaded whole.');

/**
 * Reads the size of a JPEG and whether it is there from beginning to end (ITU-T T.81, annex B), without decoding it.
 * Every step moves forward, so that no file takes longer than its bytes; whatever they are, the answer is a value.
 */
export const readJpeg = (bytes: Uint8Array): JpegReading => readJpegTo(bytes).reading;

/** The same, and where the picture ends: what lies behind that is not the picture's. */
export function readJpegTo(bytes: Uint8Array): { readonly reading: JpegReading; readonly end: number } {
  let end = bytes.length;
  const reading = readSegments(bytes, (at) => {
    end = at;
  });
  return { reading, end };
}

function readSegments(bytes: Uint8Array, endsAt: (at: number) => void): JpegReading {
  if (bytes[0] !== 0xff || bytes[1] !== soi || bytes[2] !== 0xff) return { kind: 'not_jpeg' };
  let frame: { readonly width: number; readonly height: number } | null = null;
  let scans = 0;
  for (let at = 2; ; ) {
    if (bytes[at] !== 0xff) return at >= bytes.length ? cutOff : unreadable('Its segments do not follow one another.');
    while (bytes[at] === 0xff) at++; // any number of fill bytes may stand before a marker
    const marker = bytes[at++];
    if (marker === undefined) return cutOff;
    if (marker === eoi) {
      if (frame === null || scans === 0) return unreadable('It has no picture.');
      endsAt(at);
      return { kind: 'jpeg', ...frame };
    }
    if (marker < 0xc0 || marker === soi || isRestart(marker)) return unreadable('A marker stands where none belongs.');
    const length = uint16(bytes, at);
    if (at + length > bytes.length || at + 2 > bytes.length) return cutOff;
    if (length < 2) return unreadable('A segment is shorter than its own length.');
    if (isFrame(marker)) {
      if (frame !== null) return unreadable('It has more than one frame.');
      if (!shownFrames.includes(marker)) return unreadable('It is coded in a way that phones do not show.');
      const read = readFrame(bytes.subarray(at + 2, at + length));
      if (typeof read === 'string') return unreadable(read);
      frame = read;
    }
    at += length;
    if (marker === sos) {
      if (frame === null) return unreadable('It has a picture before its size.');
      const end = endOfScan(bytes, at);
      if (end === at && at < bytes.length) return unreadable('It has no picture.');
      at = end;
      scans++;
    }
  }
}

/** The size a frame header gives, or what is wrong with it. */
function readFrame(header: Uint8Array): { readonly width: number; readonly height: number } | string {
  const [precision, components] = [header[0], header[5]];
  if (precision === undefined || components === undefined || header.length !== 6 + 3 * components) {
    return 'Its frame header is malformed.';
  }
  if (precision !== 8 || components < 1 || components > 4) return 'It is coded in a way that phones do not show.';
  const [height, width] = [uint16(header, 1), uint16(header, 3)];
  return width === 0 || height === 0 ? 'It does not say how large it is.' : { width, height };
}

/** Where the coded data that begins at `from` ends: at the next marker, or with the file. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at)) {
    const start = at;
    while (bytes[at] === 0xff) at++;
    const marker = bytes[at];
    if (marker !== undefined && marker !== 0 && !isRestart(marker)) return start;
  }
  return bytes.length;
}

const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
