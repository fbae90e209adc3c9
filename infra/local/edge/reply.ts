import type { ServerResponse } from 'node:http';
import type { AwsError } from './aws-error.ts';

/** A whole answer; streams are written by the S3 service itself. */
export type Reply = { status: number; headers: Record<string, string | string[]>; body: string | Buffer };

/**
 * Sets `Date` from the local clock: the SDK compares it with its own and retries everything as skewed if they differ.
 * Node's own header comes from the machine's clock.
 */
export function dateFromLocalClock(response: ServerResponse): void {
  response.sendDate = false;
  response.setHeader('date', new Date().toUTCString());
}

export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

export function jsonReply(status: number, value: unknown, contentType = 'application/json'): Reply {
  return { status, headers: { 'content-type': contentType }, body: JSON.stringify(value) };
}

/** An error in the form of the JSON protocols. */
export function jsonError(error: AwsError, contentType: string): Reply {
  const reply = jsonReply(error.status, { __type: error.code, message: error.message, ...error.detail }, contentType);
  return { ...reply, headers: { ...reply.headers, 'x-amzn-errortype': error.code } };
}
