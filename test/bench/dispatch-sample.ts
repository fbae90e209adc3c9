import type { DispatchId, TenantId } from '../../shared/contracts/ids.ts';
import { batchRowsMax } from '../../shared/contracts/limits.ts';
import { type Batch, plannedBatch } from '../../shared/domain/dispatches/batch.ts';
import type { Dispatch } from '../../shared/domain/dispatches/dispatch.ts';
import { acceptedOnly } from '../../shared/domain/dispatches/totals.ts';
import { defaultPermissionRules } from '../../shared/domain/permissions/why-not.ts';

/** A dispatch as it stands when it is confirmed, of the size of an ordinary one. */
export function readyDispatch(id: DispatchId, owner: TenantId, credits: number): Dispatch {
  const nowMs = Date.now();
  const totals = acceptedOnly(credits);
  return {
    id,
    owner,
    state: 'sending',
    version: 1,
    name: 'Order update',
    message: {
      type: 'sms',
      from: '0212345678',
      subject: null,
      text: "{{ name | default: '고객' }}님, 주문하신 상품이 오늘 출발합니다.",
      variables: [],
      images: [],
      advertisement: null,
      characters: 'refuse',
    },
    permissionRules: defaultPermissionRules,
    night: null,
    duplicateBlockMinutes: 0,
    source: { inline: credits },
    purpose: 'send',
    campaignId: null,
    confirm: 'auto',
    onShortfall: 'reject',
    schedule: null,
    split: null,
    revision: 1,
    plannedRevision: 0,
    externalId: null,
    tags: ['shipping'],
    priceVersion: '2026-01',
    createdAtMs: nowMs,
    renderedAtMs: nowMs,
    lease: null,
    attempts: 1,
    preparedRows: credits,
    prepared: {
      quoteId: `quo_${id.slice(4)}`,
      attempt: id.slice(4),
      rowsIn: 'items',
      columns: ['phoneNumber', 'name'],
      batches: 1,
      waveRows: [credits],
      nightRows: [],
      askedAt: null,
      totals: {
        recipients: credits,
        sendable: credits,
        excluded: {},
        byType: { sms: credits },
        credits,
        cp949Only: 0,
        consentUnknown: 0,
      },
    },
    confirmByMs: null,
    startedAtMs: nowMs,
    firstWaveAtMs: nowMs,
    waveTotals: null,
    cut: null,
    totals: { ...totals, credits: { ...totals.credits, held: credits } },
    foldedAtMs: nowMs,
    movedAtMs: nowMs,
    nextCheckAtMs: nowMs + 60_000,
    events: 0,
    failure: null,
    cancelReason: null,
    completedAtMs: null,
    settledAtMs: null,
  };
}

/** One as prepare leaves it: its quote is exact, and it waits for its confirmation. */
export function preparedDispatch(
  id: DispatchId,
  owner: TenantId,
  made: { readonly waveRows: readonly number[]; readonly batches: number; readonly nowMs: number },
): Dispatch {
  const { nowMs, waveRows, batches } = made;
  const recipients = waveRows.reduce((sum, rows) => sum + rows, 0);
  const confirmByMs = nowMs + 7 * 86_400_000;
  const sample = readyDispatch(id, owner, recipients);
  if (!sample.prepared) throw new Error('The sample is not prepared');
  return {
    ...sample,
    state: 'ready',
    confirm: 'manual',
    createdAtMs: nowMs,
    renderedAtMs: nowMs,
    prepared: { ...sample.prepared, rowsIn: 'objects', batches, waveRows },
    confirmByMs,
    startedAtMs: null,
    firstWaveAtMs: null,
    totals: acceptedOnly(recipients),
    foldedAtMs: nowMs,
    movedAtMs: nowMs,
    nextCheckAtMs: confirmByMs,
  };
}

/** Its batches, wave by wave and in file order, as prepare cuts rows of one type. */
export function plannedBatches(waveRows: readonly number[]): readonly Batch[] {
  const planned: Batch[] = [];
  for (const [i, sendable] of waveRows.entries()) {
    for (let left = sendable; left > 0; left -= batchRowsMax) {
      planned.push(batchAfter(planned, Math.min(left, batchRowsMax), i + 1));
    }
  }
  return planned;
}

const lineBytes = 45;

function batchAfter(before: readonly Batch[], rows: number, wave: number): Batch {
  const firstRow = (before.at(-1)?.lastRow ?? 1) + 1; // the file's first row is its header
  return plannedBatch({
    n: before.length,
    type: 'sms',
    priceCredits: 1,
    rows,
    firstRow,
    lastRow: firstRow + rows - 1,
    offset: (firstRow - 2) * lineBytes,
    length: rows * lineBytes,
    wave,
    night: false,
  });
}
