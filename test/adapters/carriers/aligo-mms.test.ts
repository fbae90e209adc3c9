import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startCarrierSimulator } from '../../../infra/local/carrier/simulator.ts';
import { createAligoCarrier } from '../../../shared/adapters/carriers/aligo.ts';
import type { CarrierBatch } from '../../../shared/domain/carriers/carrier.ts';
import { sha256Of } from '../../../shared/domain/images/kept-images.ts';
import { jpegOf } from '../../support/jpegs.ts';
import { afterBody, rawReply, type Seen, startRawServer } from './raw-server.ts';

const nowMs = Date.parse('2026-11-21T10:00:00+09:00');
const kb = 1024;
const images = [jpegOf(1, 300 * kb), jpegOf(2, 300 * kb), jpegOf(3, 200 * kb)];
/** What would end a part, a field or the form, if it were not plain text. */
const nasty = '--bongsu\r\nContent-Disposition: form-data; name="cnt"\r\n\r\n1\r\n--bongsu--\r\n&msg_1=x "가\u3042"';
const batchOf = (over: Partial<CarrierBatch> = {}): CarrierBatch => ({
  type: 'mms',
  from: '0212345678',
  subject: '세일',
  messages: [
    { to: '+821012345678', text: '첫 그림' },
    { to: '+821012345679', text: '둘째 그림' },
  ],
  images,
  ...over,
});
const carrierAt = (baseUrl: string, timeoutMs = 5_000) =>
  createAligoCarrier({ credentials: async () => ({ baseUrl, key: 'k', userId: 'u' }), now: () => nowMs, timeoutMs });

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

describe('at the simulator', () => {
  async function arrivalsOf(batch: CarrierBatch) {
    const home = mkdtempSync(join(tmpdir(), 'carrier-'));
    const simulator = await startCarrierSimulator({ home, now: () => nowMs });
    stops.push(async () => {
      await simulator.stop();
      rmSync(home, { recursive: true });
    });
    const outcome = await carrierAt(simulator.url).submit(batch);
    const { body } = await simulator.handleControl({ method: 'GET', path: '/carrier/messages', query: {}, body: null });
    return { outcome, messages: (body as { messages: readonly Record<string, unknown>[] }).messages };
  }

  it('three images reach every phone byte by byte, beside its own text', async () => {
    const batch = batchOf();
    const { outcome, messages } = await arrivalsOf(batch);
    expect(outcome.kind).toBe('accepted');
    const files = images.map((bytes, i) => ({
      fileName: `image${i + 1}.jpg`,
      bytes: bytes.length,
      sha256: sha256Of(bytes),
    }));
    expect(messages).toMatchObject(
      batch.messages.map((message) => ({ ...message, type: 'mms', subject: '세일', images: files })),
    );
  });

  it('500 texts of 2,000 bytes go with them in one call', async () => {
    const text = '가'.repeat(1_000);
    const messages = Array.from({ length: 500 }, (_, i) => ({ to: `+8210${20_000_000 + i}`, text }));
    expect((await arrivalsOf(batchOf({ messages }))).outcome.kind).toBe('accepted');
  });

  it('no text becomes a part of the form', async () => {
    const batch = batchOf({ messages: [{ to: '+821012345678', text: nasty }], subject: '"\r\n\r\n--' });
    const { messages } = await arrivalsOf(batch);
    expect(messages).toMatchObject([{ text: nasty, subject: '"\r\n\r\n--', images: [{}, {}, {}] }]);
  });

  it('without images the vendor refuses, and so do the messages of the call', async () => {
    const { outcome, messages } = await arrivalsOf(batchOf({ images: [] }));
    expect(outcome.kind).toBe('refused');
    expect(messages).toEqual([]);
  });
});

describe('at a server that misbehaves', () => {
  async function submitTo(behave: (socket: Socket, seen: Seen) => void, timeoutMs?: number) {
    const server = await startRawServer(behave);
    stops.push(server.stop);
    return { outcome: await carrierAt(server.url, timeoutMs).submit(batchOf()), sent: server.connections };
  }
  const bodyOf = (seen: Seen) => seen.text.slice(seen.text.indexOf('\r\n\r\n') + 4);

  it('says what it sends, with its exact length', async () => {
    const reply = '{"result_code":1,"message":"","msg_id":"77","success_cnt":2,"error_cnt":0}';
    const { outcome, sent } = await submitTo((socket, seen) =>
      afterBody(socket, seen, () => socket.end(rawReply('200 OK', reply))),
    );
    expect(outcome).toEqual({ kind: 'accepted', carrierId: '77' });
    const [, boundary] = /content-type: multipart\/form-data; boundary=([\w-]{20,70})\r\n/i.exec(sent[0]!.text)!;
    const body = bodyOf(sent[0]!);
    expect(body.length).toBe(Number(/content-length: (\d+)/i.exec(sent[0]!.text)![1]));
    expect(body.endsWith(`--${boundary}--\r\n`)).toBe(true);
    for (const bytes of images) expect(body.includes(bytes.toString('latin1'))).toBe(true);
  });

  it('has sent nothing before the server says that it takes the form', async () => {
    const { outcome, sent } = await submitTo((socket, seen) =>
      socket.on('data', () => {
        if (seen.text.includes('\r\n\r\n')) socket.resetAndDestroy();
      }),
    );
    expect(outcome).toEqual({ kind: 'not_accepted', reason: 'connection_refused', retryAfterSeconds: null });
    expect(sent).toHaveLength(1);
    expect(bodyOf(sent[0]!)).toBe('');
  });

  it('is refused before the body: nothing was sent', async () => {
    const { outcome, sent } = await submitTo((socket) =>
      socket.once('data', () => socket.end(rawReply('413 Payload Too Large', ''))),
    );
    expect(outcome).toMatchObject({ kind: 'not_accepted', reason: 'unavailable' });
    expect(bodyOf(sent[0]!)).toBe('');
  });

  it('is unclear once the body has begun, and is not repeated', async () => {
    const { outcome, sent } = await submitTo((socket, seen) => {
      socket.once('data', () => socket.write('HTTP/1.1 100 Continue\r\n\r\n'));
      socket.on('data', () => {
        if (bodyOf(seen).length > 100_000) socket.resetAndDestroy();
      });
    });
    expect(outcome).toEqual({ kind: 'unclear', reason: 'connection_lost' });
    expect(sent).toHaveLength(1);
  });

  it('is unclear if the server stops reading in the middle', async () => {
    const { outcome, sent } = await submitTo(
      (socket) =>
        socket.once('data', () => {
          socket.write('HTTP/1.1 100 Continue\r\n\r\n');
          socket.pause();
        }),
      300,
    );
    expect(outcome).toEqual({ kind: 'unclear', reason: 'timeout' });
    expect(sent).toHaveLength(1);
  });
});
