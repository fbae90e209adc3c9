import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const bodyBytesMax = 8 * 1024 * 1024;

/** What is kept of an uploaded file: enough to tell whether it came as it was sent. */
export interface ReceivedFile {
  readonly fileName: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The fields and files of a call. */
export interface Form {
  get(name: string): string | undefined;
  file(name: string): ReceivedFile | undefined;
}

/** Reads a whole request body; null when it is larger than any call can be. Throws when the client goes away. */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > bodyBytesMax) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Parses an urlencoded or multipart form (images come as multipart); null for any other body. */
export async function parseForm(body: Buffer, contentType: string): Promise<Form | null> {
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    return formOf(new Map(new URLSearchParams(body.toString('utf8'))), new Map());
  }
  if (!contentType.startsWith('multipart/form-data')) return null;
  try {
    const bytes = new Uint8Array(body);
    const parsed = await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
    const fields = new Map<string, string>();
    const files = new Map<string, ReceivedFile>();
    for (const [name, value] of parsed) {
      if (typeof value === 'string') fields.set(name, value);
      else files.set(name, await received(value));
    }
    return formOf(fields, files);
  } catch {
    return null; // what does not parse is no form
  }
}

const formOf = (fields: ReadonlyMap<string, string>, files: ReadonlyMap<string, ReceivedFile>): Form => ({
  get: (name) => fields.get(name),
  file: (name) => files.get(name),
});

async function received(file: File): Promise<ReceivedFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { fileName: file.name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
