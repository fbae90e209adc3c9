import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { startCarrierSimulator } from '../../../../infra/local/carrier/simulator.ts';
import { call, massFields } from './vendor-client.ts';

const home = mkdtempSync(join(tmpdir(), 'carrier-'));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(home, { recursive: true });
});

async function startProcess() {
  const script = join(import.meta.dirname, 'simulator-process.ts');
  const child = spawn(process.execPath, [script, home], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, url: line.toString().trim() };
}

it('loses no acknowledged message to a kill in the middle of a send, and doubles none', async () => {
  const acknowledged = new Map<string, string>();
  const attempted = new Set<string>();
  let next = 10_000_000;
  for (let round = 0; round < 3; round++) {
    const { child, url } = await startProcess();
    const killAfter = attempted.size + 3_000;
    const sender = async (): Promise<void> => {
      for (;;) {
        const receivers = Array.from({ length: 1 + (next % 200) }, () => `010${next++}`);
        for (const receiver of receivers) attempted.add(receiver);
        if (attempted.size > killAfter) child.kill('SIGKILL');
        try {
          const reply = await call(url, '/send_mass/', massFields(receivers));
          for (const receiver of receivers) acknowledged.set(receiver, String(reply.msg_id));
        } catch {
          return; // the process is gone: what it was asked last is unclear
        }
      }
    };
    const gone = once(child, 'exit');
    await Promise.all([sender(), sender(), sender(), sender()]);
    await gone;
  }
  expect(acknowledged.size).toBeGreaterThan(3_000);

  const simulator = await startCarrierSimulator({ home, now: () => Date.now() + 10_000 });
  const arrived = new Map<string, number>();
  let cursor: string | null = null;
  do {
    const query: Record<string, string> = cursor === null ? {} : { cursor };
    const { body } = await simulator.handleControl({
      method: 'GET',
      path: '/carrier/messages',
      query,
      body: undefined,
    });
    const page = body as { messages: { to: string }[]; nextCursor: string | null };
    for (const { to } of page.messages) {
      const receiver = `0${to.slice(3)}`;
      arrived.set(receiver, (arrived.get(receiver) ?? 0) + 1);
    }
    cursor = page.nextCursor;
  } while (cursor !== null);

  for (const receiver of acknowledged.keys()) expect(arrived.get(receiver)).toBe(1);
  for (const [receiver, times] of arrived) expect([attempted.has(receiver), times]).toEqual([true, 1]);
  const [sample, mid] = [...acknowledged][0]!;
  const { list } = await call(simulator.url, '/sms_list/', { mid, page_size: '500' });
  expect(list.find((row: { receiver: string }) => row.receiver === sample)?.sms_state).toBe('발송완료');
  await simulator.stop();
});
