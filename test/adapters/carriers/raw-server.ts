import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

/** What a server has seen of one connection. */
export interface Seen {
  text: string;
}

/** A TCP server that does to each connection what it is told, and remembers every byte it was sent. */
export async function startRawServer(onConnection: (socket: Socket, seen: Seen) => void) {
  const connections: Seen[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    const seen: Seen = { text: '' };
    connections.push(seen);
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (part) => {
      seen.text += part.toString('latin1');
    });
    onConnection(socket, seen);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Says "continue" once the head is in, and calls back once the whole body is. */
export function afterBody(socket: Socket, seen: Seen, then: () => void): void {
  let continued = false;
  let done = false;
  const look = (): void => {
    const end = seen.text.indexOf('\r\n\r\n');
    if (end < 0 || done) return;
    if (!continued) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    continued = true;
    const length = Number(/content-length: (\d+)/i.exec(seen.text)?.[1] ?? 0);
    if (seen.text.length - end - 4 < length) return;
    done = true;
    then();
  };
  socket.on('data', () => setImmediate(look));
}

/** An HTTP reply in bytes. */
export const rawReply = (status: string, body: string, headers = ''): string =>
  `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
