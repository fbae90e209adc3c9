import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { QueueState } from '../../infra/local/control/queue-report.ts';
import { type Desk, deskAt, type Shop } from './cloud.ts';
import type { CloudProcess } from './cloud-process.ts';
import type { CarrierFault } from './control.ts';
import { expectMoneyAddsUp, type Shown } from './sends.ts';

/**
 * What the carrier does with each life's first submits: one it never gets to take, one it takes and never answers, one
 * goes well, and the rest must wait for the next life. So every kill has calls of all kinds in hand.
 */
export const carrierOfALife: readonly CarrierFault[] = [
  { kind: 'slow', calls: 1, delayMs: 60_000 },
  { kind: 'timeout_after_accept', calls: 1 },
  { kind: 'slow', calls: 1, delayMs: 0 },
  { kind: 'http_429', calls: 1_000, retryAfterSeconds: 30 },
];

/** A shop at a local cloud that is killed again and again. */
export class MortalShop {
  readonly #cloud: CloudProcess;
  readonly #assembly: string;
  readonly #moments: string[] = [];
  #desk: Desk | null = null;
  #shop: Shop | null = null;

  constructor(cloud: CloudProcess, assembly: string) {
    this.#cloud = cloud;
    this.#assembly = assembly;
  }

  async open(credits: number): Promise<void> {
    this.#desk = await deskAt(await this.#cloud.start(this.#assembly));
    this.#shop = await this.#desk.newShop(credits);
  }

  get control() {
    return this.#opened(this.#desk).control;
  }

  get live() {
    return this.#opened(this.#shop).live;
  }

  /** Every kill so far, for whoever has to find out why something went wrong. */
  get told(): string {
    return `killed ${this.#moments.join('; ')}`;
  }

  get kills(): number {
    return this.#moments.length;
  }

  /**
   * Begins something, kills the cloud at a random moment up to so long after, and starts it again.
   * @returns what was begun, or null if the kill cut it off; @param whileDown what happens before the start
   */
  async killed<T>(
    what: string,
    withinMs: number,
    begin: () => Promise<T>,
    whileDown: () => void = () => undefined,
  ): Promise<T | null> {
    const afterMs = Math.round(Math.random() * withinMs);
    this.#moments.push(`${what}, after ${afterMs} ms`);
    const begun = begin().catch(nullIfCutOff);
    const [outcome] = await Promise.allSettled([begun, sleep(afterMs).then(() => this.#cloud.end('SIGKILL'))]);
    if (outcome.status === 'rejected') throw outcome.reason;
    whileDown();
    this.#desk = await deskAt(await this.#cloud.start(this.#assembly));
    const { live } = this.#opened(this.#shop);
    this.#shop = { ...this.#opened(this.#shop), live: this.#desk.customer(live.key ?? '') };
    return outcome.value;
  }

  #opened<T>(part: T | null): T {
    if (part === null) throw new Error('The shop was not opened');
    return part;
  }
}

/** What `fetch` throws when the other side is gone; anything else is a finding. */
function nullIfCutOff(error: unknown): null {
  if (error instanceof TypeError) return null;
  throw error;
}

/** As if the machine had been off for so long: the clock of the local cloud lies in a file that only grows. */
export function passTime(home: string, ms: number): void {
  const file = join(home, 'clock.json');
  writeFileSync(file, JSON.stringify(Number(readFileSync(file, 'utf8')) + ms));
}

/**
 * After everything settled, holds the service against the phones: nobody got it twice, nobody is lost, what failed was
 * given back, nothing lies among the dead letters. Every one of `wanted` could be sent to for a credit.
 */
export async function expectEveryoneToldOnce(
  { control, live }: Pick<MortalShop, 'control' | 'live'>,
  dispatch: Shown,
  wanted: readonly string[],
  told: string,
): Promise<void> {
  const recipients = wanted.length;
  const { delivered, unknown, failed } = dispatch.progress;
  expect(dispatch, told).toMatchObject({
    status: 'completed',
    progress: { accepted: recipients, planned: 0, canceled: 0 },
  });
  expect(delivered + unknown + failed, told).toBe(recipients);
  expect(failed, told).toBeGreaterThan(0);
  expect(dispatch.failedBy, told).toEqual({ unresolved: failed });
  expect(dispatch.credits, told).toEqual({ held: 0, captured: recipients, released: 0, refunded: failed });
  const money = await expectMoneyAddsUp(live);
  expect(money, told).toMatchObject({ available: money.granted - recipients + failed, held: 0 });

  const messages = await live.all(`/v1/dispatches/${dispatch.id}/messages`);
  expect(new Set(messages.map(({ to }) => to)), told).toEqual(new Set(wanted));
  const sent = messages.filter(({ status }) => status !== 'failed').map(({ to }) => to);
  const arrived = await control.arrivalsByNumber();
  expect(
    [...arrived].filter(([, count]) => count > 1),
    told,
  ).toEqual([]);
  expect(new Set(arrived.keys()), told).toEqual(new Set(sent));
  const isDead = ({ name, deadLetters }: QueueState) => deadLetters > 0 && !mayLoseSome.test(name);
  expect((await control.queues()).filter(isDead), told).toEqual([]);
}

/** A sweep that is cut off is not begun again, and the stack asks for no retry: the next minute's makes up for it. */
const mayLoseSome = /^lambda-async-.*Sweep/;
