import * as z from 'zod';
import { type BenchCloud, benchCloud } from './bench-cloud.ts';
import { type BenchTenant, openTenant, sender } from './bench-tenant.ts';
import { csvOf, listOf } from './recipients.ts';
import { type Use, useBetween } from './use.ts';

/** One dispatch of the service, from the file to the last settled credit, through the public API. */
export interface ServiceRun {
  readonly recipients: number;
  /** From the put of the file to `ready`; 0 where no file is needed. */
  readonly validateSeconds: number;
  /** From the creation of the dispatch to its exact quote. */
  readonly prepareSeconds: number;
  /** From the confirmation to the last batch recorded, and to every result known and every credit settled. */
  readonly completeSeconds: number;
  readonly settleSeconds: number;
  /** Of the whole cloud, from the confirmation on. */
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  /** AWS requests and capacity of everything above: one look at the quote included, sweeps too. */
  readonly use: Use;
}

/** Who sends, and what; by default a tenant that all runs share, and always the same. */
export interface Sends {
  readonly tenant: BenchTenant;
  readonly text: string;
}
const usualText = "{{ name | default: '고객' }}님, 주문하신 상품이 오늘 출발합니다.";
const messageOf = (text: string) => ({ type: 'sms', from: sender, text });

const time = z.iso.datetime().transform((text) => Date.parse(text));
const dispatchShape = z.object({
  status: z.string(),
  progress: z.object({ accepted: z.int(), delivered: z.int() }),
  credits: z.object({ held: z.int(), captured: z.int(), released: z.int(), refunded: z.int() }),
  failure: z.unknown(),
  createdAt: time,
  completedAt: time.nullable(),
  settledAt: time.nullable(),
});
const idShape = z.object({ id: z.string() });

const smallRun = 1_000;

let opened: Promise<BenchTenant> | undefined;

/** Sends to that many recipients, none of them special, and sees to it that each got one message and each was paid. */
export async function runService(
  recipients: number,
  progress: (text: string) => void,
  given: Sends | null = null,
): Promise<ServiceRun> {
  opened ??= benchCloud('service').then(openTenant);
  const sends = given ?? { tenant: await opened, text: usualText };
  for (let tries = 1; ; tries++) {
    const run = recipients === 1 ? await sendDirectly(sends, 1) : await sendFromFile(sends, recipients, progress);
    // The sweeper's minute is the same for one recipient as for none; in a small run it would hide what was measured.
    if (run.use.sweeps === 0 || recipients > smallRun || tries === 4) return run;
    progress('a sweep fell into it: once more');
  }
}

/** The short form, without a file. */
async function sendDirectly({ tenant: client, text }: Sends, recipients: number): Promise<ServiceRun> {
  const { cloud, post } = client;
  const before = await beginning(client);
  const atMs = Date.now();
  const body = { message: messageOf(text), recipients: listOf(recipients) };
  const { dispatchId: id } = z.object({ dispatchId: z.string() }).parse(await post('/v1/messages', body));
  const sent = { id, atMs, validateSeconds: 0, prepareSeconds: 0 };
  await cloud.untilIdle(120);
  return ending(client, recipients, sent, before);
}

async function sendFromFile(
  { tenant: client, text }: Sends,
  recipients: number,
  progress: (text: string) => void,
): Promise<ServiceRun> {
  const { cloud, post, get } = client;
  const csv = csvOf(recipients);
  const before = await beginning(client);
  const purpose = { purpose: 'recipients', fileName: 'bench.csv', onInvalidRows: 'reject' };
  const created = z
    .object({ id: z.string(), upload: z.object({ url: z.string(), headers: z.record(z.string(), z.string()) }) })
    .parse(await post('/v1/uploads', purpose));
  const putAt = performance.now();
  const put = await fetch(created.upload.url, { method: 'PUT', headers: created.upload.headers, body: csv });
  if (!put.ok) throw new Error(`The file was not taken: ${put.status} ${await put.text()}`);
  await cloud.untilIdle(300);
  const validateSeconds = (performance.now() - putAt) / 1_000;

  const createdAt = performance.now();
  const given = { message: messageOf(text), recipients: { uploadId: created.id }, confirm: 'manual' };
  const { id } = idShape.parse(await post('/v1/dispatches', given));
  await cloud.untilIdle(300);
  const prepareSeconds = (performance.now() - createdAt) / 1_000;
  const ready = dispatchShape.parse(await get(`/v1/dispatches/${id}`));
  if (ready.status !== 'ready') throw new Error(`${id} is ${ready.status}: ${JSON.stringify(ready.failure)}`);
  progress(`${recipients.toLocaleString('en')}: ready after ${(validateSeconds + prepareSeconds).toFixed(1)} s`);

  const cpuBefore = cloud.cpuSeconds();
  const atMs = Date.now();
  await post(`/v1/dispatches/${id}/send`, {});
  await cloud.untilIdle(600, (waiting) => progress(`${recipients.toLocaleString('en')}: ${waiting} records queued`));
  return ending(client, recipients, { id, atMs, validateSeconds, prepareSeconds }, { ...before, cpu: cpuBefore });
}

interface Beginning {
  readonly use: Awaited<ReturnType<BenchCloud['usage']>>;
  readonly arrivals: number;
  readonly cpu: number;
}

async function beginning({ cloud }: BenchTenant): Promise<Beginning> {
  await cloud.untilIdle(60); // a sweep or a straggler of the run before is not this run's
  cloud.resetPeak();
  return { use: await cloud.usage(), arrivals: await arrivalsAt(cloud), cpu: cloud.cpuSeconds() };
}

async function ending(
  { cloud, get }: BenchTenant,
  recipients: number,
  sent: Pick<ServiceRun, 'validateSeconds' | 'prepareSeconds'> & { readonly id: string; readonly atMs: number },
  before: Beginning,
): Promise<ServiceRun> {
  const { id, atMs, ...stages } = sent;
  const cpuSeconds = cloud.cpuSeconds() - before.cpu;
  const peakMegabytes = cloud.peakMegabytes();
  const use = useBetween(before.use, await cloud.usage());
  const { progress, credits, completedAt, settledAt } = dispatchShape.parse(await get(`/v1/dispatches/${id}`));
  const paid = credits.held === 0 && credits.captured === recipients && credits.released === 0;
  const arrived = (await arrivalsAt(cloud)) - before.arrivals;
  if (
    completedAt === null ||
    settledAt === null ||
    progress.delivered !== recipients ||
    !paid ||
    arrived !== recipients
  ) {
    throw new Error(`${id} did not end as it must: ${JSON.stringify({ progress, credits, arrived, recipients })}`);
  }
  return {
    recipients,
    ...stages,
    completeSeconds: (completedAt - atMs) / 1_000,
    settleSeconds: (settledAt - atMs) / 1_000,
    cpuSeconds,
    peakMegabytes,
    use,
  };
}

const arrivalsAt = async ({ addresses }: BenchCloud): Promise<number> => {
  const answer = await fetch(`${addresses.controlUrl}/carrier/messages`);
  return z.object({ count: z.int() }).parse(await answer.json()).count;
};
