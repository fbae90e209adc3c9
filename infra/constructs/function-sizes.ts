import { longWorkSeconds, sendBatchSeconds, sweepMinutes } from '../../shared/contracts/limits.ts';
import type { FunctionName } from '../bundle.ts';

/** How long a run may take. */
export const timeoutSeconds: Readonly<Record<FunctionName, number>> = {
  // The HTTP API gives up after 30 s: answering later helps nobody.
  api: 29,
  account: 29,
  results: 29,
  campaigns: 29,
  content: 29,
  contacts: 29,
  permissions: 29,
  'side-sends': 29,
  'sender-numbers': 29,
  identity: 29,
  operator: 29,
  'opt-out-calls': 29,
  // Serves files it holds in memory; ten seconds are a cold start many times over.
  docs: 10,
  // A million rows on one vCPU take well under a minute; the rest is for a slow object store.
  'validate-upload': longWorkSeconds,
  'prepare-dispatch': longWorkSeconds,
  // Steps end by themselves after four minutes; checking a million rows before the first takes less than one.
  'import-rows': longWorkSeconds,
  // 2,000 batches are 200 queue calls of about 20 ms; a hundred waves' worth of patience.
  'release-wave': 300,
  // Ending one of a million recipients cancels 2,000 batches and folds them: as long as a fold may take.
  'run-campaign': 120,
  // Claim, one carrier call of 20 s at most, and recording it; below the batch's lease of 60 s.
  'send-batch': sendBatchSeconds,
  // Ten batches, each one to three carrier reads of at most 20 s.
  'poll-reports': 300,
  // A hundred dispatches, most with one page; a million-recipient dispatch reads 2,000 pages in a few seconds.
  'settle-dispatch': 120,
  // An event and ten mails, each a call of a fraction of a second, at most ten; below the claim of two minutes.
  'tell-outcome': 110,
  // Steps end by themselves after four minutes; one object of a million rows takes less than one.
  'erase-people': longWorkSeconds,
  // Ends before the next run starts, so that two never sweep at once.
  sweep: sweepMinutes * 60 - 5,
};

/** Memory also buys CPU: 1,769 MB are one vCPU, below it a share of one. */
export const memoryMebibytes: Readonly<Record<FunctionName, number>> = {
  // Over half a vCPU: cold starts and prepared short messages are CPU time that a customer waits for.
  api: 1024,
  // Small reads and writes, but every first call of a customer is one of them.
  account: 512,
  // Rows of 500 messages are parsed and rendered for a page of them.
  results: 1024,
  // A person who plans waits for each.
  campaigns: 1024,
  // Few calls, but a person waits for each, and rendering is CPU time.
  content: 1024,
  // A file of ten thousand is a hundred pages, and rendering is CPU time.
  contacts: 1024,
  // A thousand opt-outs are a thousand transactions, each signed and sent while the customer waits.
  permissions: 1024,
  // A thousand people told are a prepared dispatch and a thousand transactions, while the customer waits.
  'side-sends': 1024,
  // Documents of 10 MB each go through memory, one at a time.
  'sender-numbers': 512,
  // Waits for the provider most of the time.
  identity: 512,
  // Its callers are few, and none of them a customer.
  operator: 512,
  // One small transaction a call, for a machine that waits.
  'opt-out-calls': 512,
  docs: 256,
  // One whole vCPU for CPU-bound work on one thread; their memory peaks lie under 300 MB.
  'validate-upload': 1769,
  'prepare-dispatch': 1769,
  // A transaction a row, each signed and sent: CPU time, 25 at once.
  'import-rows': 1024,
  'release-wave': 512,
  'run-campaign': 512,
  // Waits for the carrier most of the time; 500 rendered texts of 2 KB are a megabyte.
  'send-batch': 512,
  'poll-reports': 512,
  // Holds the pages of a million-recipient dispatch: 2,000 of 4 KB, unpacked.
  'settle-dispatch': 1024,
  'tell-outcome': 256,
  // Goes through objects of 100 MB byte by byte; holds one part of 8 MB and an index of 12 MB of them.
  'erase-people': 1769,
  sweep: 512,
};
