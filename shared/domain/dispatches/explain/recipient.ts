import type { SkipReason } from '../../../contracts/codes.ts';
import type { DispatchId } from '../../../contracts/ids.ts';
import { sendBatchSeconds } from '../../../contracts/limits.ts';
import { type RenderedMessage, renderForSend, renderRow, type SkippedMessage } from '../../content/render.ts';
import type { PermissionStore } from '../../permissions/ports.ts';
import { type ReadBetween, saidThen } from '../../permissions/standing-then.ts';
import { canExclude, whyNot } from '../../permissions/why-not.ts';
import { opensAtMs } from '../../times/night-window.ts';
import type { Batch } from '../batch.ts';
import { aboutOf, type Dispatch } from '../dispatch.ts';
import { type FingerprintStore, fingerprintOf, likenessOf } from '../fingerprint.ts';
import type { Placed } from '../list-messages.ts';
import { resultOf } from '../message-view.ts';
import { waitsUntilMs } from '../night.ts';
import type { Log } from '../ports.ts';
import type { RecipientRow } from '../prepared.ts';
import { boundContentOf } from '../renderer.ts';
import type { RowResult } from '../result-page.ts';
import { reasonOfNumber } from '../rules/about-number.ts';
import { reasonNow } from '../rules/before-call.ts';
import { indexOf, ruleOf } from '../rules/pipeline-rules.ts';
import { waveAtMs } from '../waves.ts';
import { whyNotYet } from './not-yet.ts';
import type { Said } from './ruling.ts';

/** One recipient of a dispatch: how far the message came, and what the rules that it passed relied on. */
export interface Recipient {
  readonly dispatch: Dispatch;
  readonly placed: Placed;
  /** Of a number that is there twice: the row that has it already. */
  readonly firstRow: number | null;
  /** Which rule left it out, as it was written down then; null: none. */
  readonly left: { readonly index: number; readonly reason: SkipReason } | null;
  /** How many of the rules it passed, from the first. */
  readonly passed: number;
  /** Why the others have not been asked. */
  readonly notYet: string;
  /** Where it stands; null: it was left out before there were batches. */
  readonly result: RowResult | null;
  /** What prepare made of it; null: it never came so far. */
  readonly text: RenderedMessage | SkippedMessage | null;
  /** What was offered to the carrier, or would be; null: it never came so far. */
  readonly textForSend: RenderedMessage | SkippedMessage | null;
  /** Of which dispatch the equal message was for which it was left out; null: it was not, or that is no longer known. */
  readonly repeatedOf: DispatchId | null;
  readonly atPrepare: Asked | null;
  readonly atSending: Asked | null;
  /** When its part of the dispatch is due; null: it was not confirmed. */
  readonly waveAtMs: number | null;
  /** Until when it waits for a night to end; null: it does not. */
  readonly waitsUntilMs: number | null;
}

/** When this person's permission was read, and what it said. */
export interface Asked {
  readonly atMs: number;
  readonly said: Said;
  /** When the night ended in which that was; null: it was day, or the night makes no difference. */
  readonly opensAtMs: number | null;
}

export interface RecipientPorts {
  readonly permissions: Pick<PermissionStore, 'changesUntil'>;
  readonly fingerprints: Pick<FingerprintStore, 'find'>;
  readonly log: Pick<Log, 'warn'>;
}

/**
 * Goes the way of one recipient once more, through the functions that decided. What they decided then is what counts: if
 * they would not decide the same again, that is told to the log.
 */
export async function recipientAt(
  ports: RecipientPorts,
  dispatch: Dispatch,
  placed: Placed,
  firstRow: number | null,
  nowMs: number,
): Promise<Recipient> {
  const { kind, view } = placed;
  const result = kind === 'b' ? resultOf(dispatch, placed.batch, view.place.row) : null;
  const { reason } = view;
  const left = reason && { index: ruleOf(reason, kind === 'x' ? 'excluded' : 'batch'), reason };
  const passed = left?.index ?? passedBy(dispatch, result);
  const way = { dispatch, placed, left, passed, result };
  const text = textAtPrepare(ports, way);
  const waveMs = kind === 'b' ? waveAtMs(dispatch, placed.batch.wave) : Number.POSITIVE_INFINITY;
  const isWaiting = kind === 'b' && result?.status === 'planned' && dispatch.startedAtMs !== null;
  const waits = isWaiting ? waitsUntilMs(dispatch, placed.batch, Math.max(nowMs, waveMs)) : null;
  const textForSend = kind === 'b' ? renderForSend(placed.content, placed.row, placed.batch.type) : null;
  const [atPrepare, atSending, repeatedOf] = await Promise.all([
    askedAtPrepare(ports, way),
    askedAtSending(ports, way),
    repeated(ports, way, textForSend),
  ]);
  return {
    ...way,
    firstRow,
    notYet: whyNotYet({ ...way, waveAtMs: waveMs, waitsUntilMs: waits }, nowMs),
    text,
    textForSend,
    repeatedOf,
    atPrepare,
    atSending,
    waveAtMs: Number.isFinite(waveMs) ? waveMs : null,
    waitsUntilMs: waits,
  };
}

export type Way = Pick<Recipient, 'dispatch' | 'placed' | 'left' | 'passed' | 'result'>;

/** How far somebody came whom no rule left out. */
function passedBy({ startedAtMs }: Dispatch, result: RowResult | null): number {
  switch (result?.status) {
    case 'planned':
    case 'canceled':
      return indexOf(startedAtMs === null ? 'hold/credits' : 'sending/sender_number');
    case 'unclear':
    case 'unresolved':
      // Deletions and permissions are read once it is submitting. Whoever did may have died before, during or after the call
      return indexOf('sending/erased');
    default:
      return indexOf('carrier/carrier');
  }
}

/** The row as prepare read it: what it left out is kept with its cells. */
function rowOf({ placed }: Way): RecipientRow {
  if (placed.kind === 'b') return placed.row;
  const [row, digits, , ...cells] = placed.row;
  return [row, digits, ...cells];
}

function textAtPrepare({ log }: RecipientPorts, way: Way): Recipient['text'] {
  const { dispatch, placed, left, passed } = way;
  if (passed < indexOf('prepare/variables')) return null;
  const content = placed.kind === 'b' ? placed.content : boundContentOf(dispatch);
  const text = renderRow(content, rowOf(way));
  const then = placed.kind === 'x' ? (left?.reason ?? null) : null;
  if (text.skip !== then) tellOtherwise(log, way, 'text');
  return text;
}

async function askedAtPrepare(ports: RecipientPorts, way: Way): Promise<Asked | null> {
  const { dispatch, left, passed, placed } = way;
  if (passed < indexOf('prepare/country')) return null;
  const [, digits] = rowOf(way);
  const [about, rules] = [aboutOf(dispatch), dispatch.permissionRules];
  const asks = canExclude(about, rules);
  const isByNumber = placed.kind === 'x' && passed <= indexOf('prepare/permission');
  const then = isByNumber ? (left?.reason ?? null) : null;
  const isSo = (standing: Parameters<typeof whyNot>[1]) =>
    reasonOfNumber(digits.startsWith('82'), Number(digits), asks ? () => whyNot(about, standing, rules) : null) ===
    then;
  if (!asks || then === 'foreign_number') {
    if (!isSo(null)) tellOtherwise(ports.log, way, 'country');
    return null;
  }
  const between = dispatch.prepared?.askedAt ?? { fromMs: dispatch.createdAtMs, untilMs: dispatch.movedAtMs };
  const said = await saidThen(ports, dispatch.owner, digits, between, isSo);
  if (said === null) tellOtherwise(ports.log, way, 'permission');
  return { atMs: between.fromMs, said: said ?? 'unknown', opensAtMs: null };
}

async function askedAtSending(ports: RecipientPorts, way: Way): Promise<Asked | null> {
  const { dispatch, placed, left, passed, result } = way;
  if (placed.kind === 'x' || result === null) return null;
  const wasAsked = passed >= indexOf('sending/permission') && !['unclear', 'unresolved'].includes(result.status);
  if (!wasAsked) return null;
  const { owner, night, permissionRules: rules } = dispatch;
  const about = aboutOf(dispatch);
  const then = passed <= indexOf('sending/night_window') ? (left?.reason ?? null) : null;
  if (!canExclude(about, rules)) {
    if (then !== null) tellOtherwise(ports.log, way, 'permission');
    return null;
  }
  const between = left ? leftOutBetween(placed.batch, result) : sentBetween(placed.batch);
  const { fromMs, untilMs } = between;
  for (const atMs of left ? [untilMs] : [fromMs, untilMs]) {
    const openMs = night && opensAtMs(night, atMs);
    const asked = { about, rules, isNight: openMs !== null };
    const said = await saidThen(ports, owner, placed.row[1], between, (one) => reasonNow(asked, one) === then);
    if (said !== null) return { atMs, said, opensAtMs: openMs };
  }
  tellOtherwise(ports.log, way, 'permission');
  return { atMs: fromMs, said: 'unknown', opensAtMs: night && opensAtMs(night, untilMs) };
}

/** The claim in whose way it was, unless an equal message has claimed anew since. */
async function repeated(
  { fingerprints }: RecipientPorts,
  { dispatch, placed, left, result }: Way,
  text: Recipient['textForSend'],
): Promise<DispatchId | null> {
  if (left?.reason !== 'duplicate_content' || placed.kind === 'x' || text?.skip !== null || !result) return null;
  const message = { to: `+${placed.row[1]}`, text: text.text };
  const likeness = likenessOf(dispatch, placed.batch.type, text.subject);
  const claim = await fingerprints.find(dispatch.owner, fingerprintOf(likeness, message));
  // Results have their time in whole seconds
  return claim && claim.atMs < result.atMs + 1_000 ? claim.dispatchId : null;
}

/** Who was not left out was asked within the run that then submitted it. */
const sentBetween = ({ submittingAtMs: fromMs }: Batch): ReadBetween => ({
  fromMs,
  untilMs: fromMs + sendBatchSeconds * 1_000,
});

/** Who was has the time of it, in whole seconds; if that is before the last submit, it was an earlier one. */
function leftOutBetween({ submittingAtMs }: Batch, { atMs }: RowResult): ReadBetween {
  const isOfLast = submittingAtMs < atMs + 1_000;
  return isOfLast
    ? { fromMs: submittingAtMs, untilMs: Math.max(atMs, submittingAtMs) }
    : { fromMs: atMs, untilMs: atMs };
}

const tellOtherwise = (log: RecipientPorts['log'], { dispatch, placed }: Way, rule: string) =>
  log.warn('the rules would decide otherwise than they did', { dispatchId: dispatch.id, row: placed.view.row, rule });
