import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../edge/aws-error.ts';
import type { Access } from '../iam/iam.ts';
import { arn } from '../template/names.ts';
import type { MailStore } from './mail-store.ts';

const content = z.strictObject({ Data: z.string(), Charset: z.string().optional() });
const sendEmail = z.strictObject({
  FromEmailAddress: z.string(),
  Destination: z.strictObject({ ToAddresses: z.array(z.string()).min(1).max(50) }),
  Content: z.strictObject({
    Simple: z.strictObject({
      Subject: content,
      Body: z.strictObject({ Text: content }),
      Headers: z.array(z.strictObject({ Name: z.string(), Value: z.string() })).default([]),
    }),
  }),
});

/** One address, as RFC 5321 has it in its usual form. */
const address = /^[^\s@<>,;"]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;
/** Nobody's mailbox: SES says that it never takes mail for it. */
const refusedLocalPart = 'refused@';

/** What a request asks of IAM. @throws AwsError for anything but SendEmail */
export function mailAccesses(method: string, url: URL, body: Record<string, unknown>) {
  if (method !== 'POST' || url.pathname !== '/v2/email/outbound-emails')
    throw new AwsError('UnknownOperationException', `${method} ${url.pathname} is not offered by the local cloud`);
  const from = String(body.FromEmailAddress);
  const context = { 'ses:FromAddress': [from] };
  const accesses: Access[] = [{ action: 'ses:SendEmail', resource: arn('ses', `identity/${from}`), context }];
  return { operation: 'SendEmail', accesses };
}

/** SES, version 2: takes mails that nobody delivers. They are looked at through the control API. */
export class MailService {
  readonly #store: MailStore;

  constructor(store: MailStore) {
    this.#store = store;
  }

  /** Durable when it returns. @throws AwsError as SES answers */
  handle(body: Record<string, unknown>): unknown {
    const { FromEmailAddress: from, Destination, Content } = sendEmail.parse(body);
    const to = Destination.ToAddresses;
    const { Subject, Body, Headers } = Content.Simple;
    if (![from, ...to].every((one) => address.test(one))) throw new AwsError('BadRequestException', 'Illegal address');
    if (to.some((one) => one.startsWith(refusedLocalPart)))
      throw new AwsError('MessageRejected', 'Address is on the suppression list.');
    const id = randomUUID();
    const headers = Object.fromEntries(Headers.map(({ Name, Value }) => [Name, Value]));
    const at = new Date().toISOString();
    this.#store.add({ id, at, from, to, subject: Subject.Data, text: Body.Text.Data, headers });
    return { MessageId: id };
  }
}
