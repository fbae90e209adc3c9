import type { OwnerId } from '../../../shared/contracts/ids.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import type { Begin } from './deliveries.ts';
import { isOurs } from './process.ts';
import type { Ports, World } from './world.ts';

/** The API answers within so long, or not at all. */
const callLimitMs = 29_000;
const triesAtMost = 4;

/** Makes calls to the API, and makes them again, under the same keys, when no answer came. */
export class Caller {
  readonly #world: World;
  readonly #begin: Begin;
  #calls = 0;

  constructor(world: World, begin: Begin) {
    this.#world = world;
    this.#begin = begin;
  }

  call(name: string, work: (ports: Ports) => Promise<void>, tries = 1): void {
    const { faults, agenda, random } = this.#world;
    const process = this.#begin(`${name}${this.#calls++}`, callLimitMs, []);
    work(process.ports).catch((error: unknown) => {
      if (!isOurs(error) && !process.dead) {
        this.#world.breaks(`${process.name} failed: ${error instanceof Error ? error.stack : String(error)}`);
        return;
      }
      if (tries === triesAtMost) return;
      faults.count('repeated_request');
      agenda.in(1_000 + random.below(20_000), () => this.call(name, work, tries + 1));
    });
  }
}

export const recordOf = (scope: OwnerId, key: string): IdempotencyRecord => ({
  scope,
  key,
  requestHash: key,
  status: 202,
  bodyGzip: new Uint8Array(),
  requestedAtMs: 0,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
});
