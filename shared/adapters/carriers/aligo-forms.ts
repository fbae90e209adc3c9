import type { CarrierBatch } from '../../domain/carriers/carrier.ts';
import { toNational } from '../../domain/numbers/phone-number.ts';

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

const login = ({ key, userId }: AligoCredentials): string =>
  `key=${encodeURIComponent(key)}&user_id=${encodeURIComponent(userId)}`;

/** A form of a question: a few short fields. */
export function questionForm(credentials: AligoCredentials, fields: Readonly<Record<string, string | number>>): string {
  let form = login(credentials);
  for (const [name, value] of Object.entries(fields)) form += `&${name}=${encodeURIComponent(value)}`;
  return form;
}

/** The form of `/send_mass/`. Lone surrogates become U+FFFD first: they have no UTF-8. */
export function massForm(credentials: AligoCredentials, batch: CarrierBatch): string {
  const { type, from, subject, messages } = batch;
  let form = `${login(credentials)}&sender=${from}&cnt=${messages.length}&msg_type=${type.toUpperCase()}`;
  if (subject !== null) form += `&title=${encodeURIComponent(subject.toWellFormed())}`;
  let n = 0;
  for (const { to, text } of messages) {
    n++;
    form += `&rec_${n}=${toNational(to)}&msg_${n}=${encodeURIComponent(text.toWellFormed())}`;
  }
  return form;
}
