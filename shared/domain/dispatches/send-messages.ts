import type { SkipReason } from '../../contracts/codes.ts';
import type { DispatchId, MessageId, OwnerId, QuoteId } from '../../contracts/ids.ts';
import { messageIdOf } from '../../contracts/ids.ts';
import { rowsKeptDays } from '../../contracts/limits.ts';
import { batchRowsUnder } from '../carriers/carrier-account.ts';
import type { Remember } from '../idempotency/idempotency.ts';
import { type ImageFiles, keepImages } from '../images/kept-images.ts';
import { permissionsOf, readTimed } from '../permissions/list-permissions.ts';
import type { PermissionStore } from '../permissions/ports.ts';
import { type InlineRecipient, inlineListOf } from '../recipients/inline-list.ts';
import { plannedBatch } from './batch.ts';
import { type DispatchRequest, judgedRequest, newDispatch, type Refusal, refusalOf } from './create-dispatch.ts';
import { askedAbout, type Dispatch, type Prepared } from './dispatch.ts';
import type { JudgingTenants } from './judged-message.ts';
import { nightRefusal } from './night.ts';
import { partRefusal } from './part-missing.ts';
import type { BatchStore, CarrierLimits, DispatchStore, Ids, NumberBook, Numbers } from './ports.ts';
import { MemorySink } from './prepare/byte-sink.ts';
import { findCut } from './prepare/cut.ts';
import { listLines, parseLines, parseRows } from './prepare/lines.ts';
import type { PreparedWriter } from './prepare-dispatch.ts';
import { prepareList } from './prepare-list.ts';
import {
  type ExcludedRow,
  type PreparedBatch,
  type PreparedManifest,
  type RecipientRow,
  rowsPlace,
} from './prepared.ts';
import { letGo, type StartPorts, startedAt } from './start-dispatch.ts';
import { type Cut, foldBatches, rowsWithin } from './totals.ts';
import { foldWaves } from './waves.ts';

export interface SendMessagesPorts extends Omit<StartPorts, 'rows'> {
  readonly dispatches: Pick<DispatchStore, 'read' | 'start'>;
  readonly batches: Pick<BatchStore, 'write' | 'all' | 'ofWave'>;
  readonly files: {
    open(id: DispatchId, attempt: string, rowsIn: Prepared['rowsIn'], expiresAtMs: number): PreparedWriter;
  };
  readonly numbers: Pick<NumberBook, 'remember'>;
  readonly permissions: Pick<PermissionStore, 'readMany'>;
  readonly images: ImageFiles;
  readonly carriers: CarrierLimits;
  readonly tenants: JudgingTenants;
  readonly ids: Ids;
  readonly priceVersion: string;
}

/** What became of one recipient of the call. */
export interface SentMessage {
  readonly index: number;
  readonly to: string;
  readonly messageId: MessageId;
  readonly status: 'planned' | 'skipped';
  readonly reason: SkipReason | null;
}

export interface Sent {
  readonly dispatch: Dispatch;
  readonly messages: readonly SentMessage[];
}

export type SendMessagesResult =
  | ({ readonly kind: 'sent' } & Sent)
  | { readonly kind: 'replayed' }
  | { readonly kind: 'short'; readonly required: number; readonly available: number }
  | Refusal;

/** The short form: prepares, holds and sends, or schedules, within one call. Nothing is created unless the credits are held. */
export async function sendMessages(
  ports: SendMessagesPorts,
  owner: OwnerId,
  request: DispatchRequest,
  recipients: readonly InlineRecipient[],
  remember: Remember<Sent> | null,
): Promise<SendMessagesResult> {
  const id: DispatchId = `dsp_${ports.ids.ulid()}`;
  const result = await sendMessagesAs(ports, id, owner, request, recipients, remember);
  if (result.kind === 'overtaken') throw new Error(`${id} has no round to lose`);
  return result;
}

/** The same under an id that was written down before, in the round of a dispatch of notices: that may be overtaken. */
export async function sendMessagesAs(
  ports: SendMessagesPorts,
  id: DispatchId,
  owner: OwnerId,
  request: DispatchRequest,
  recipients: readonly InlineRecipient[],
  remember: Remember<Sent> | null,
): Promise<SendMessagesResult | { readonly kind: 'overtaken' }> {
  const judged = await judgedRequest(ports, owner, request);
  if ('kind' in judged) return judged;
  const refusal =
    (await refusalOf(ports, owner, judged, recipients.length)) ??
    partRefusal(judged.message, recipients, ports.time.now());
  if (refusal) return refusal;
  const keeping = await keepImages(ports.images, id, judged.message.images, ports.time.now());
  if (keeping.kind !== 'kept') return keeping;
  const kept = { ...judged, message: { ...judged.message, images: keeping.images } };
  const draft = newDispatch(ports, owner, id, kept, { inline: recipients.length }, recipients.length);
  const list = await prepareInMemory(ports, draft, recipients);
  const opensAtMs = nightRefusal({ ...draft, prepared: list.prepared }, ports.time.now());
  if (opensAtMs !== null) return { kind: 'night_window', opensAtMs };
  const written = { done: false };

  for (;;) {
    const held = await affordable(ports, draft, list);
    if (held.kind === 'short') return held;
    const dispatch = sendingDispatch(ports, draft, list, held.credits, held.cut);
    if (!written.done) await writeAll(ports, dispatch, list);
    written.done = true;
    const sent: Sent = { dispatch, messages: messagesOf(dispatch, list, recipients) };
    const outcome = await ports.dispatches.start(null, dispatch, held.credits, remember?.(sent) ?? null);
    switch (outcome.kind) {
      case 'started':
        await letGo(ports, outcome.dispatch);
        return { kind: 'sent', ...sent };
      case 'replayed':
      case 'external_id_used':
      case 'overtaken':
        return outcome;
      case 'short':
        continue; // another send took credits between reading and writing: what is left decides again
      case 'moved':
        throw new Error(`${id} exists already`);
    }
  }
}

/** A list prepared in memory, small enough for that. */
interface InMemory {
  readonly prepared: Prepared;
  readonly manifest: PreparedManifest;
  readonly batches: readonly PreparedBatch[];
  readonly rows: Buffer;
  readonly excluded: Buffer;
  readonly index: Buffer;
}

async function prepareInMemory(
  { ids, carriers, permissions: store, time }: Pick<SendMessagesPorts, 'ids' | 'carriers' | 'permissions' | 'time'>,
  dispatch: Dispatch,
  recipients: readonly InlineRecipient[],
): Promise<InMemory> {
  const list = inlineListOf(recipients);
  const sinks = { rows: new MemorySink(), excluded: new MemorySink(), index: new MemorySink() };
  const batches: PreparedBatch[] = [];
  const input = {
    columns: list.columns,
    expectedRows: recipients.length,
    openRows: () => chunk(listLines(list.columns, list.rows)),
    openRejected: () => chunk(Buffer.from(list.rejected.map((row) => `${JSON.stringify(row)}\n`).join(''))),
    batchRows: batchRowsUnder(carriers.messagesPerSecond(dispatch.owner)),
  };
  const digits = list.rows.map(([, digits]) => digits);
  const { permissions, askedAt } = await readTimed(time, () => permissionsOf(store, askedAbout(dispatch), digits));
  const result = await prepareList(dispatch, input, permissions, null, {
    ...sinks,
    batches: async (completed) => {
      batches.push(...completed);
    },
    progress: async () => {},
  });
  const [rows, excluded, index] = [sinks.rows.bytes, sinks.excluded.bytes, sinks.index.bytes];
  const prepared: Prepared = {
    quoteId: `quo_${ids.ulid()}` as QuoteId,
    attempt: ids.ulid(),
    rowsIn: rowsPlace(recipients.length, rows.length + excluded.length),
    columns: list.columns,
    batches: result.batches,
    waveRows: result.waveRows.filter((rows) => rows > 0),
    nightRows: result.nightRows,
    totals: result.totals,
    askedAt,
  };
  return { prepared, manifest: result.manifest, batches, rows, excluded, index };
}

async function* chunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

type Affordable =
  | { readonly kind: 'held'; readonly credits: number; readonly cut: Cut | null }
  | { readonly kind: 'short'; readonly required: number; readonly available: number };

async function affordable(ports: SendMessagesPorts, draft: Dispatch, list: InMemory): Promise<Affordable> {
  const required = list.prepared.totals.credits;
  const { available } = await ports.balances.read(draft.owner);
  if (available >= required) return { kind: 'held', credits: required, cut: null };
  if (draft.onShortfall === 'reject') return { kind: 'short', required, available };
  const found = await findCut({
    batches: list.batches,
    runningCost: list.manifest.runningCost,
    affordableCredits: available,
    rowsOf: async (batch) => rowsOfBatch(list, batch),
  });
  if (found.rows === 0) return { kind: 'short', required, available };
  const straddling = found.straddling.map(({ n, rows }) => ({ batch: n, within: rows }));
  return { kind: 'held', credits: found.credits, cut: { row: found.row, straddling } };
}

const rowsOfBatch = (list: InMemory, { offset, length }: PreparedBatch): readonly RecipientRow[] =>
  parseRows(list.rows.subarray(offset, offset + length));

function sendingDispatch(
  ports: SendMessagesPorts,
  draft: Dispatch,
  list: InMemory,
  hold: number,
  cut: Cut | null,
): Dispatch {
  const nowMs = ports.time.now();
  const { prepared } = list;
  const batches = list.batches.map(plannedBatch);
  const totals = foldBatches(prepared.totals, batches, cut);
  if (totals.credits.held !== hold) throw new Error('The rows within the cut cost another amount');
  return {
    ...draft,
    ...startedAt(draft, prepared.totals.sendable, nowMs),
    prepared,
    preparedRows: prepared.totals.recipients,
    cut,
    totals,
    waveTotals: foldWaves({ ...draft, prepared }, batches, cut),
  };
}

/** Everything the dispatch points to, before the dispatch itself: what points nowhere expires. */
async function writeAll(ports: SendMessagesPorts, dispatch: Dispatch, list: InMemory): Promise<void> {
  const expiresAtMs = dispatch.createdAtMs + rowsKeptDays * 86_400_000;
  const { attempt, rowsIn } = list.prepared;
  const writer = ports.files.open(dispatch.id, attempt, rowsIn, expiresAtMs);
  await writer.rows.write(list.rows);
  await writer.excluded.write(list.excluded);
  await writer.index.write(list.index);
  const batches = list.batches.map((batch) =>
    plannedBatch(rowsIn === 'items' ? { ...batch, offset: 0, length: 0 } : batch),
  );
  const remember = (numbers: Numbers) => ports.numbers.remember(dispatch, numbers, expiresAtMs);
  // Objects before which there is no such note would be nobody's after a crash
  if (rowsIn === 'objects') await remember('in_object');
  await Promise.all([
    writer.close(list.manifest, list.batches).then((numbers) => (rowsIn === 'items' ? remember(numbers) : undefined)),
    ports.batches.write(dispatch.id, attempt, batches, expiresAtMs),
  ]);
}

/** The answer to the call: every recipient in its order. */
function messagesOf(
  dispatch: Dispatch,
  list: InMemory,
  recipients: readonly InlineRecipient[],
): readonly SentMessage[] {
  const byIndex: SentMessage[] = [];
  for (const batch of list.batches) {
    const within = rowsWithin(batch, dispatch.cut);
    rowsOfBatch(list, batch).forEach(([row, digits], position) => {
      const messageId = messageIdOf({ dispatchId: dispatch.id, kind: 'b', block: batch.n, row: position });
      const reason = position < within ? null : ('insufficient_credits' as const);
      byIndex[row - 1] = {
        index: row - 1,
        to: `+${digits}`,
        messageId,
        status: reason ? 'skipped' : 'planned',
        reason,
      };
    });
  }
  list.manifest.excludedBlocks.forEach(({ offset, length }, block) => {
    (parseLines(list.excluded.subarray(offset, offset + length)) as ExcludedRow[]).forEach(
      ([row, number, reason], position) => {
        const messageId = messageIdOf({ dispatchId: dispatch.id, kind: 'x', block, row: position });
        const given = recipients[row - 1]?.to ?? number;
        const to = reason === 'invalid_number' || reason === 'missing_number' ? given : `+${number}`;
        byIndex[row - 1] = { index: row - 1, to, messageId, status: 'skipped', reason };
      },
    );
  });
  return byIndex;
}
