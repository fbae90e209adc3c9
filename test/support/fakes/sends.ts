import type { DispatchId } from '../../../shared/contracts/ids.ts';
import { createDispatch, type DispatchRequest } from '../../../shared/domain/dispatches/create-dispatch.ts';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import { startDispatch } from '../../../shared/domain/dispatches/start-dispatch.ts';
import type { IdempotencyRecord } from '../../../shared/domain/idempotency/idempotency.ts';
import type { InlineRecipient } from '../../../shared/domain/recipients/inline-list.ts';
import { owner, sender, type World } from './world.ts';

/** Ways into the pipeline that most tests begin with. */

export const requestOf = (over: Partial<DispatchRequest> = {}): DispatchRequest => ({
  name: null,
  message: {
    type: 'auto',
    from: sender,
    subject: null,
    text: '{{ name }} hello',
    variables: [],
    images: [],
    advertisement: null,
  },
  confirm: 'manual',
  onShortfall: 'reject',
  schedule: null,
  split: null,
  purpose: 'send',
  campaignId: null,
  externalId: null,
  tags: [],
  ...over,
});

export const numberOf = (i: number): string => `010${String(20_000_000 + i)}`;

/** So many recipients; a `long` one's text needs an LMS. `first` tells whose numbers begin where. */
export const recipientsOf = (
  count: number,
  long: (i: number) => boolean = () => false,
  first = 0,
): readonly InlineRecipient[] =>
  Array.from({ length: count }, (_, i) => ({
    to: numberOf(first + i),
    variables: { name: long(i) ? '가'.repeat(60) : 'Kim' },
  }));

export const recordOf = (key: string): IdempotencyRecord => ({
  scope: owner,
  key,
  requestHash: key,
  status: 202,
  bodyGzip: new Uint8Array(),
  requestedAtMs: 0,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
});

/** A prepared dispatch that waits for its confirmation. */
export async function ready(
  world: World,
  recipients: readonly InlineRecipient[] = recipientsOf(3),
  over: Partial<DispatchRequest> = {},
): Promise<Dispatch> {
  const created = await createDispatch(world.ports, owner, requestOf(over), { list: recipients }, null);
  if (created.kind !== 'created') throw new Error(`Not created: ${created.kind}`);
  for (const record of world.queues.due()) if (record.work.queue === 'prepare') await world.receive(record);
  return world.dispatch(created.dispatch.id);
}

/** A dispatch whose credits are held and whose batches are queued or about to be. */
export async function sending(
  world: World,
  recipients: readonly InlineRecipient[] = recipientsOf(3),
  over: Partial<DispatchRequest> = {},
): Promise<Dispatch> {
  const dispatch = await ready(world, recipients, over);
  const started = await startDispatch(world.ports, dispatch, { maxCredits: null, remember: null });
  if (started.kind !== 'started') throw new Error(`Not started: ${started.kind}`);
  return started.dispatch;
}

/** The send queue's record of a batch. */
export const sendOf = (dispatchId: DispatchId, batch = 0) => ({ dispatchId, batch });
