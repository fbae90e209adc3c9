// Trigger: records of the settle queue, gathered for two seconds: many say the same dispatch.
// Effect: folds each named dispatch once: totals, credits, ledger, events.
// Replay: folds nothing new, so writes nothing.
// Failures: every record of a dispatch whose fold failed comes back; at last they lie in the dead-letter queue.
import { settlePorts } from './deps/workers.ts';
import { createSettleDispatch } from './settle-door.ts';

export const handler = createSettleDispatch(settlePorts());
