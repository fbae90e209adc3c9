import type { Context } from 'aws-lambda';
import { logger } from './logger.ts';

export interface SweepWork {
  /** Ids of what is due, at most so many of each partition. An index answers: it may lag behind. */
  readonly due: (perPartition: number) => Promise<readonly string[]>;
  readonly lookAfter: (id: string) => Promise<void>;
}

const perPartition = 25;
const atOnce = 10;
/** A run ends by itself before its time does; what is left is the next minute's. */
const reserveMs = 10_000;

/** A door for the schedule that has everything looked after that is due. Each fails alone; the run fails if one did. */
export const createSweep = (work: SweepWork) => {
  const succeeds = async (id: string): Promise<boolean> => {
    try {
      await work.lookAfter(id);
      return true;
    } catch (error) {
      logger.error('could not look after one of many', { id, error: error as Error });
      return false;
    }
  };
  return async (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<void> => {
    const timeIsUp = () => context.getRemainingTimeInMillis() <= reserveMs;
    const seen = new Set<string>();
    let failures = 0;
    while (!timeIsUp()) {
      // What failed stays due, and an index lags behind: once a run is enough for each, and it must not hide the others
      const due = (await work.due(perPartition + failures)).filter((id) => !seen.has(id));
      if (due.length === 0) break;
      for (let start = 0; start < due.length && !timeIsUp(); start += atOnce) {
        const now = due.slice(start, start + atOnce);
        for (const id of now) seen.add(id);
        const done = await Promise.all(now.map(succeeds));
        failures += done.filter((well) => !well).length;
      }
    }
    if (failures > 0) throw new Error(`${failures} could not be looked after: see the lines before`);
  };
};
