import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AwsServices } from './aws-services.ts';
import type { HttpApi } from './http-api.ts';
import { dateFromLocalClock, jsonReply, send } from './reply.ts';
import { scopeOf } from './sigv4.ts';

/** The port is in use; the message says by whom, as far as one can tell. */
export class PortTaken extends Error {
  override name = 'PortTaken';
}

/** What answers once the cloud is ready. */
export type Behind = { api: HttpApi; aws: AwsServices };

/**
 * The one loopback port: requests signed for an AWS service go to that service, everything else is the public API.
 * It listens before the rest exists, because queue URLs carry its address.
 */
export class Edge {
  readonly #server: Server;
  #behind: Behind | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        console.error(`${request.method} ${request.url}:`, error);
        send(response, jsonReply(500, { message: 'Internal Server Error' }));
      });
    });
  }

  /** @param port 0 takes any free one @throws PortTaken */
  static async listen(port: number): Promise<Edge> {
    const server = createServer({ keepAliveTimeout: 65_000 });
    await listen(server, port);
    return new Edge(server);
  }

  get origin(): string {
    return originOf(this.#server);
  }

  open(behind: Behind): void {
    this.#behind = behind;
  }

  async close(): Promise<void> {
    await close(this.#server);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    dateFromLocalClock(response);
    if (!this.#behind) return send(response, jsonReply(503, { message: 'The local cloud is starting' }));
    if (!request.url?.startsWith('/')) return send(response, jsonReply(400, { message: 'Bad Request' }));
    const url = new URL(`http://edge${request.url}`);
    const scope = scopeOf(request.headers, url);
    if (scope) await this.#behind.aws.handle(request, response, url, scope);
    else send(response, await this.#behind.api.handle(request));
  }
}

/** Listens on loopback only. @throws PortTaken */
export async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken ? new PortTaken(`port ${port} is in use: stop what listens there, or choose another with PORT=…`) : error,
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

export function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return `http://127.0.0.1:${address.port}`;
}

export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
