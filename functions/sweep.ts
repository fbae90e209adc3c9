// Trigger: a schedule, every minute.
// Effect: looks after everything whose time to be looked at has passed: restarts what stalled, ends what expired.
// Replay: harmless; everything goes through the same conditional writes as the work itself.
// Failures: what failed is logged, the rest is done all the same, and the run fails so that its alarm tells; the next
// run tries again.
import type { Context } from 'aws-lambda';
import { dispatchIdShape, uploadIdShape } from '../shared/contracts/ids.ts';
import { sweepDispatch } from '../shared/domain/dispatches/sweep-dispatch.ts';
import { sweepUpload } from '../shared/domain/uploads/sweep-upload.ts';
import { sweepPorts } from './deps.ts';
import { logger } from './logger.ts';

const ports = sweepPorts();
const perPartition = 25;
const atOnce = 10;
/** A run ends by itself before its time does; what is left is the next minute's. */
const reserveMs = 10_000;

export const handler = async (_event: unknown, context: Context): Promise<void> => {
  const timeIsUp = () => context.getRemainingTimeInMillis() <= reserveMs;
  const seen = new Set<string>();
  let failures = 0;
  while (!timeIsUp()) {
    // What failed stays due, and an index lags behind: once a run is enough for each, and it must not hide the others
    const due = (await ports.due(perPartition + failures)).filter((id) => !seen.has(id));
    if (due.length === 0) break;
    for (let start = 0; start < due.length && !timeIsUp(); start += atOnce) {
      const now = due.slice(start, start + atOnce);
      for (const id of now) seen.add(id);
      const done = await Promise.all(now.map(sweep));
      failures += done.filter((well) => !well).length;
    }
  }
  if (failures > 0) throw new Error(`${failures} could not be looked after: see the lines before`);
};

async function sweep(id: string): Promise<boolean> {
  try {
    if (id.startsWith('upl_')) await sweepUpload(ports, uploadIdShape.parse(id));
    else await sweepDispatch(ports, dispatchIdShape.parse(id));
    return true;
  } catch (error) {
    logger.error('could not look after one of many', { id, error: error as Error });
    return false;
  }
}
