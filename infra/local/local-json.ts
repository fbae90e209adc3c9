import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from './edge/identities.ts';
import { writeWhole } from './write-whole.ts';

/** Where everything is and what to sign with: the content of `local.json`. */
export type Addresses = {
  apiUrl: string;
  /** Keys of the demo tenant; absent when the stack has no operator API. */
  apiKey?: string;
  testKey?: string;
  operatorKey?: string;
  controlUrl: string;
  carrierUrl: string;
  /** May only put objects under `inbox/`. */
  s3: Credentials & { endpoint: string; bucket: string };
};

const fileIn = (home: string) => join(home, 'local.json');

/** Takes the file away: after a kill a stale one would look as if the cloud were ready. */
export function withdrawAddresses(home: string): void {
  rmSync(fileIn(home), { force: true });
}

/** Publishes the addresses in one step, readable by their owner only. */
export function publishAddresses(home: string, addresses: Addresses): void {
  writeWhole(fileIn(home), `${JSON.stringify(addresses, null, 2)}\n`);
}
