import { until } from './cloud.ts';
import type { Customer } from './customer.ts';
import type { Shown } from './sends.ts';

export const csvOf = (rows: readonly string[], header = 'phoneNumber,name'): string =>
  `${header}\n${rows.join('\n')}\n`;

/** Creates an upload of recipients and puts a file to it. */
export const putFile = (customer: Customer, content: string | Uint8Array<ArrayBuffer>, over: object = {}) =>
  putTo(customer, { purpose: 'recipients', fileName: 'vip.csv', onInvalidRows: 'skip', ...over }, content);

/** Creates an attachment and puts an image to it. */
export const putImage = (customer: Customer, content: Uint8Array<ArrayBuffer>): Promise<string> =>
  putTo(customer, { purpose: 'attachment', fileName: 'sale.jpg' }, content);

/** Creates an upload of evidence and puts a file to it. */
export const putEvidence = (customer: Customer, content: Uint8Array<ArrayBuffer>): Promise<string> =>
  putTo(customer, { purpose: 'evidence', fileName: '동의서.pdf' }, content);

/** Creates an upload of a document and puts a file to it. */
export const putDocument = (customer: Customer, content: Uint8Array<ArrayBuffer>): Promise<string> =>
  putTo(customer, { purpose: 'document', fileName: '이용증명원.pdf' }, content);

/** Asks for an import and waits for its end. */
export async function imported(
  customer: Customer,
  path: '/v1/consents/imports' | '/v1/opt-outs/imports' | '/v1/contacts/imports',
  body: object,
): Promise<Shown> {
  const { id } = await customer.told(202, 'POST', path, { body });
  return until<Shown>(
    () => customer.get(`${path}/${id}`),
    ({ status }) => status === 'completed' || status === 'failed',
  );
}

async function putTo(customer: Customer, body: object, content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const { id, upload } = await customer.told(201, 'POST', '/v1/uploads', { body });
  const { method, url, headers } = upload;
  const answer = await fetch(url, { method, headers, body: content });
  if (!answer.ok) throw new Error(`PUT of the file answered ${answer.status}: ${await answer.text()}`);
  return id;
}

/** Waits until a file is judged. */
export const validated = (customer: Customer, id: string): Promise<Shown> =>
  until<Shown>(
    () => customer.get(`/v1/uploads/${id}`),
    ({ status }) => status !== 'awaiting_file' && status !== 'validating',
  );
