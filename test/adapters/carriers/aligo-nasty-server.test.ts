import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createAligoCarrier } from '../../../shared/adapters/carriers/aligo.ts';
import type { CarrierBatch, SubmitOutcome } from '../../../shared/domain/carriers/carrier.ts';
import { afterBody, rawReply, type Seen, startRawServer } from './raw-server.ts';

const nowMs = Date.parse('2026-11-21T10:00:00+09:00');
const batch: CarrierBatch = {
  type: 'sms',
  from: '0212345678',
  subject: null,
  images: [],
  messages: [
    { to: '+821012345678', text: '안녕하세요' },
    { to: '+821012345679', text: '반갑습니다' },
  ],
};
const accepted = '{"result_code":1,"message":"success","msg_id":"77","success_cnt":2,"error_cnt":0,"msg_type":"SMS"}';
const carrierAt = (baseUrl: string, timeoutMs = 5_000) =>
  createAligoCarrier({ credentials: async () => ({ baseUrl, key: 'k', userId: 'u' }), now: () => nowMs, timeoutMs });

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Submits one batch to a server that behaves so; also how often it was connected to and what it was sent. */
async function submitTo(behave: (socket: Socket, seen: Seen) => void, timeoutMs?: number) {
  const server = await startRawServer(behave);
  stops.push(server.stop);
  const outcome = await carrierAt(server.url, timeoutMs).submit(batch);
  return { outcome, sent: server.connections };
}
const replying = (bytes: string) => (socket: Socket, seen: Seen) =>
  afterBody(socket, seen, () => socket.end(Buffer.from(bytes, 'utf8')));

describe('what a submit comes to', () => {
  const whole: readonly (readonly [string, string, SubmitOutcome])[] = [
    ['an acceptance', rawReply('200 OK', accepted), { kind: 'accepted', carrierId: '77' }],
    [
      'an acceptance in strings, with a BOM, as text/html',
      rawReply(
        '200 OK',
        '\uFEFF{"result_code":"1","msg_id":78,"success_cnt":"1","error_cnt":"1"}',
        'Content-Type: text/html\r\n',
      ),
      { kind: 'accepted', carrierId: '78' },
    ],
    [
      '−101',
      rawReply('200 OK', '{"result_code":-101,"message":"인증오류"}'),
      { kind: 'account_error', carrierCode: '-101' },
    ],
    [
      '"-201"',
      rawReply('200 OK', '{"result_code":"-201","message":"x"}'),
      { kind: 'account_error', carrierCode: '-201' },
    ],
    [
      'a refusal for the sender number',
      rawReply('200 OK', '{"result_code":-400,"message":"등록되지 않은 발신번호입니다."}'),
      { kind: 'refused', code: 'sender_invalid', carrierCode: '-400' },
    ],
    [
      'a refusal for a receiver among several: it does not say which',
      rawReply('200 OK', '{"result_code":-401,"message":"수신번호 오류"}'),
      { kind: 'refused', code: 'unknown', carrierCode: '-401' },
    ],
    [
      'any other refusal',
      rawReply('200 OK', '{"result_code":"-999"}'),
      { kind: 'refused', code: 'unknown', carrierCode: '-999' },
    ],
    [
      '429 with seconds',
      rawReply('429 Too Many Requests', '', 'Retry-After: 7\r\n'),
      { kind: 'not_accepted', reason: 'throttled', retryAfterSeconds: 7 },
    ],
    [
      '429 with a date',
      rawReply('429 Too Many Requests', '', `Retry-After: ${new Date(nowMs + 90_500).toUTCString()}\r\n`),
      { kind: 'not_accepted', reason: 'throttled', retryAfterSeconds: 90 },
    ],
    [
      '429 with a date gone by',
      rawReply('429 Too Many Requests', '', `Retry-After: ${new Date(nowMs - 90_000).toUTCString()}\r\n`),
      { kind: 'not_accepted', reason: 'throttled', retryAfterSeconds: 0 },
    ],
    [
      '429 that says nothing readable',
      rawReply('429 Too Many Requests', '', 'Retry-After: soon\r\n'),
      { kind: 'not_accepted', reason: 'throttled', retryAfterSeconds: null },
    ],
    ['500', rawReply('500 Internal Server Error', accepted), { kind: 'unclear', reason: 'server_error' }],
    [
      '503, which Aligo does not document',
      rawReply('503 Busy', '', 'Retry-After: 5\r\n'),
      { kind: 'unclear', reason: 'server_error' },
    ],
    ['garbage', rawReply('200 OK', '<html>'), { kind: 'unclear', reason: 'unreadable_reply' }],
    ['an empty reply', rawReply('200 OK', ''), { kind: 'unclear', reason: 'unreadable_reply' }],
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.7\r\n', { kind: 'unclear', reason: 'unreadable_reply' }],
    ['a 403 page', rawReply('403 Forbidden', 'no'), { kind: 'unclear', reason: 'unreadable_reply' }],
    [
      'a 201 that looks like an acceptance',
      rawReply('201 Created', accepted),
      { kind: 'unclear', reason: 'unreadable_reply' },
    ],
    [
      'a result code of 0',
      rawReply('200 OK', '{"result_code":0,"msg_id":"7"}'),
      { kind: 'unclear', reason: 'unreadable_reply' },
    ],
    [
      'a result code of 2',
      rawReply('200 OK', '{"result_code":2,"msg_id":"7"}'),
      { kind: 'unclear', reason: 'unreadable_reply' },
    ],
    [
      'a result code of 1.5',
      rawReply('200 OK', '{"result_code":1.5,"msg_id":"7"}'),
      { kind: 'unclear', reason: 'unreadable_reply' },
    ],
    [
      'an acceptance without an id',
      rawReply('200 OK', '{"result_code":1}'),
      { kind: 'unclear', reason: 'unreadable_reply' },
    ],
    [
      'a refusal with an id',
      rawReply('200 OK', '{"result_code":-101,"msg_id":"9"}'),
      { kind: 'unclear', reason: 'unreadable_reply' },
    ],
    [
      'an acceptance of more than was sent',
      rawReply('200 OK', '{"result_code":1,"msg_id":"9","success_cnt":3,"error_cnt":0}'),
      { kind: 'unclear', reason: 'unreadable_reply' },
    ],
    [
      'an acceptance of fewer than were sent',
      rawReply('200 OK', '{"result_code":1,"msg_id":"9","success_cnt":1,"error_cnt":0}'),
      { kind: 'unclear', reason: 'unreadable_reply' },
    ],
    [
      'half a reply',
      `HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n${accepted}`,
      { kind: 'unclear', reason: 'connection_lost' },
    ],
    [
      'half a reply of unknown length',
      `HTTP/1.1 200 OK\r\n\r\n${accepted.slice(0, 20)}`,
      { kind: 'unclear', reason: 'unreadable_reply' },
    ],
    ['half a head', 'HTTP/1.1 200 O', { kind: 'unclear', reason: 'connection_lost' }],
    [
      'a switch of protocols',
      'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
      { kind: 'unclear', reason: 'unreadable_reply' },
    ],
  ];
  it.each(whole)('%s', async (_name, bytes, outcome) => {
    const submitted = await submitTo(replying(bytes));
    expect(submitted.outcome).toEqual(outcome);
    expect(submitted.sent).toHaveLength(1);
  });

  it('sends what Aligo documents', async () => {
    const { sent } = await submitTo(replying(rawReply('200 OK', accepted)));
    const [head, body] = sent[0]!.text.split('\r\n\r\n');
    expect(head).toMatch(/^POST \/send_mass\/ HTTP\/1.1/);
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      key: 'k',
      user_id: 'u',
      sender: '0212345678',
      cnt: '2',
      msg_type: 'SMS',
      rec_1: '01012345678',
      msg_1: '안녕하세요',
      rec_2: '01012345679',
      msg_2: '반갑습니다',
    });
  });

  it('does not follow a redirect, and does not ask again', async () => {
    const elsewhere = await startRawServer(replying(rawReply('200 OK', accepted)));
    stops.push(elsewhere.stop);
    for (const status of ['302 Found', '307 Temporary Redirect', '308 Permanent Redirect']) {
      const { outcome, sent } = await submitTo(
        replying(rawReply(status, '', `Location: ${elsewhere.url}/send_mass/\r\n`)),
      );
      expect(outcome).toEqual({ kind: 'unclear', reason: 'unreadable_reply' });
      expect(sent).toHaveLength(1);
    }
    expect(elsewhere.connections).toHaveLength(0);
  });
});

describe('a connection that goes away', () => {
  const lost = { kind: 'unclear', reason: 'connection_lost' };
  const nothing = { kind: 'not_accepted', reason: 'connection_refused', retryAfterSeconds: null };

  it('after the whole body: unclear', async () => {
    for (const close of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const { outcome, sent } = await submitTo((socket, seen) => afterBody(socket, seen, () => socket[close]()));
      expect(outcome).toEqual(lost);
      expect(sent).toHaveLength(1);
    }
  });

  it('in the middle of the body: unclear, because the vendor may have read enough', async () => {
    const { outcome } = await submitTo((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 100 Continue\r\n\r\n');
        socket.once('data', () => socket.resetAndDestroy());
      });
    });
    expect(outcome).toEqual(lost);
  });

  it('before a byte of the body was sent: nothing was accepted, and the server never saw a text', async () => {
    const closers: ((socket: Socket) => void)[] = [
      (socket) => socket.resetAndDestroy(),
      (socket) => socket.end(),
      (socket) => socket.once('data', () => socket.resetAndDestroy()),
      (socket) => socket.once('data', () => socket.end()),
    ];
    for (const close of closers) {
      const { outcome, sent } = await submitTo(close);
      expect(outcome).toEqual(nothing);
      for (const { text } of sent) expect(text).not.toContain('rec_1');
    }
  });

  it('never reuses a connection that the server keeps open', async () => {
    const server = await startRawServer((socket, seen) =>
      afterBody(socket, seen, () => socket.write(rawReply('200 OK', accepted, 'Connection: keep-alive\r\n'))),
    );
    stops.push(server.stop);
    const carrier = carrierAt(server.url);
    for (let i = 0; i < 3; i++) expect((await carrier.submit(batch)).kind).toBe('accepted');
    expect(server.connections).toHaveLength(3);
  });

  it('a port where nobody listens, a name that does not exist, no TLS where TLS is due: nothing was accepted', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expect(await carrierAt(`http://127.0.0.1:${port}`).submit(batch)).toEqual(nothing);
    expect(await carrierAt('https://carrier.invalid').submit(batch)).toEqual(nothing);
    const plain = await startRawServer((socket) =>
      socket.once('data', () => socket.write(rawReply('200 OK', accepted))),
    );
    stops.push(plain.stop);
    expect(await carrierAt(plain.url.replace('http:', 'https:')).submit(batch)).toEqual(nothing);
    expect(plain.connections[0]!.text).not.toContain('rec_1');
  });
});

describe('a server that answers before it takes the body', () => {
  it.each([
    ['503 Unavailable', 'Retry-After: 3\r\n', { kind: 'not_accepted', reason: 'unavailable', retryAfterSeconds: 3 }],
    ['500 Error', '', { kind: 'not_accepted', reason: 'unavailable', retryAfterSeconds: null }],
    ['302 Found', 'Location: /x\r\n', { kind: 'not_accepted', reason: 'unavailable', retryAfterSeconds: null }],
    ['429 Slow', 'Retry-After: 2\r\n', { kind: 'not_accepted', reason: 'throttled', retryAfterSeconds: 2 }],
  ])('%s: nothing was accepted', async (status, headers, outcome) => {
    const submitted = await submitTo((socket) => {
      socket.once('data', () => socket.end(rawReply(status, '', headers)));
    });
    expect(submitted.outcome).toEqual(outcome);
    expect(submitted.sent[0]!.text).not.toContain('rec_1');
  });

  it('an acceptance of what it has not seen is unclear', async () => {
    const { outcome } = await submitTo((socket) => {
      socket.once('data', () => socket.end(rawReply('200 OK', accepted)));
    });
    expect(outcome).toEqual({ kind: 'unclear', reason: 'unreadable_reply' });
  });
});

describe('a server that does not know "continue"', () => {
  it('gets the body after a moment, and the next one at once', async () => {
    const server = await startRawServer((socket, seen) => {
      socket.on('data', () => {
        const [, body] = seen.text.split('\r\n\r\n');
        if (body?.includes('msg_2=')) socket.end(rawReply('200 OK', accepted));
      });
    });
    stops.push(server.stop);
    const carrier = carrierAt(server.url);
    expect(await carrier.submit(batch)).toEqual({ kind: 'accepted', carrierId: '77' });
    expect(await carrier.submit(batch)).toEqual({ kind: 'accepted', carrierId: '77' });
    expect(server.connections.map(({ text }) => /expect: 100-continue/i.test(text))).toEqual([true, false]);
  });

  it('417 proves that nothing was taken; the next call does not ask', async () => {
    const server = await startRawServer((socket, seen) => {
      socket.on('data', () => {
        if (/expect:/i.test(seen.text)) socket.end(rawReply('417 Expectation Failed', ''));
        else if (seen.text.includes('msg_2=')) socket.end(rawReply('200 OK', accepted));
      });
    });
    stops.push(server.stop);
    const carrier = carrierAt(server.url);
    expect(await carrier.submit(batch)).toMatchObject({ kind: 'not_accepted', reason: 'unavailable' });
    expect(await carrier.submit(batch)).toEqual({ kind: 'accepted', carrierId: '77' });
  });
});

describe('the bound on time and size', () => {
  const bound = 400;
  const timely = async (behave: (socket: Socket, seen: Seen) => void): Promise<SubmitOutcome> => {
    const startedMs = performance.now();
    const { outcome } = await submitTo(behave, bound);
    expect(performance.now() - startedMs).toBeLessThan(bound + 3_000);
    return outcome;
  };
  const drip = (socket: Socket, bytes: string): void => {
    let sent = 0;
    const timer = setInterval(() => socket.write(bytes[sent++ % bytes.length]!), 20);
    socket.on('close', () => clearInterval(timer));
  };

  it('a silent server: unclear once the body was sent, else not accepted', async () => {
    expect(await timely((socket, seen) => afterBody(socket, seen, () => {}))).toEqual({
      kind: 'unclear',
      reason: 'timeout',
    });
    expect(await timely(() => {})).toMatchObject({ kind: 'not_accepted' });
  });

  it('a head that drips, a body that drips: unclear', async () => {
    const slowHead = await timely((socket, seen) =>
      afterBody(socket, seen, () => drip(socket, 'HTTP/1.1 200 OK\r\nX: yyyyyyyyyy')),
    );
    expect(slowHead).toEqual({ kind: 'unclear', reason: 'timeout' });
    const slowBody = await timely((socket, seen) =>
      afterBody(socket, seen, () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n');
        drip(socket, ' ');
      }),
    );
    expect(slowBody).toEqual({ kind: 'unclear', reason: 'timeout' });
  });

  it('credentials that do not come or fail are the account’s trouble; nothing is sent', async () => {
    const never = createAligoCarrier({ credentials: () => new Promise(() => {}), now: () => nowMs, timeoutMs: 50 });
    expect(await never.submit(batch)).toEqual({ kind: 'account_error', carrierCode: 'credentials' });
    const failing = createAligoCarrier({ credentials: async () => Promise.reject(new Error('no')), now: () => nowMs });
    expect(await failing.submit(batch)).toEqual({ kind: 'account_error', carrierCode: 'credentials' });
  });

  it('a huge reply is not read to its end', async () => {
    let written = 0;
    const outcome = await timely((socket, seen) =>
      afterBody(socket, seen, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const pour = (): void => {
          while (!socket.destroyed && written < 200e6 && socket.write(' '.repeat(65_536))) written += 65_536;
        };
        socket.on('drain', pour);
        pour();
      }),
    );
    expect(outcome).toEqual({ kind: 'unclear', reason: 'unreadable_reply' });
    expect(written).toBeLessThan(50e6);
  });

  it('a huge head is not read either', async () => {
    const outcome = await timely(replying(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(200_000)}\r\n\r\n{}`));
    expect(outcome).toEqual({ kind: 'unclear', reason: 'unreadable_reply' });
  });

  it('never sends the key and the texts in the clear beyond this machine', async () => {
    for (const baseUrl of ['http://apis.aligo.in', 'http://127.0.0.1.example.com', 'ftp://127.0.0.1', 'nonsense', '']) {
      expect(await carrierAt(baseUrl).submit(batch)).toEqual({ kind: 'account_error', carrierCode: 'base_url' });
    }
  });
});
