import { crc32, deflateSync } from 'node:zlib';

/** PDFs and PNGs written byte by byte: enough of one to be read. */

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
}

export const pngHeader = (width: number, height: number): Buffer =>
  chunk('IHDR', Buffer.concat([u32(width), u32(height), Buffer.from([8, 0, 0, 0, 0])]));

/** Grey pixels. */
export function png(width = 2, height = 2): Buffer<ArrayBuffer> {
  const rows = Buffer.alloc((width + 1) * height, 0);
  return Buffer.concat([pngSignature, pngHeader(width, height), chunk('IDAT', deflateSync(rows)), chunk('IEND')]);
}

/** A PDF of these objects, with a table of contents that points to them. */
export function pdfOf(objects: readonly (string | Buffer)[], trailer = '/Root 1 0 R'): Buffer<ArrayBuffer> {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  const offsets: number[] = [];
  let at = parts[0]!.length;
  const add = (part: Buffer) => {
    parts.push(part);
    at += part.length;
  };
  objects.forEach((object, i) => {
    offsets.push(at);
    add(Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]));
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const xref = at;
  add(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`));
  add(Buffer.from(`trailer\n<</Size ${objects.length + 1} ${trailer}>>\nstartxref\n${xref}\n%%EOF\n`));
  return Buffer.concat(parts);
}

export const pages = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 1>>'];
export const page = '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>';

/** Objects packed into a stream, as most programs write them since 2003. */
export function packed(text: string, over: string = '/Filter/FlateDecode'): Buffer {
  const bytes = over.includes('Filter') ? deflateSync(Buffer.from(text)) : Buffer.from(text);
  const head = `<</Type/ObjStm/N 1/First 4${over}/Length ${bytes.length}>>stream\n`;
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from('\nendstream')]);
}

/** A stream with its dictionary. */
export const stream = (entries: string, content: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`<<${entries}/Length ${content.length}>>stream\n`, 'latin1'),
    Buffer.from(content),
    Buffer.from('\nendstream'),
  ]);

/** Objects in a stream, as their list says: each with its number, and where it lies. */
export function packOf(objects: readonly (readonly [number: number, text: string])[], type = '/Type/ObjStm'): Buffer {
  let at = 0;
  const list = objects.map(([number, text]) => {
    const entry = `${number} ${at} `;
    at += text.length + 1;
    return entry;
  });
  const head = list.join('');
  const content = deflateSync(Buffer.from(head + objects.map(([, text]) => `${text}\n`).join(''), 'latin1'));
  return stream(`${type}/N ${objects.length}/First ${head.length}/Filter/FlateDecode`, content);
}

/** One page with nothing on it. */
export const pdf = (more: readonly (string | Buffer)[] = []): Buffer<ArrayBuffer> => pdfOf([...pages, page, ...more]);
