import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Mail } from '../../domain/outcomes/ports.ts';

/**
 * What SES says of an address that it will never take. By the same names it refuses what is our own doing, such as an
 * identity that is not verified, or its sandbox; so everything that does not speak of the address may pass.
 */
const forGood: Readonly<Record<string, RegExp>> = {
  MessageRejected: /suppress|black-?list|block-?list/i,
  BadRequestException: /address|domain|recipient/i,
};

/** Mails through SES, from one address. */
export const createMail = (client: SESv2Client, from: string): Mail => ({
  async send(to, { subject, text }, id) {
    const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
    const command = new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [to] },
      Content: {
        Simple: {
          Subject: utf8(subject),
          Body: { Text: utf8(text) },
          Headers: [{ Name: 'X-Bongsu-Event-Id', Value: id }],
        },
      },
    });
    try {
      await client.send(command);
      return { kind: 'sent' };
    } catch (error) {
      // Never the message: it names the address
      const reason = error instanceof Error ? error.name : 'unknown';
      // What the address is called says nothing about it
      const message = error instanceof Error ? error.message.replaceAll(to, '') : '';
      return { kind: forGood[reason]?.test(message) ? 'refused' : 'later', reason };
    }
  },
});
