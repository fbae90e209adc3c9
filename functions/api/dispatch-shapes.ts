import * as z from 'zod';
import { failureCodes, skipReasons } from '../../shared/contracts/codes.ts';
import { campaignIdShape, dispatchIdShape, modeOf, uploadIdShape } from '../../shared/contracts/ids.ts';
import {
  cancelReasons,
  type Dispatch,
  dispatchStates,
  failureReasons,
  purposes,
  statusLabelOf,
} from '../../shared/domain/dispatches/dispatch.ts';
import type { Release } from '../../shared/domain/dispatches/ports.ts';
import type { PreparedTotals } from '../../shared/domain/dispatches/prepared.ts';
import { failedOf, skippedOf, sumBy } from '../../shared/domain/dispatches/totals.ts';
import { judgedMessageShape, recipientCountShape, shownMessage } from './message-content.ts';
import { finishesInTheMorning, nightWindowShape, shownNight } from './night-shapes.ts';
import { scheduleShape, shownSchedule, shownSplit, splitShape } from './schedule-shape.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';
import { shownWaves, waveShape } from './wave-shapes.ts';

/** How a dispatch is answered, wherever it is. */

const count = z.int().min(0);
const codesOf = <C extends string>(codes: Readonly<Record<C, number>>) => Object.keys(codes) as [C, ...C[]];
const skippedByShape = z.partialRecord(z.enum(codesOf(skipReasons)), count);
const failedByShape = z.partialRecord(z.enum(codesOf(failureCodes)), count);
const byTypeShape = z.partialRecord(z.enum(['sms', 'lms', 'mms']), count);

const quoteShape = z
  .object({
    id: z.string(),
    recipients: count,
    sendable: count,
    excluded: skippedByShape,
    byType: byTypeShape,
    credits: count.meta({ description: 'What sending costs, exactly' }),
    available: count.meta({ description: 'Credits available at the time of this answer' }),
    finishesAt: timeShape.nullable().meta({
      description: 'When the last messages go; null: at once, as fast as the carrier takes them',
    }),
    nightWindow: nightWindowShape.nullable(),
    warnings: z.array(
      z.object({ code: z.enum(['cp949_only', 'consent_unknown']), recipients: count, message: z.string() }),
    ),
  })
  .meta({ id: 'Quote' });

export const progressShape = z
  .object({
    accepted: count.meta({
      description: 'Every recipient: `planned + skipped + canceled + submitted + delivered + failed + unknown`, always',
    }),
    planned: count,
    skipped: count,
    canceled: count,
    submitted: count,
    delivered: count,
    failed: count,
    unknown: count,
    asOf: timeShape,
  })
  .meta({ id: 'Progress' });

/** What a dispatch is shown with: what does not lie in its own item. */
export interface Beside {
  readonly releases: readonly Release[];
  /** Credits of its owner. */
  readonly available: number;
  readonly nowMs: number;
}

export const dispatchShape = z
  .object({
    id: dispatchIdShape,
    status: z.enum(dispatchStates),
    statusLabel: z.string().meta({ description: 'The status in the words of other consoles' }),
    mode: z.enum(['live', 'test']),
    name: z.string().nullable(),
    purpose: z.enum(purposes).meta({
      description:
        '`test`: a test send of a campaign, outside its results; `notice`: tells people about their consents, whatever these are',
    }),
    campaignId: campaignIdShape.nullable(),
    message: judgedMessageShape,
    recipients: z.union([z.object({ uploadId: uploadIdShape }), recipientCountShape]),
    schedule: scheduleShape,
    split: splitShape,
    confirm: z.enum(['manual', 'auto']),
    confirmBy: timeShape.nullable(),
    onShortfall: z.enum(['reject', 'partial']),
    externalId: z.string().nullable(),
    tags: z.array(z.string()),
    quote: quoteShape.nullable(),
    progress: progressShape,
    summary: z.object({ sent: count, failed: count, skipped: count, creditsRemaining: count }),
    skippedBy: skippedByShape,
    failedBy: failedByShape,
    credits: z.object({ held: count, captured: count, released: count, refunded: count }).meta({
      description: '`captured` counts refunded credits too: `captured + released` never exceeds what was held',
    }),
    waves: z.array(waveShape).meta({ description: 'The parts it goes in; known from `ready` on' }),
    failure: z.object({ code: z.enum(failureReasons), detail: z.string() }).nullable(),
    cancelReason: z.enum(cancelReasons).nullable(),
    createdAt: timeShape,
    completedAt: timeShape.nullable(),
    settledAt: timeShape.nullable(),
  })
  .meta({ id: 'Dispatch' });

export function shownProgress({ totals, foldedAtMs }: Dispatch): z.input<typeof progressShape> {
  const { planned, canceled, submitted, delivered, unknown } = totals;
  const [skipped, failed] = [skippedOf(totals), failedOf(totals)];
  return {
    accepted: planned + skipped + canceled + submitted + delivered + failed + unknown,
    planned,
    skipped,
    canceled,
    submitted,
    delivered,
    failed,
    unknown,
    asOf: shownTime(foldedAtMs),
  };
}

export function shownDispatch(dispatch: Dispatch, beside: Beside): z.input<typeof dispatchShape> {
  const { totals, source } = dispatch;
  const skipped = skippedOf(totals);
  const failed = failedOf(totals);
  const waves = shownWaves(dispatch, beside);
  const { submitted, delivered, unknown } = totals;
  return {
    id: dispatch.id,
    status: dispatch.state,
    statusLabel: statusLabelOf(dispatch),
    mode: modeOf(dispatch.owner),
    name: dispatch.name,
    purpose: dispatch.purpose,
    campaignId: dispatch.campaignId,
    message: { ...shownMessage(dispatch.message), characters: dispatch.message.characters },
    recipients:
      'uploadId' in source
        ? { uploadId: source.uploadId }
        : { count: 'list' in source ? source.list.rows + source.list.rejected : source.inline },
    schedule: shownSchedule(dispatch.schedule),
    split: shownSplit(dispatch.split),
    confirm: dispatch.confirm,
    confirmBy: shownTimeOrNull(dispatch.confirmByMs),
    onShortfall: dispatch.onShortfall,
    externalId: dispatch.externalId,
    tags: [...dispatch.tags],
    quote: shownQuote(dispatch, beside, finishesAt(dispatch, waves, beside.nowMs)),
    progress: shownProgress(dispatch),
    summary: { sent: submitted + delivered + unknown, failed, skipped, creditsRemaining: beside.available },
    skippedBy: totals.skippedBy,
    failedBy: totals.failedBy,
    credits: totals.credits,
    waves,
    failure: dispatch.failure,
    cancelReason: dispatch.cancelReason,
    createdAt: shownTime(dispatch.createdAtMs),
    completedAt: shownTimeOrNull(dispatch.completedAtMs),
    settledAt: shownTimeOrNull(dispatch.settledAtMs),
  };
}

/** Null when all of it goes at once. */
function finishesAt(dispatch: Dispatch, waves: readonly { readonly at: string }[], nowMs: number): string | null {
  const last = waves.at(-1)?.at ?? null;
  const morning = finishesInTheMorning(dispatch, nowMs);
  if (morning !== null && (last === null || morning > last)) return morning;
  return dispatch.schedule === null && waves.length < 2 ? null : last;
}

function warningsOf({ cp949Only, consentUnknown }: PreparedTotals): z.input<typeof quoteShape>['warnings'] {
  const warnings = [
    {
      code: 'cp949_only',
      recipients: cp949Only,
      message: 'Some phones may not show syllables that are outside the KS X 1001 set',
    },
    {
      code: 'consent_unknown',
      recipients: consentUnknown,
      message: 'Nobody knows whether these recipients consented to advertising',
    },
  ] as const;
  return warnings.filter(({ recipients }) => recipients > 0);
}

function shownQuote(
  dispatch: Dispatch,
  { available, nowMs }: Beside,
  finishesAt: string | null,
): z.input<typeof quoteShape> | null {
  const { prepared } = dispatch;
  if (!prepared) return null;
  const { recipients, sendable, excluded, byType, credits } = prepared.totals;
  if (sumBy(byType) !== sendable) throw new Error('The types of a quote do not add up to its sendable recipients');
  return {
    id: prepared.quoteId,
    recipients,
    sendable,
    excluded,
    byType,
    credits,
    available,
    finishesAt,
    nightWindow: shownNight(dispatch, nowMs),
    warnings: warningsOf(prepared.totals),
  };
}
