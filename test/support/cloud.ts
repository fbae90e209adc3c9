import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, inject } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../infra/local/local-cloud.ts';
import type { Addresses } from '../../infra/local/local-json.ts';
import { type Control, controlOf } from './control.ts';
import { Customer, publishedCheck } from './customer.ts';

export const newHome = (): string =>
  mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bongsu-journey-'));

export const senderNumber = '0212345678';

/** A tenant of the journey's own: with credits, an approved sender, and a customer for each of its keys. */
export interface Shop {
  readonly id: string;
  readonly live: Customer;
  readonly test: Customer;
}

/** What one can do at a running local cloud, as operator and as customers. */
export interface Desk {
  readonly control: Control;
  readonly operator: Customer;
  readonly stranger: Customer;
  /** @param credits of the live balance; 0 grants none */
  newShop(credits?: number): Promise<Shop>;
  customer(key: string): Customer;
}

export async function deskAt(addresses: Addresses): Promise<Desk> {
  const { apiUrl, controlUrl, operatorKey } = addresses;
  if (operatorKey === undefined) throw new Error('The stack has no operator key');
  const check = await publishedCheck(apiUrl);
  const customer = (key: string | null) => new Customer(apiUrl, key, check);
  const operator = customer(operatorKey);
  return {
    control: controlOf(controlUrl),
    operator,
    stranger: customer(null),
    customer,
    async newShop(credits = 100_000) {
      const body = { name: 'Shop', identityStatus: 'approved' };
      const { id, apiKeys } = await operator.told(201, 'POST', '/operator/v1/tenants', { body });
      if (credits > 0) {
        const grant = { credits, type: 'grant', note: 'Journey' };
        await operator.told(201, 'POST', `/operator/v1/tenants/${id}/credits`, { body: grant });
      }
      await operator.told(201, 'POST', `/operator/v1/tenants/${id}/sender-numbers`, { body: { number: senderNumber } });
      const keyOf = (mode: string) => apiKeys.find((key: { mode: string }) => key.mode === mode).secret as string;
      return { id, live: customer(keyOf('live')), test: customer(keyOf('test')) };
    },
  };
}

export interface CloudSuite extends Desk {
  readonly cloud: LocalCloud;
}

/**
 * A local cloud for all tests of a file, on data of its own.
 * @param context settings of the stack by name; without any, all files share one synth
 */
export function cloudSuite(context?: Readonly<Record<string, unknown>>): CloudSuite {
  const suite = {} as { -readonly [K in keyof CloudSuite]: CloudSuite[K] };
  const home = newHome();
  beforeAll(async () => {
    const stack = context ? { context } : { assembly: inject('assembly') };
    suite.cloud = await startLocalCloud({ home, ...stack, withDemoTenant: false });
    Object.assign(suite, await deskAt(suite.cloud.addresses));
  });
  afterAll(async () => {
    await suite.cloud?.stop();
    rmSync(home, { recursive: true, force: true });
  });
  return suite;
}

/** Waits until something holds; fails with what it last saw. */
export async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean, withinMs = 20_000): Promise<T> {
  const givenUpAtMs = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > givenUpAtMs) {
      throw new Error(`It did not come to pass; last seen: ${JSON.stringify(seen).slice(0, 3_000)}`);
    }
    await sleep(50);
  }
}
