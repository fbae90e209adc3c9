import type { IncomingMessage } from 'node:http';

const bodyBytesMax = 8 * 1024 * 1024;

/** The fields of a call; of an uploaded file only its name is kept. */
export type Form = ReadonlyMap<string, string>;

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
    return new Map(new URLSearchParams(body.toString('utf8')));
  }
  if (!contentType.startsWith('multipart/form-data')) return null;
  try {
    const bytes = new Uint8Array(body);
    const parsed = await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
    const fields = new Map<string, string>();
    for (const [name, value] of parsed) fields.set(name, typeof value === 'string' ? value : value.name);
    return fields;
  } catch {
    return null; // what does not parse is no form
  }
}
