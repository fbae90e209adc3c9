/**
 * Runs inside a worker thread: one Lambda execution environment. Loads the bundle once, then handles one event at a time.
 */
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { shiftDate } from '../clock/shifted-date.ts';

/** What the pool gives a worker when it starts it. */
export type WorkerData = {
  /** The local clock's offset, shared by all threads. */
  offset: Float64Array;
  /** The module that holds the handler. */
  file: string;
  handlerName: string;
  functionName: string;
  functionArn: string;
  memoryMb: number;
};

/** One event for a worker; JSON, as Lambda passes it. */
export type WorkerRequest = { requestId: string; event: string; timeoutMs: number };

/** `loaded` once after the start, then one of the others for each request. */
export type WorkerAnswer =
  | { kind: 'loaded' }
  | { kind: 'returned'; payload: string }
  | { kind: 'threw'; errorType: string; errorMessage: string; stack: string };

const { offset, file, handlerName, functionName, functionArn, memoryMb } = workerData as WorkerData;
// Before the bundle is loaded: a client made at load time must see the local clock too.
shiftDate(offset);

const answer = (message: WorkerAnswer) => parentPort!.postMessage(message);
const bundle = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
const handler = bundle[handlerName];
if (typeof handler !== 'function') throw new Error(`${file} exports no function "${handlerName}"`);

parentPort!.on('message', async ({ requestId, event, timeoutMs }: WorkerRequest) => {
  const startedAt = performance.now();
  const context = {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(memoryMb),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, timeoutMs - (performance.now() - startedAt)),
  };
  try {
    const result: unknown = await handler(JSON.parse(event), context);
    answer({ kind: 'returned', payload: JSON.stringify(result ?? null) });
  } catch (error) {
    const thrown = error instanceof Error ? error : new Error(String(error));
    answer({ kind: 'threw', errorType: thrown.name, errorMessage: thrown.message, stack: thrown.stack ?? '' });
  }
});
answer({ kind: 'loaded' });
