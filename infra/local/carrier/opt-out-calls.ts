import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import type { ControlReply } from './control.ts';

/** Where the 080 service tells of calls, and what it signs with. */
export interface OptOutCallTarget {
  readonly url: string;
  readonly secret: string;
}

export const optOutCallShape = z.strictObject({
  /** Who calls, and which 080 number: national digits, hyphens allowed. */
  from: z.string().max(40),
  to: z.string().max(40),
  /** When they called. Default: now. */
  at: z.iso.datetime({ offset: true }).optional(),
  /** The carrier's name for the call. Default: a new one; an old one tells that call again. */
  id: z.string().min(1).max(255).optional(),
  /** How often it is told, one after the other. */
  repeat: z.int().min(1).max(10).default(1),
});

const answerWithinMs = 30_000;

/** Somebody calls an 080 number, and the carrier's service tells whoever asked for it; answers what it was answered. */
export async function tellOptOutCall(
  { url, secret }: OptOutCallTarget,
  { from, to, at, id = `call_${randomUUID()}`, repeat }: z.output<typeof optOutCallShape>,
  now: () => number,
): Promise<ControlReply> {
  const body = JSON.stringify({
    optOutNumber: to.replace(/\D/g, ''),
    phoneNumber: from.replace(/\D/g, ''),
    at: at ?? new Date(now()).toISOString(),
  });
  const answers: { readonly status: number; readonly body: unknown }[] = [];
  for (let told = 0; told < repeat; told++) {
    const sentAt = new Date(now());
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
        'webhook-signature': new Webhook(secret).sign(id, sentAt, body),
      },
      body,
      signal: AbortSignal.timeout(answerWithinMs),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    answers.push({ status: answer.status, body: isJson ? JSON.parse(text) : text });
  }
  return { status: 200, body: { id, answers } };
}
