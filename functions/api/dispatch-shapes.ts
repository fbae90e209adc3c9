import * as z from 'zod';
import { failureCodes, skipReasons } from '../../shared/contracts/codes.ts';
import { dispatchIdShape, modeOf, uploadIdShape } from '../../shared/contracts/ids.ts';
import type { Balance } from '../../shared/domain/credits/ledger.ts';
import { type Dispatch, statusLabelOf } from '../../shared/domain/dispatches/dispatch.ts';
import type { Wave } from '../../shared/domain/dispatches/ports.ts';
import { failedOf, skippedOf, sumBy } from '../../shared/domain/dispatches/totals.ts';
import { messageShape, recipientCountShape, shownMessage } from './message-content.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

/** How a dispatch is answered, wherever it is. */

const count = z.int().min(0);
const codesOf = <C extends string>(codes: Readonly<Record<C, number>>) => Object.keys(codes) as [C, ...C[]];
const skippedByShape = z.partialRecord(z.enum(codesOf(skipReasons)), count);
const failedByShape = z.partialRecord(z.enum(codesOf(failureCodes)), count);
const byTypeShape = z.partialRecord(z.enum(['sms', 'lms', 'mms']), count);

export const dispatchStates = [
  'preparing',
  'ready',
  'sending',
  'completed',
  'canceling',
  'canceled',
  'failed',
] as const;

const quoteShape = z
  .object({
    id: z.string(),
    recipients: count,
    sendable: count,
    excluded: skippedByShape,
    byType: byTypeShape,
    credits: count.meta({ description: 'What sending costs, exactly' }),
    available: count.meta({ description: 'Credits available at the time of this answer' }),
    finishesAt: timeShape.nullable().meta({ description: 'Null: at once, as fast as the carrier takes it' }),
    warnings: z.array(z.object({ code: z.enum(['cp949_only']), recipients: count, message: z.string() })),
  })
  .meta({ id: 'Quote' });

const progressShape = z
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

export const dispatchShape = z
  .object({
    id: dispatchIdShape,
    status: z.enum(dispatchStates),
    statusLabel: z.string().meta({ description: 'The status in the words of other consoles' }),
    mode: z.enum(['live', 'test']),
    name: z.string().nullable(),
    message: messageShape,
    recipients: z.union([z.object({ uploadId: uploadIdShape }), recipientCountShape]),
    schedule: z.null(),
    split: z.null(),
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
    waves: z.array(z.object({ number: count, at: timeShape, recipients: count, releasedAt: timeShape.nullable() })),
    failure: z.object({ code: z.string(), detail: z.string() }).nullable(),
    cancelReason: z.enum(['requested', 'confirmation_expired']).nullable(),
    createdAt: timeShape,
    completedAt: timeShape.nullable(),
    settledAt: timeShape.nullable(),
  })
  .meta({ id: 'Dispatch' });

export function shownDispatch(
  dispatch: Dispatch,
  waves: readonly Wave[],
  balance: Pick<Balance, 'available'>,
): z.input<typeof dispatchShape> {
  const { totals, source } = dispatch;
  const skipped = skippedOf(totals);
  const failed = failedOf(totals);
  const { planned, canceled, submitted, delivered, unknown } = totals;
  return {
    id: dispatch.id,
    status: dispatch.state,
    statusLabel: statusLabelOf(dispatch),
    mode: modeOf(dispatch.owner),
    name: dispatch.name,
    message: shownMessage(dispatch.message),
    recipients:
      'uploadId' in source
        ? { uploadId: source.uploadId }
        : { count: 'list' in source ? source.list.rows + source.list.rejected : source.inline },
    schedule: null,
    split: null,
    confirm: dispatch.confirm,
    confirmBy: shownTimeOrNull(dispatch.confirmByMs),
    onShortfall: dispatch.onShortfall,
    externalId: dispatch.externalId,
    tags: [...dispatch.tags],
    quote: shownQuote(dispatch, balance),
    progress: {
      accepted: planned + skipped + canceled + submitted + delivered + failed + unknown,
      planned,
      skipped,
      canceled,
      submitted,
      delivered,
      failed,
      unknown,
      asOf: shownTime(dispatch.foldedAtMs),
    },
    summary: { sent: submitted + delivered + unknown, failed, skipped, creditsRemaining: balance.available },
    skippedBy: totals.skippedBy,
    failedBy: totals.failedBy,
    credits: totals.credits,
    waves: waves.map(({ number, atMs, recipients, releasedAtMs }) => ({
      number,
      at: shownTime(atMs),
      recipients,
      releasedAt: shownTimeOrNull(releasedAtMs),
    })),
    failure: dispatch.failure,
    cancelReason: dispatch.cancelReason,
    createdAt: shownTime(dispatch.createdAtMs),
    completedAt: shownTimeOrNull(dispatch.completedAtMs),
    settledAt: shownTimeOrNull(dispatch.settledAtMs),
  };
}

function shownQuote(
  { prepared }: Dispatch,
  { available }: Pick<Balance, 'available'>,
): z.input<typeof quoteShape> | null {
  if (!prepared) return null;
  const { recipients, sendable, excluded, byType, credits, cp949Only } = prepared.totals;
  if (sumBy(byType) !== sendable) throw new Error('The types of a quote do not add up to its sendable recipients');
  const message = 'Some phones may not show syllables that are outside the KS X 1001 set';
  return {
    id: prepared.quoteId,
    recipients,
    sendable,
    excluded,
    byType,
    credits,
    available,
    finishesAt: null,
    warnings: cp949Only > 0 ? [{ code: 'cp949_only', recipients: cp949Only, message }] : [],
  };
}
