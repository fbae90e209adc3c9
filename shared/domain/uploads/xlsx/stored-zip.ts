import { crc32 } from 'node:zlib';

/** Made on 1 January 2026, so that the same files give the same bytes every time. */
const dosDate = ((2026 - 1980) << 9) | (1 << 5) | 1;
const version = 20; // of the format: 2.0, the first with folders
const utf8Names = 0x0800;

/** A zip archive of a few small files, by name; they are stored as they are. */
export function storedZip(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [fileName, bytes] of Object.entries(files)) {
    const name = Buffer.from(fileName);
    // What both of a file's headers say of it, one after the other
    const facts = [
      u16(version, utf8Names, 0, 0, dosDate),
      u32(crc32(bytes), bytes.length, bytes.length),
      u16(name.length, 0),
    ];
    const header = Buffer.concat([u32(0x04034b50), ...facts, name]);
    local.push(header, Buffer.from(bytes));
    central.push(u32(0x02014b50), u16(version), ...facts, u16(0, 0, 0), u32(0, offset), name);
    offset += header.length + bytes.length;
  }
  const directory = Buffer.concat(central);
  const count = Object.keys(files).length;
  const end = [u32(0x06054b50), u16(0, 0, count, count), u32(directory.length, offset), u16(0)];
  return Buffer.concat([...local, directory, ...end]);
}

const u16 = (...values: readonly number[]) => Buffer.from(Uint16Array.from(values).buffer);
const u32 = (...values: readonly number[]) => Buffer.from(Uint32Array.from(values).buffer);
