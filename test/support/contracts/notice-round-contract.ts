import { describe, expect, test } from 'vitest';
import type { Dispatch } from '../../../shared/domain/dispatches/dispatch.ts';
import type { DispatchStore } from '../../../shared/domain/dispatches/ports.ts';
import type { NoticeStore, Round } from '../../../shared/domain/notices/ports.ts';
import { newDispatchId, noonMs, preparedOf, preparing, recordOf, sendingOf } from './samples.ts';

export interface RoundStores {
  readonly dispatches: DispatchStore;
  readonly notices: NoticeStore;
}

/** A dispatch of notices is made in its own round or not at all. `open` may answer the same stores. */
export function noticeRoundContract(open: () => Promise<RoundStores>): void {
  const begin = async () => {
    const dispatch = sendingOf(preparing({ purpose: 'notice', confirm: 'auto', prepared: preparedOf(1) }), 0);
    return { ...(await open()), dispatch, owner: dispatch.owner };
  };
  const roundOf = ({ id }: Pick<Dispatch, 'id'>, over: Partial<Round> = {}): Round => ({
    dispatchId: id,
    kind: 'result_notice',
    untilMs: noonMs,
    made: false,
    ...over,
  });

  describe('a dispatch of notices', () => {
    test('says in its round that it is made, and is read as it was written', async () => {
      const { dispatches, notices, dispatch, owner } = await begin();
      await notices.begin(owner, null, roundOf(dispatch));
      expect(await dispatches.start(null, dispatch, 0, null)).toEqual({ kind: 'started', dispatch });
      expect(await dispatches.read(dispatch.id)).toEqual(dispatch);
      expect(await notices.round(owner)).toEqual(roundOf(dispatch, { made: true }));
      expect(await notices.begin(owner, roundOf(dispatch), roundOf({ id: newDispatchId() }))).toBe(false);
    });

    test.each<[string, (dispatch: Dispatch) => Round | null]>([
      ['without a round', () => null],
      ['in another’s', () => roundOf({ id: newDispatchId() })],
      ['in one that made it', (dispatch) => roundOf(dispatch, { made: true })],
    ])('%s is not made', async (_, round) => {
      const { dispatches, notices, dispatch, owner } = await begin();
      const before = round(dispatch);
      if (before) await notices.begin(owner, null, before);
      expect(await dispatches.start(null, dispatch, 0, recordOf(owner))).toEqual({ kind: 'overtaken' });
      expect(await dispatches.read(dispatch.id)).toBeNull();
      expect(await notices.round(owner)).toEqual(before);
    });

    test('under a key that was used is a replay, whatever became of its round', async () => {
      const { dispatches, notices, dispatch, owner } = await begin();
      const record = recordOf(owner);
      await notices.begin(owner, null, roundOf(dispatch));
      await dispatches.start(null, dispatch, 0, record);
      const twin = { ...dispatch, id: newDispatchId() };
      expect(await dispatches.start(null, twin, 0, record)).toEqual({ kind: 'replayed' });
      expect(await notices.round(owner)).toEqual(roundOf(dispatch, { made: true }));
    });

    test('is made, or its round taken over, never both', async () => {
      for (let times = 0; times < 10; times++) {
        const { dispatches, notices, dispatch, owner } = await begin();
        await notices.begin(owner, null, roundOf(dispatch));
        const other = roundOf({ id: newDispatchId() });
        const [made, taken] = await Promise.all([
          dispatches.start(null, dispatch, 0, null),
          notices.begin(owner, roundOf(dispatch), other),
        ]);
        expect(made.kind).toBe(taken ? 'overtaken' : 'started');
        expect(await notices.round(owner)).toEqual(taken ? other : roundOf(dispatch, { made: true }));
      }
    });
  });
}
