import { describe, expect, test } from 'vitest';
import {
  type CampaignStatus,
  endingOf,
  isOver,
  statusLabels,
  statusOf,
  viewOf,
} from '../../../shared/domain/campaigns/status.ts';
import { type DispatchState, dispatchStates } from '../../../shared/domain/dispatches/dispatch.ts';
import { draftOf } from '../../support/contracts/campaign-samples.ts';
import { newDispatchId, noonMs, preparing } from '../../support/contracts/samples.ts';

const started = draftOf({ state: 'started', dispatchId: newDispatchId(), startedAtMs: noonMs });
const ending = { ...started, ending: { reason: 'requested', atMs: noonMs } } as const;

describe('how a campaign stands', () => {
  test.each(['draft', 'standby'] as const)('one that has not started is %s', (state) => {
    expect(statusOf(draftOf({ state }), null)).toBe(state);
  });

  test.each<[DispatchState, CampaignStatus]>([
    ['preparing', 'preparing'],
    ['ready', 'preparing'],
    ['scheduled', 'in_operation'],
    ['sending', 'in_operation'],
    ['canceling', 'in_operation'],
    ['completed', 'ended'],
    ['canceled', 'canceled'],
    ['failed', 'error'],
  ])('whose dispatch is %s: %s', (state, status) => {
    expect(statusOf(started, preparing({ state }))).toBe(status);
    expect(isOver(started, preparing({ state }))).toBe(['ended', 'canceled', 'error'].includes(status));
  });

  test('one whose dispatch was canceled because it ended has ended', () => {
    const canceled = preparing({ state: 'canceled', cancelReason: 'campaign_ended' });
    expect(statusOf(ending, canceled)).toBe('ended');
    expect(statusOf(ending, { ...canceled, state: 'canceling' })).toBe('in_operation');
  });

  test('one that was called off stays so, though its period ended before its last messages had gone', () => {
    const canceled = preparing({ state: 'canceled', cancelReason: 'requested' });
    expect(statusOf({ ...ending, ending: { reason: 'period_over', atMs: noonMs } }, canceled)).toBe('canceled');
  });

  test('one whose dispatch is not made yet prepares, and is an error when none can be made', () => {
    const failure = { code: 'upload_expired', detail: 'Gone', atMs: noonMs } as const;
    expect(statusOf(started, null)).toBe('preparing');
    expect(isOver(started, null)).toBe(false);
    const failed = { ...started, failure };
    expect(statusOf(failed, null)).toBe('error');
    expect(isOver(failed, null)).toBe(true);
    expect(endingOf(viewOf(failed, null))).toEqual({ failure, endedAtMs: noonMs });
  });

  test('a dispatch that exists has the last word, whatever somebody thought went wrong', () => {
    const failure = { code: 'upload_expired', detail: 'Gone', atMs: noonMs } as const;
    const view = viewOf({ ...started, failure }, preparing({ state: 'completed', completedAtMs: noonMs + 5 }));
    expect(view.status).toBe('ended');
    expect(endingOf(view)).toEqual({ failure: null, endedAtMs: noonMs + 5 });
  });

  test('every state of a dispatch has a status, and every status a label', () => {
    for (const state of dispatchStates) expect(statusLabels[statusOf(started, preparing({ state }))]).toMatch(/^[A-Z]/);
  });
});
