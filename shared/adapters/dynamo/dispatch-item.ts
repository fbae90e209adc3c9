import * as z from 'zod';
import { failureCodes, skipReasons } from '../../contracts/codes.ts';
import { campaignIdShape, dispatchIdShape, ownerIdShape, type QuoteId, uploadIdShape } from '../../contracts/ids.ts';
import { rowsKeptDays } from '../../contracts/limits.ts';
import { characterPolicies } from '../../domain/content/characters.ts';
import {
  cancelReasons,
  type Dispatch,
  dispatchStates,
  failureReasons,
  purposes,
} from '../../domain/dispatches/dispatch.ts';
import { defaultPermissionRules, informationalRules, unknownConsentRules } from '../../domain/permissions/why-not.ts';
import { checkIndex, dispatchKey, ownerIndex } from './keys.ts';
import { storedList, storedMessage, storedNightRule, storedSchedule, storedSplit } from './stored-shapes.ts';
import type { Item } from './table.ts';

/** How a dispatch lies in the table. What does not parse on the way out was not written by this service. */

const count = z.int().min(0);
const ms = z.int().min(0);
const by = <C extends string>(codes: Readonly<Record<C, number>>) =>
  z.partialRecord(z.enum(Object.keys(codes) as [C, ...C[]]), count);
const types = z.enum(['sms', 'lms', 'mms']);
const quoteId = z.string().startsWith('quo_') as unknown as z.ZodType<QuoteId>;

const preparedShape = z.object({
  quoteId,
  attempt: z.string(),
  rowsIn: z.enum(['items', 'objects']),
  columns: z.array(z.string()),
  batches: count,
  waveRows: z.array(count),
  nightRows: z.array(count).default([]),
  totals: z.object({
    recipients: count,
    sendable: count,
    excluded: by(skipReasons),
    byType: z.partialRecord(types, count),
    credits: count,
    cp949Only: count,
    consentUnknown: count.default(0),
  }),
  askedAt: z.object({ fromMs: ms, untilMs: ms }).nullable().default(null),
});

const totalsShape = z.object({
  recipients: count,
  planned: count,
  canceled: count,
  submitted: count,
  delivered: count,
  unknown: count,
  skippedBy: by(skipReasons),
  failedBy: by(failureCodes),
  open: count,
  credits: z.object({ held: count, captured: count, released: count, refunded: count }),
});

const shape = z.object({
  id: dispatchIdShape,
  owner: ownerIdShape,
  state: z.enum(dispatchStates),
  version: z.int().min(1),
  name: z.string().nullable(),
  purpose: z.enum(purposes),
  campaignId: campaignIdShape.nullable(),
  message: storedMessage.extend({
    characters: z.enum(characterPolicies).default('refuse'),
    advertisement: z
      .object({ advertiser: z.string(), optOutNumber: z.string(), addParts: z.boolean() })
      .nullable()
      .default(null),
  }),
  permissionRules: z
    .object({ informationalToOptedOut: z.enum(informationalRules), unknownConsent: z.enum(unknownConsentRules) })
    .default(defaultPermissionRules),
  night: storedNightRule.nullable().default(null),
  duplicateBlockMinutes: count.default(0),
  source: z.union([z.object({ uploadId: uploadIdShape }), z.object({ list: storedList }), z.object({ inline: count })]),
  confirm: z.enum(['manual', 'auto']),
  onShortfall: z.enum(['reject', 'partial']),
  schedule: storedSchedule,
  split: storedSplit,
  revision: z.int().min(1),
  plannedRevision: count,
  externalId: z.string().nullable(),
  tags: z.array(z.string()),
  priceVersion: z.string(),
  createdAtMs: ms,
  renderedAtMs: ms,
  lease: z.object({ attempt: z.string(), untilMs: ms }).nullable(),
  attempts: count,
  preparedRows: count,
  prepared: preparedShape.nullable(),
  confirmByMs: ms.nullable(),
  startedAtMs: ms.nullable(),
  firstWaveAtMs: ms.nullable(),
  cut: z.object({ row: count, straddling: z.array(z.object({ batch: count, within: count })) }).nullable(),
  totals: totalsShape,
  waveTotals: z.array(z.tuple([count, count, count, count, count, count, count])).nullable(),
  foldedAtMs: ms,
  movedAtMs: ms,
  nextCheckAtMs: ms.nullable(),
  events: count,
  failure: z
    .object({
      code: z.enum(failureReasons),
      detail: z.string(),
    })
    .nullable(),
  cancelReason: z.enum(cancelReasons).nullable(),
  completedAtMs: ms.nullable(),
  settledAtMs: ms.nullable(),
});

export const itemOfDispatch = (dispatch: Dispatch): Item => ({
  ...dispatchKey(dispatch.id),
  entity: 'dispatch',
  ...ownerIndex(dispatch.owner, dispatch.createdAtMs, dispatch.id),
  ...(dispatch.nextCheckAtMs === null ? {} : checkIndex(dispatch.id, dispatch.nextCheckAtMs)),
  expiresAt: keptUntilSeconds(dispatch.createdAtMs),
  ...dispatch,
});

/** Throws on an item of another shape. */
export const dispatchOfItem = (item: Item): Dispatch => shape.parse(item);

export const keptUntilSeconds = (createdAtMs: number): number =>
  Math.floor(createdAtMs / 1_000) + rowsKeptDays * 86_400;
