import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { monotonicFactory } from 'ulid';
import { createBatchStore } from '../../../shared/adapters/dynamo/batch-store.ts';
import { createDispatchStore } from '../../../shared/adapters/dynamo/dispatch-store.ts';
import { createReleaseStore } from '../../../shared/adapters/dynamo/release-store.ts';
import { openTable, type Table } from '../../../shared/adapters/dynamo/table.ts';
import type { DispatchId } from '../../../shared/contracts/ids.ts';
import { rowsKeptDays } from '../../../shared/contracts/limits.ts';
import type { Batch } from '../../../shared/domain/dispatches/batch.ts';
import type { BatchStore, DispatchStore, ReleaseStore } from '../../../shared/domain/dispatches/ports.ts';
import { waveSizes } from '../../../shared/domain/dispatches/prepare/waves.ts';
import type { Split } from '../../../shared/domain/dispatches/schedule.ts';
import { plannedBatches, preparedDispatch } from '../dispatch-sample.ts';
import { type BenchCloud, benchCloud } from './bench-cloud.ts';
import { type BenchTenant, openTenant } from './bench-tenant.ts';
import { heldOutputs } from './held-outputs.ts';

/** A service that does everything up to the queued batch and calls no carrier, with a hand in its table. */
export interface HeldService {
  readonly cloud: BenchCloud;
  readonly tenant: BenchTenant;
  readonly table: Table;
  readonly sqs: SQSClient;
  readonly sendQueueUrl: string;
  readonly dispatches: DispatchStore;
  readonly batches: BatchStore;
  readonly releases: ReleaseStore;
}

/** When and in how many parts. */
export interface Plan {
  readonly scheduleAtMs?: number;
  readonly split?: Split;
}

const ulid = monotonicFactory();
let opened: Promise<HeldService> | undefined;

export function heldService(): Promise<HeldService> {
  opened ??= open();
  return opened;
}

async function open(): Promise<HeldService> {
  const cloud = await benchCloud('held-service');
  const table = openTable(cloud.outputs[heldOutputs.table] ?? '', new DynamoDBClient(cloud.client));
  return {
    cloud,
    tenant: await openTenant(cloud),
    table,
    sqs: new SQSClient(cloud.client),
    sendQueueUrl: cloud.outputs[heldOutputs.sendQueue] ?? '',
    dispatches: createDispatchStore(table, { ulid }),
    batches: createBatchStore(table),
    releases: createReleaseStore(table),
  };
}

/**
 * Puts a dispatch there as prepare leaves it, through the stores that prepare writes with: its item and its batches.
 * Its rows are missing, which neither a release nor a cancel ever reads; so a million recipients take a second.
 */
export async function prepared(service: HeldService, recipients: number, plan: Plan = {}): Promise<DispatchId> {
  const id: DispatchId = `dsp_${ulid()}`;
  const nowMs = await service.cloud.control.nowMs();
  const waveRows = waveSizes(recipients, plan.split?.count ?? 1);
  const batches = await writeBatches(service, id, waveRows, nowMs);
  const ready = preparedDispatch(id, service.tenant.id, { waveRows, batches: batches.length, nowMs });
  const schedule = plan.scheduleAtMs === undefined ? null : { atMs: plan.scheduleAtMs };
  const created = await service.dispatches.create({ ...ready, schedule, split: plan.split ?? null }, null);
  if (created.kind !== 'created') throw new Error(`${id} was not created: ${created.kind}`);
  return id;
}

/** The batches of a dispatch under its first attempt, all of them planned. */
export async function writeBatches(
  { batches }: Pick<HeldService, 'batches'>,
  id: DispatchId,
  waveRows: readonly number[],
  nowMs: number,
): Promise<readonly Batch[]> {
  const planned = plannedBatches(waveRows);
  await batches.write(id, id.slice(4), planned, nowMs + rowsKeptDays * 86_400_000);
  return planned;
}
