import { describe, expect, test } from 'vitest';
import type { Schedules } from '../../../shared/domain/dispatches/ports.ts';
import { newDispatchId } from './samples.ts';

/** Schedules, the time they go by, and the queue they fill. */
export interface ScheduleWorld {
  readonly schedules: Schedules;
  nowMs(): Promise<number>;
  /** Moves time forward; resolves when what fell due has been put into the queue. */
  advance(ms: number): Promise<void>;
  /** What schedules have put into the queue since the last look, in order. */
  arrived(): Promise<readonly unknown[]>;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** What every scheduler must do. `open` may answer the same one again, with nothing left over in it. */
export function schedulesContract(open: () => Promise<ScheduleWorld>): void {
  const name = (wave = 1, revision = 1) => `${newDispatchId()}-w${wave}-r${revision}`;

  describe('a schedule', () => {
    test.each([2 * minuteMs, 60 * dayMs])(
      '%i ms ahead puts its body into the queue then, not before, and once',
      async (aheadMs) => {
        const { schedules, nowMs, advance, arrived } = await open();
        const body = { dispatchId: newDispatchId(), wave: 3, revision: 2, nested: [{ text: '봉수 "1"\n' }, null, 1.5] };
        await schedules.create(name(), (await nowMs()) + aheadMs, body);
        await advance(aheadMs - minuteMs);
        expect(await arrived()).toEqual([]);
        await advance(minuteMs + 1_000);
        expect(await arrived()).toEqual([body]);
        await advance(dayMs);
        expect(await arrived()).toEqual([]);
      },
    );

    test('that exists already stays as it is', async () => {
      const { schedules, nowMs, advance, arrived } = await open();
      const [one, atMs] = [name(), (await nowMs()) + 5 * minuteMs];
      await schedules.create(one, atMs, { given: 'first' });
      await schedules.create(one, atMs, { given: 'first' });
      await schedules.create(one, atMs + 10 * minuteMs, { given: 'second' });
      await advance(6 * minuteMs);
      expect(await arrived()).toEqual([{ given: 'first' }]);
      await advance(20 * minuteMs);
      expect(await arrived()).toEqual([]);
    });

    test('that is made twice at the same moment is one', async () => {
      const { schedules, nowMs, advance, arrived } = await open();
      const [one, atMs] = [name(), (await nowMs()) + 5 * minuteMs];
      await Promise.all([1, 2, 3].map(() => schedules.create(one, atMs, { once: true })));
      await advance(6 * minuteMs);
      expect(await arrived()).toEqual([{ once: true }]);
    });

    test('that was removed never fires; removing it again, or one that never was, is fine', async () => {
      const { schedules, nowMs, advance, arrived } = await open();
      const [gone, kept, atMs] = [name(), name(), (await nowMs()) + 5 * minuteMs];
      await schedules.create(gone, atMs, { is: 'gone' });
      await schedules.create(kept, atMs, { is: 'kept' });
      await schedules.remove(gone);
      await schedules.remove(gone);
      await schedules.remove(name());
      await advance(6 * minuteMs);
      expect(await arrived()).toEqual([{ is: 'kept' }]);
    });

    test('that has fired is gone: removing it is fine', async () => {
      const { schedules, nowMs, advance, arrived } = await open();
      const one = name();
      await schedules.create(one, (await nowMs()) + 5 * minuteMs, { is: 'fired' });
      await advance(6 * minuteMs);
      await schedules.remove(one);
      expect(await arrived()).toEqual([{ is: 'fired' }]);
    });

    test('of another revision is another one', async () => {
      const { schedules, nowMs, advance, arrived } = await open();
      const [id, atMs] = [newDispatchId(), (await nowMs()) + 5 * minuteMs];
      await schedules.create(`${id}-w1-r1`, atMs, { revision: 1 });
      await schedules.create(`${id}-w1-r2`, atMs + 5 * minuteMs, { revision: 2 });
      await schedules.remove(`${id}-w1-r1`);
      await advance(11 * minuteMs);
      expect(await arrived()).toEqual([{ revision: 2 }]);
    });

    test.each(['', 'two words', 'a/b', 'é', 'x'.repeat(65)])('cannot be called %j', async (bad) => {
      const { schedules, nowMs } = await open();
      await expect(schedules.create(bad, (await nowMs()) + minuteMs, {})).rejects.toThrow();
    });

    test('may have the longest name of all waves', async () => {
      const { schedules, nowMs, advance, arrived } = await open();
      await schedules.create(name(100, 999_999), (await nowMs()) + 5 * minuteMs, { wave: 100 });
      await advance(6 * minuteMs);
      expect(await arrived()).toEqual([{ wave: 100 }]);
    });
  });

  describe('schedules', () => {
    test('fire in the order of their times, however far time is moved at once', async () => {
      const { schedules, nowMs, advance, arrived } = await open();
      const startMs = await nowMs();
      for (const day of [9, 2, 30, 1, 14]) await schedules.create(name(day), startMs + day * dayMs, day);
      await advance(31 * dayMs);
      expect(await arrived()).toEqual([1, 2, 9, 14, 30]);
    });

    test('of one instant all fire', async () => {
      const { schedules, nowMs, advance, arrived } = await open();
      const atMs = (await nowMs()) + 5 * minuteMs;
      const waves = Array.from({ length: 99 }, (_, i) => i + 2);
      const id = newDispatchId();
      await Promise.all(waves.map((wave) => schedules.create(`${id}-w${wave}-r1`, atMs, wave)));
      await advance(6 * minuteMs);
      expect([...(await arrived())].sort((a, b) => Number(a) - Number(b))).toEqual(waves);
    });
  });
}
