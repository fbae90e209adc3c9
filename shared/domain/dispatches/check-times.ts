/** How long after a write the sweeper looks, should what follows from the write be lost or stand still. */

/** After a write that asks a queue for what comes next. */
export const firstCheckMs = 60_000;
/** Again soon while it moves, hourly while only reports are open. */
export const checkWhileSendingMs = 2 * 60_000;
export const checkWhileOpenMs = 3_600_000;
/** A wave is released by its schedule; only if that is lost, by the sweeper so long after. */
export const waveGraceMs = 60_000;
/** Should telling an end fail, the sweeper tells it. */
export const checkEventsMs = 5 * 60_000;
