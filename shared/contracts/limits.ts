/** Numbers that two deployments, or the stack and the code it runs, must agree on. Units last. */

export const batchRowsMax = 500; // Aligo's /send_mass/ takes 1–500 recipients a call
export const inlineRowsMax = 20; // up to here rows lie in an item beside the dispatch, not in S3
export const inlineBytesMax = 200 * 1024; // nor more bytes of rows than this: DynamoDB takes items of up to 400 KB
export const listRowsMax = 1_000; // recipients in one API call
export const uploadBytesMax = 30 * 1024 * 1024;
export const uploadRowsMax = 1_000_000;
export const requestBytesMax = 2 * 1024 * 1024;

export const uploadUrlSeconds = 3_600;
export const confirmDays = 7;
export const scheduleDaysMax = 60; // the last wave of a split send included
/** Rows are kept so many days from a dispatch's creation: whatever it is moved to, two months are left to look at results. */
export const sentWithinDays = 120;
export const splitCountMax = 100;
export const splitIntervalMinutesMax = 1_440;
export const rowsKeptDays = 180;
export const erasedWithinDays = 7; // what is left of a deleted person: open reports end after three, a pass comes every six hours
export const idempotencyHours = 72;
export const openReportHours = 72;
/** The longest time for which a tenant may have repeated messages held back. */
export const duplicateBlockMinutesMax = 60;

/** One carrier call, one Lambda run around it, and how long nobody else may touch the batch. Each fits into the next. */
export const carrierCallSeconds = 20;
export const sendBatchSeconds = 45;
export const batchLeaseSeconds = 60;

/** Validation and prepare renew this lease while they work; a dead worker's place is free after it. */
export const workLeaseSeconds = 60;
export const longWorkSeconds = 600;

export const sqsDelaySecondsMax = 900;
export const sweepMinutes = 1;
export const sweeperShards = 16;
