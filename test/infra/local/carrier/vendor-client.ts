import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCarrierSimulator } from '../../../../infra/local/carrier/simulator.ts';

export interface Listed {
  readonly list: readonly Record<string, string>[];
  readonly next_yn: string;
}
// biome-ignore lint/suspicious/noExplicitAny: replies of the vendor are what the tests are about
export type VendorReply = any;

/** Posts a form as a customer of the vendor would. */
export async function call(url: string, path: string, fields: Record<string, string>): Promise<VendorReply> {
  const body = new URLSearchParams({ key: 'k', user_id: 'u', ...fields });
  const response = await fetch(`${url}${path}`, { method: 'POST', body });
  return response.json();
}

/** Fields of a `/send_mass/` of these receivers. */
export function massFields(receivers: readonly string[], text = '안녕하세요', type = 'SMS'): Record<string, string> {
  const fields: Record<string, string> = { sender: '0212345678', msg_type: type, cnt: String(receivers.length) };
  for (const [i, receiver] of receivers.entries()) {
    fields[`rec_${i + 1}`] = receiver;
    fields[`msg_${i + 1}`] = text;
  }
  return fields;
}

/** A simulator in a folder of its own, with a clock of its own. */
export async function startVendor(account?: { key: string; userId: string }) {
  const home = mkdtempSync(join(tmpdir(), 'carrier-'));
  const clock = { nowMs: Date.parse('2026-11-21T12:00:00+09:00') };
  const start = () => startCarrierSimulator({ home, now: () => clock.nowMs, ...(account ? { account } : {}) });
  let simulator = await start();
  return {
    home,
    clock,
    get url() {
      return simulator.url;
    },
    call: (path: string, fields: Record<string, string> = {}) => call(simulator.url, path, fields),
    control: (method: string, path: string, body?: unknown, query: Record<string, string> = {}) =>
      simulator.handleControl({ method, path, query, body }) as Promise<{ status: number; body: VendorReply }>,
    restart: async () => {
      await simulator.stop();
      simulator = await start();
    },
    stop: async () => {
      await simulator.stop();
      rmSync(home, { recursive: true });
    },
  };
}
