import { createHash, createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Principal } from '../iam/iam.ts';
import { writeWhole } from '../write-whole.ts';

/** What a caller signs with. */
export type Credentials = { accessKeyId: string; secretAccessKey: string };

/**
 * Everyone who may call AWS endpoints, each with an access key of its own. Keys are derived from one random secret of
 * the data folder, so that a presigned URL outlives a restart.
 */
export class Identities {
  readonly #master: Buffer;
  readonly #known = new Map<string, { principal: Principal; secretAccessKey: string }>();

  /** @param file keeps the random secret */
  constructor(file: string) {
    if (!existsSync(file)) writeWhole(file, randomBytes(32));
    this.#master = readFileSync(file);
  }

  /** Makes a principal known under a name. */
  add(name: string, principal: Principal): Credentials {
    const accessKeyId = `LKIA${createHash('sha256').update(name).digest('hex').slice(0, 16).toUpperCase()}`;
    const secretAccessKey = createHmac('sha256', this.#master).update(name).digest('base64url').slice(0, 40);
    this.#known.set(accessKeyId, { principal, secretAccessKey });
    return { accessKeyId, secretAccessKey };
  }

  find(accessKeyId: string): { principal: Principal; secretAccessKey: string } | undefined {
    return this.#known.get(accessKeyId);
  }
}
