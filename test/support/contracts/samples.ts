import { monotonicFactory } from 'ulid';
import type { DispatchId, OwnerId, TenantId, UploadId } from '../../../shared/contracts/ids.ts';
import type { AuditEntry } from '../../../shared/domain/audit/audit.ts';
import type { LedgerEntry } from '../../../shared/domain/credits/ledger.ts';
import { type Batch, plannedBatch } from '../../../shared/domain/dispatches/batch.ts';
import type { Dispatch, Prepared } from '../../../shared/domain/dispatches/dispatch.ts';
import { acceptedOnly } from '../../../shared/domain/dispatches/totals.ts';
import type { IdempotencyRecord, IdempotencyScope } from '../../../shared/domain/idempotency/idempotency.ts';
import type { Decision } from '../../../shared/domain/outcomes/outcome.ts';
import { defaultPermissionRules } from '../../../shared/domain/permissions/why-not.ts';

/** Things for contract suites to store. Every id is new, so that suites may share one store. */

/** A time that has not passed when the tests run, so that nothing of theirs has expired. */
export const noonMs = Date.parse('2099-11-21T12:00:00.000Z');

const next = monotonicFactory();
export const newUlid = (): string => next(noonMs);
export const newOwner = (): OwnerId => `ten_${newUlid()}`;
export const newTenant = (): TenantId => `ten_${newUlid()}`;
export const newDispatchId = (): DispatchId => `dsp_${newUlid()}`;
export const newUploadId = (): UploadId => `upl_${newUlid()}`;

/** A dispatch to one recipient that just began to prepare. */
export const preparing = (over: Partial<Dispatch> = {}): Dispatch => ({
  id: newDispatchId(),
  owner: newOwner(),
  state: 'preparing',
  version: 1,
  name: 'November sale',
  purpose: 'send',
  campaignId: null,
  message: {
    type: 'auto',
    from: '0212345678',
    subject: null,
    text: '안녕하세요',
    variables: [],
    images: [],
    advertisement: null,
    characters: 'refuse',
  },
  permissionRules: defaultPermissionRules,
  night: null,
  duplicateBlockMinutes: 0,
  source: { inline: 1 },
  confirm: 'manual',
  onShortfall: 'reject',
  schedule: null,
  split: null,
  revision: 1,
  plannedRevision: 0,
  externalId: null,
  tags: ['shipping'],
  priceVersion: '2026-11',
  createdAtMs: noonMs,
  renderedAtMs: noonMs,
  lease: null,
  attempts: 0,
  preparedRows: 0,
  prepared: null,
  confirmByMs: null,
  startedAtMs: null,
  firstWaveAtMs: null,
  cut: null,
  totals: acceptedOnly(1),
  waveTotals: null,
  foldedAtMs: noonMs,
  movedAtMs: noonMs,
  nextCheckAtMs: noonMs + 60_000,
  events: 0,
  failure: null,
  cancelReason: null,
  completedAtMs: null,
  settledAtMs: null,
  ...over,
});

/** What prepare found of `rows` recipients at one credit each. */
export const preparedOf = (rows: number, over: Partial<Prepared> = {}): Prepared => ({
  quoteId: `quo_${newUlid()}`,
  attempt: newUlid(),
  rowsIn: 'items',
  columns: ['phoneNumber'],
  batches: Math.ceil(rows / 500),
  waveRows: rows > 0 ? [rows] : [],
  nightRows: [],
  askedAt: { fromMs: noonMs, untilMs: noonMs + 5 },
  totals: {
    recipients: rows,
    sendable: rows,
    excluded: {},
    byType: { sms: rows },
    credits: rows,
    cp949Only: 0,
    consentUnknown: 0,
  },
  ...over,
});

/** A dispatch of `credits` recipients at one credit each that waits to be sent. */
export const ready = (credits: number, over: Partial<Dispatch> = {}): Dispatch =>
  preparing({ state: 'ready', prepared: preparedOf(credits), totals: acceptedOnly(credits), ...over });

/** The same dispatch with everything it costs held. */
export const sendingOf = (dispatch: Dispatch, credits: number): Dispatch => ({
  ...dispatch,
  state: 'sending',
  startedAtMs: noonMs,
  firstWaveAtMs: noonMs,
  totals: { ...dispatch.totals, credits: { held: credits, captured: 0, released: 0, refunded: 0 } },
});

export const batchOf = (n: number, over: Partial<Batch> = {}): Batch => ({
  ...plannedBatch({
    n,
    type: 'sms',
    priceCredits: 1,
    rows: 3,
    firstRow: n * 3 + 1,
    lastRow: n * 3 + 3,
    offset: 0,
    length: 0,
    wave: 1,
    night: false,
  }),
  ...over,
});

export const grantOf = (credits: number): LedgerEntry => ({
  id: newUlid(),
  type: 'grant',
  credits,
  quantity: credits,
  dispatchId: null,
  note: null,
  atMs: noonMs,
});

export const recordOf = (scope: IdempotencyScope, key = newUlid()): IdempotencyRecord => ({
  scope,
  key,
  requestHash: 'hash',
  status: 202,
  bodyGzip: Uint8Array.of(1, 2, 3),
  requestedAtMs: noonMs,
  expiresAtMs: noonMs + 72 * 3_600_000,
});

/** What an operator decided about a tenant, as it stands beside the change. */
export const decisionOf = (tenantId: TenantId): Decision => ({
  audit: auditEntry({ tenantId }),
  outcome: {
    id: `evt_${newUlid()}`,
    type: 'sender_number.approved',
    tenantId,
    atMs: noonMs,
    facts: { number: '02****78' },
  },
});

export const auditEntry = (over: Partial<AuditEntry> = {}): AuditEntry => ({
  id: `aud_${newUlid()}`,
  atMs: noonMs,
  keyId: 'root',
  keyName: 'root',
  action: 'POST /operator/v1/tenants/{id}/suspend',
  targets: {},
  tenantId: null,
  requestId: 'req-1',
  outcome: 'done',
  status: 200,
  code: null,
  before: null,
  after: null,
  ...over,
});
