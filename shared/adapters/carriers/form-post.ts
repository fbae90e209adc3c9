import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** A form in the bytes it travels as. */
export interface PostedForm {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

export interface FormPostRequest {
  readonly url: URL;
  readonly form: PostedForm;
  /** From the start to the last byte of the reply. */
  readonly timeoutMs: number;
  /** A longer reply is not read to its end. */
  readonly replyBytesMax: number;
  /** Ask the server whether it takes the call before the body is sent. */
  readonly expectContinue: boolean;
}

/**
 * What came of one form POST. The difference that matters is proven, not guessed: `nothing_sent` means that not one byte
 * of the body was handed to the network.
 */
export type FormPostOutcome =
  | {
      readonly kind: 'replied';
      readonly status: number;
      readonly retryAfter: string | null;
      readonly body: string;
      readonly bodySent: boolean;
      /** The server said that it would take the body. */
      readonly continued: boolean;
    }
  | { readonly kind: 'nothing_sent' }
  | { readonly kind: 'lost'; readonly reason: 'timeout' | 'connection_lost' | 'unreadable_reply' };

export type FormPost = (request: FormPostRequest) => Promise<FormPostOutcome>;

/** How long a server may take to say that it takes the body before the body is sent anyway (RFC 9110 §10.1.1). */
const continueWaitMs = 2_000;

/**
 * One POST over a connection of its own: no kept-alive socket that the server may already have closed, no redirect, no
 * retry, no proxy. The body waits until the connection stands (with TLS: is trusted) and the server said to go on, so
 * that a connection that fails before that has carried nothing of it. Never throws.
 */
export const postForm: FormPost = ({ url, form, timeoutMs, replyBytesMax, expectContinue }) =>
  new Promise((resolve) => {
    const secure = url.protocol === 'https:';
    let bodySent = false;
    let continued = false;
    let continueTimer: NodeJS.Timeout | undefined;
    let request: ClientRequest | undefined;

    const finish = (outcome: FormPostOutcome): void => {
      clearTimeout(timer);
      clearTimeout(continueTimer);
      request?.destroy();
      resolve(outcome);
    };
    const lose = (reason: 'timeout' | 'connection_lost' | 'unreadable_reply'): void =>
      finish(bodySent ? { kind: 'lost', reason } : { kind: 'nothing_sent' });
    const timer = setTimeout(() => lose('timeout'), timeoutMs);
    const sendBody = (): void => {
      clearTimeout(continueTimer);
      if (bodySent || request === undefined || request.destroyed) return;
      bodySent = true;
      request.end(form.body);
    };

    try {
      request = (secure ? httpsRequest : httpRequest)(url, {
        method: 'POST',
        agent: false,
        headers: {
          'content-type': form.contentType,
          'content-length': Buffer.byteLength(form.body),
          accept: 'application/json',
          connection: 'close',
          ...(expectContinue ? { expect: '100-continue' } : {}),
        },
      });
    } catch {
      finish({ kind: 'nothing_sent' });
      return;
    }
    request.on('error', (error: NodeJS.ErrnoException) =>
      lose(error.code?.startsWith('HPE_') ? 'unreadable_reply' : 'connection_lost'),
    );
    request.on('socket', (socket) => {
      socket.setNoDelay(true);
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        if (expectContinue) continueTimer = setTimeout(sendBody, continueWaitMs);
        else sendBody();
      });
    });
    request.on('continue', () => {
      continued = true;
      sendBody();
    });
    request.on('upgrade', () => lose('unreadable_reply'));
    request.on('response', (response: IncomingMessage) => {
      clearTimeout(continueTimer);
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        parts.push(part);
        bytes += part.length;
        if (bytes > replyBytesMax) lose('unreadable_reply');
      });
      response.on('error', () => lose('connection_lost'));
      response.on('end', () =>
        finish({
          kind: 'replied',
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'] ?? null,
          body: Buffer.concat(parts).toString('utf8'),
          bodySent,
          continued,
        }),
      );
    });
  });
