import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { endOrphan } from './dynamo/dynoxide.ts';

/** Another local cloud runs on the same data. */
export class HomeInUse extends Error {
  override name = 'HomeInUse';
}

const lockName = 'lock.db';

/**
 * Takes a data folder for this process alone, emptying it if asked. The lock is one of the file system's: it is gone
 * with the process, however that ends.
 * @returns a function that gives the folder up
 * @throws HomeInUse
 */
export async function takeHome(home: string, fresh: boolean): Promise<() => void> {
  mkdirSync(home, { recursive: true });
  const lock = new DatabaseSync(join(home, lockName));
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new HomeInUse(`another local cloud runs on ${home}: stop it, or choose another folder with BONGSU_HOME=…`);
  }
  await endOrphan(join(home, 'dynamo'));
  if (fresh) {
    for (const name of readdirSync(home)) {
      if (!name.startsWith(lockName)) rmSync(join(home, name), { recursive: true });
    }
  }
  return () => lock.close();
}
