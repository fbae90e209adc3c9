import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { massFields, startVendor } from './vendor-client.ts';

let vendor: Awaited<ReturnType<typeof startVendor>>;
beforeEach(async () => {
  vendor = await startVendor();
});
afterEach(() => vendor.stop());

const numbers = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `010${30_000_000 + from + i}`);
const submit = (receivers: readonly string[]) => vendor.call('/send_mass/', massFields(receivers));
const faults = (...given: object[]) => vendor.control('POST', '/carrier/faults', { faults: given });
const messages = async (query: Record<string, string> = {}) =>
  (await vendor.control('GET', '/carrier/messages', undefined, query)).body;

describe('what arrived', () => {
  it('has one entry for every arrival: a message sent twice shows twice', async () => {
    await submit(['01012345678', '01055556666']);
    await submit(['01012345678']);
    const { messages: all, count } = await messages();
    expect(count).toBe(3);
    expect(all[0]).toEqual({
      to: '+821012345678',
      from: '0212345678',
      type: 'sms',
      subject: null,
      text: '안녕하세요',
      images: [],
      at: '2026-11-21T03:00:00.000Z',
    });
    for (const to of ['01012345678', '010-1234-5678', '+821012345678', '821012345678', '+82 10 1234 5678']) {
      expect(await messages({ to })).toMatchObject({ count: 2, nextCursor: null });
    }
    expect(await messages({ to: '01000000000' })).toEqual({ messages: [], nextCursor: null, count: 0 });
  });

  it('leaves out numbers at which nothing arrives', async () => {
    await submit([1, 2, 3, 4, 5, 6, 7].map((n) => `0109999000${n}`));
    const reached = (await messages()).messages.map(({ to }: { to: string }) => to.at(-1));
    expect(reached).toEqual(['3', '4', '5', '6']);
  });

  it('comes in pages that together hold everything once', async () => {
    for (let i = 0; i < 5; i++) await submit(numbers(450, i * 450));
    await submit(numbers(1));
    const seen: string[] = [];
    const sizes: number[] = [];
    let cursor: string | null = null;
    do {
      const page: { messages: { to: string }[]; nextCursor: string | null; count: number } = await messages(
        cursor === null ? {} : { cursor },
      );
      expect(page.count).toBe(2_251);
      seen.push(...page.messages.map(({ to }) => to));
      sizes.push(page.messages.length);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(sizes).toEqual([1_000, 1_000, 251]);
    expect(seen).toEqual([...numbers(2_250), numbers(1)[0]!].map((number) => `+82${number.slice(1)}`));
  });
});

describe('the fault script', () => {
  it('strikes as many submits as it says, in order, and leaves questions alone', async () => {
    await faults({ kind: 'http_429', calls: 2, retryAfterSeconds: 9 }, { kind: 'http_500_before_accept', calls: 1 });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) {
      expect(Number((await vendor.call('/remain/')).result_code)).toBe(1);
      const body = new URLSearchParams({ key: 'k', user_id: 'u', ...massFields(numbers(1)) });
      const reply = await fetch(`${vendor.url}/send_mass/`, { method: 'POST', body });
      statuses.push(reply.status);
      if (reply.status === 429) expect(reply.headers.get('retry-after')).toBe('9');
    }
    expect(statuses).toEqual([429, 429, 500, 200]);
    expect((await messages()).count).toBe(1);
  });

  it('can aim at a question instead', async () => {
    await faults({ kind: 'http_500_before_accept', path: '/remain/' });
    expect(Number((await submit(numbers(1))).result_code)).toBe(1);
    expect((await fetch(`${vendor.url}/remain/`, { method: 'POST' })).status).toBe(500);
    expect((await fetch(`${vendor.url}/remain/`, { method: 'POST' })).status).toBe(200);
  });

  it.each([
    ['refuse_connection', 0],
    ['drop_after_accept', 1],
    ['timeout_after_accept', 1],
  ])('%s breaks the connection; accepted: %d', async (kind, count) => {
    await faults({ kind, delayMs: 30 });
    await expect(submit(numbers(1))).rejects.toThrow();
    expect((await messages()).count).toBe(count);
  });

  it('garbage_reply accepts and answers nothing readable', async () => {
    await faults({ kind: 'garbage_reply' });
    await expect(submit(numbers(1))).rejects.toThrow(SyntaxError);
    expect((await messages()).count).toBe(1);
  });

  it('slow answers late, but well', async () => {
    await faults({ kind: 'slow', delayMs: 120 });
    const startedMs = performance.now();
    expect(Number((await submit(numbers(1))).result_code)).toBe(1);
    expect(performance.now() - startedMs).toBeGreaterThan(115);
  });

  it('account answers for the account', async () => {
    await faults({ kind: 'account' }, { kind: 'account', code: -101 });
    expect([(await submit(numbers(1))).result_code, (await submit(numbers(1))).result_code]).toEqual(['-201', '-101']);
  });

  it('shows what is left and can be cleared', async () => {
    await faults({ kind: 'http_429', calls: 3 });
    await fetch(`${vendor.url}/send/`, { method: 'POST' });
    expect((await vendor.control('GET', '/carrier/faults')).body.faults).toMatchObject([{ kind: 'http_429', left: 2 }]);
    expect((await vendor.control('DELETE', '/carrier/faults')).body).toEqual({ faults: [] });
    expect(Number((await submit(numbers(1))).result_code)).toBe(1);
  });

  it('a stop does not wait for a call that hangs', async () => {
    await faults({ kind: 'timeout_after_accept' }, { kind: 'slow', delayMs: 600_000 });
    const hanging = [submit(numbers(1)), submit(numbers(1))].map((reply) => reply.catch((error: Error) => error.name));
    await expect.poll(async () => (await vendor.control('GET', '/carrier/calls')).body.total).toBe(2);
    await vendor.restart();
    expect(await Promise.all(hanging)).toEqual(['TypeError', 'TypeError']);
  });
});

it('counts submits by the second', async () => {
  for (const advanceMs of [0, 400, 1_000]) {
    vendor.clock.nowMs += advanceMs;
    await submit(numbers(1));
    await vendor.call('/remain/');
  }
  expect((await vendor.control('GET', '/carrier/calls')).body).toMatchObject({
    total: 3,
    perSecond: [
      { at: '2026-11-21T03:00:00.000Z', calls: 2 },
      { at: '2026-11-21T03:00:01.000Z', calls: 1 },
    ],
  });
});

it('says of each submit when it came in, which fault it met, and what was taken of it when', async () => {
  await submit(numbers(3));
  vendor.clock.nowMs += 1_234;
  await faults({ kind: 'http_429' }, { kind: 'drop_after_accept' });
  for (const receivers of [numbers(2), numbers(2), []]) await submit(receivers).catch(() => 'no answer to read');
  const [at, later] = ['2026-11-21T03:00:00.000Z', '2026-11-21T03:00:01.234Z'];
  expect((await vendor.control('GET', '/carrier/calls')).body.latest).toEqual([
    { at, fault: null, taken: { at, messages: 3 } },
    { at: later, fault: 'http_429', taken: null },
    { at: later, fault: 'drop_after_accept', taken: { at: later, messages: 2 } },
    { at: later, fault: null, taken: null },
  ]);
});

it.each([
  ['POST', '/carrier/faults', {}, {}, 400],
  ['POST', '/carrier/faults', undefined, {}, 400],
  ['POST', '/carrier/faults', { faults: [{ kind: 'meteor' }] }, {}, 400],
  ['POST', '/carrier/faults', { faults: [{ kind: 'slow', calls: 0 }] }, {}, 400],
  ['POST', '/carrier/faults', { faults: [{ kind: 'slow', calls: 1.5 }] }, {}, 400],
  ['POST', '/carrier/faults', { faults: [{ kind: 'slow', delayMs: -1 }] }, {}, 400],
  ['POST', '/carrier/faults', { faults: [{ kind: 'slow', when: 'now' }] }, {}, 400],
  ['POST', '/carrier/faults', { faults: [{ kind: 'slow', path: '/etc/' }] }, {}, 400],
  ['POST', '/carrier/account', { balance: -1 }, {}, 400],
  ['GET', '/carrier/messages', undefined, { cursor: 'x' }, 400],
  ['GET', '/carrier/messages', undefined, { too: '010' }, 400],
  ['PUT', '/carrier/faults', undefined, {}, 405],
  ['POST', '/carrier/messages', undefined, {}, 405],
  ['GET', '/carrier/other', undefined, {}, 404],
] as [string, string, unknown, Record<string, string>, number][])(
  '%s %s with %j %j is answered with a problem',
  async (method, path, body, query, status) => {
    const reply = await vendor.control(method, path, body, query);
    expect(reply).toMatchObject({ status, body: { status, title: expect.any(String), code: expect.any(String) } });
    expect((await vendor.control('GET', '/carrier/faults')).body).toEqual({ faults: [] });
  },
);
