import { pipelineRules } from '../rules/pipeline-rules.ts';
import type { Recipient } from './recipient.ts';

const shown = (atMs: number) => new Date(atMs).toISOString();

type Standing = Pick<Recipient, 'dispatch' | 'placed' | 'left' | 'result'> & {
  readonly waveAtMs: number;
  readonly waitsUntilMs: number | null;
};

/** Why the rules behind those that were passed have not been asked, or not all of them. */
export function whyNotYet({ dispatch, placed, left, result, waveAtMs, waitsUntilMs }: Standing, nowMs: number): string {
  if (left) return `The rule ${pipelineRules[left.index]!.rule} decided before`;
  if (result?.status === 'unclear' || result?.status === 'unresolved') {
    return 'Whether it came so far is as unclear as what became of the call';
  }
  const { state, failure, cancelReason } = dispatch;
  if (failure) return `The dispatch failed before it came so far: ${failure.detail}`;
  if (state === 'canceling' || state === 'canceled' || result?.status === 'canceled') {
    return `The dispatch was canceled before it came so far${cancelReason === null ? '' : ` (${cancelReason})`}`;
  }
  if (dispatch.startedAtMs === null) {
    return dispatch.confirm === 'manual' ? 'The dispatch waits for its confirmation' : 'The dispatch is about to start';
  }
  if (waitsUntilMs !== null) return `It waits for the night to end at ${shown(waitsUntilMs)}`;
  if (waveAtMs > nowMs) return `It goes at ${shown(waveAtMs)}`;
  const batch = placed.kind === 'b' ? placed.batch : null;
  if (batch?.state === 'claimed' || batch?.state === 'submitting') return 'It is being sent right now';
  return batch !== null && batch.submittingAtMs > 0 ? 'It did not go and is tried again' : 'It is queued';
}
