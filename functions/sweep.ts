// Trigger: a schedule, every minute.
// Effect: looks after everything whose time to be looked at has passed: restarts what stalled, ends what expired.
// Replay: harmless; everything goes through the same conditional writes as the work itself.
// Failures: what failed is logged, the rest is done all the same, and the run fails so that its alarm tells; the next
// run tries again.
import { dispatchIdShape } from '../shared/contracts/ids.ts';
import { sweepDispatch } from '../shared/domain/dispatches/sweep-dispatch.ts';
import { sweepPorts } from './deps.ts';
import { logger } from './logger.ts';

const ports = sweepPorts();
/** Of each of the 16 partitions; what is left over is the next minute's. */
const perShard = 25;

export const handler = async (): Promise<void> => {
  let failures = 0;
  for (const id of await ports.due(perShard)) {
    try {
      await sweep(id);
    } catch (error) {
      failures++;
      logger.error('could not look after one of many', { id, error: error as Error });
    }
  }
  if (failures > 0) throw new Error(`${failures} could not be looked after: see the lines before`);
};

async function sweep(id: string): Promise<void> {
  const dispatchId = dispatchIdShape.safeParse(id);
  if (dispatchId.success) return sweepDispatch(ports, dispatchId.data);
  throw new Error('Nobody knows how to look after this');
}
