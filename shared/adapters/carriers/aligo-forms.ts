import { randomUUID } from 'node:crypto';
import type { CarrierBatch } from '../../domain/carriers/carrier.ts';
import { toNational } from '../../domain/numbers/phone-number.ts';
import type { PostedForm } from './form-post.ts';

/** What the carrier's secret holds. */
export interface AligoCredentials {
  /** `https://apis.aligo.in`; plain http only on loopback. */
  readonly baseUrl: string;
  readonly key: string;
  readonly userId: string;
}

const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The address of an operation, or null where a call would carry the key and the texts in the clear. */
export function aligoUrl(baseUrl: string, path: string): URL | null {
  const url = URL.parse(`${baseUrl.replace(/\/+$/, '')}${path}`);
  if (url === null) return null;
  const allowed = url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname));
  return allowed ? url : null;
}

type Field = readonly [name: string, value: string];

const login = ({ key, userId }: AligoCredentials): readonly Field[] => [
  ['key', key],
  ['user_id', userId],
];

/** A form of a question: a few short fields. */
export const questionForm = (
  credentials: AligoCredentials,
  fields: Readonly<Record<string, string | number>>,
): PostedForm =>
  urlEncoded([...login(credentials), ...Object.entries(fields).map(([name, value]): Field => [name, String(value)])]);

/** The form of `/send_mass/`; with images it is multipart. Lone surrogates become U+FFFD first: they have no UTF-8. */
export function massForm(credentials: AligoCredentials, batch: CarrierBatch): PostedForm {
  const { type, from, subject, messages, images } = batch;
  const fields: Field[] = [
    ...login(credentials),
    ['sender', from],
    ['cnt', String(messages.length)],
    ['msg_type', type.toUpperCase()],
  ];
  if (subject !== null) fields.push(['title', subject.toWellFormed()]);
  let n = 0;
  for (const { to, text } of messages) {
    n++;
    fields.push([`rec_${n}`, toNational(to)], [`msg_${n}`, text.toWellFormed()]);
  }
  return images.length === 0 ? urlEncoded(fields) : multipart(fields, images);
}

function urlEncoded(fields: readonly Field[]): PostedForm {
  let body = '';
  for (const [name, value] of fields) body += `${body === '' ? '' : '&'}${name}=${encodeURIComponent(value)}`;
  return { contentType: 'application/x-www-form-urlencoded; charset=utf-8', body };
}

/** RFC 7578. Nobody who writes a text can know the boundary, so no text can end its part. */
function multipart(fields: readonly Field[], images: readonly Uint8Array[]): PostedForm {
  const boundary = `bongsu-${randomUUID()}`;
  const part = (disposition: string) => `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n`;
  let texts = '';
  for (const [name, value] of fields) texts += `${part(`name="${name}"`)}\r\n${value}\r\n`;
  const files = images.flatMap((bytes, i) => {
    const name = `image${i + 1}`;
    const head = `${part(`name="${name}"; filename="${name}.jpg"`)}Content-Type: image/jpeg\r\n\r\n`;
    return [Buffer.from(head), bytes, Buffer.from('\r\n')];
  });
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(texts), ...files, Buffer.from(`--${boundary}--\r\n`)]),
  };
}
