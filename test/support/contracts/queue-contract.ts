import { describe, expect, test } from 'vitest';

/** A record as it was received. */
export interface Received {
  readonly id: string;
  readonly body: string;
  /** How often, this time included. */
  readonly receives: number;
}

/** A queue that hides what was received for 30 s and gives up what was received twice, and the time that it goes by. */
export interface QueueWorld {
  send(body: string, delaySeconds: number): Promise<void>;
  /** Up to ten records that may be taken now. */
  receive(): Promise<readonly Received[]>;
  /** The record was worked on. */
  remove(received: Received): Promise<void>;
  /** Bodies of the records that were given up. */
  dead(): Promise<readonly string[]>;
  advance(seconds: number): Promise<void>;
}

/** What every queue must do. `open` answers one without records; it may be the same again. */
export function queueContract(open: () => Promise<QueueWorld>): void {
  const bodies = (received: readonly Received[]) => received.map(({ body }) => body).sort();

  describe('a record', () => {
    test('is there at once, once, and gone when it was removed', async () => {
      const { send, receive, remove, advance } = await open();
      await send('one', 0);
      const [received] = await receive();
      expect(received).toMatchObject({ body: 'one', receives: 1 });
      await remove(received!);
      await advance(60);
      expect(await receive()).toEqual([]);
    });

    test('with a delay is not there before', async () => {
      const { send, receive, advance, remove } = await open();
      await send('late', 900);
      await advance(899);
      expect(await receive()).toEqual([]);
      await advance(1);
      const received = await receive();
      expect(bodies(received)).toEqual(['late']);
      await remove(received[0]!);
    });

    test('cannot wait for longer than a quarter of an hour', async () => {
      const { send, receive } = await open();
      await expect(send('never', 901)).rejects.toThrow();
      expect(await receive()).toEqual([]);
    });

    test('that was put in twice is two', async () => {
      const { send, receive, remove } = await open();
      await send('same', 0);
      await send('same', 0);
      const received = await receive();
      expect(bodies(received)).toEqual(['same', 'same']);
      expect(new Set(received.map(({ id }) => id)).size).toBe(2);
      for (const one of received) await remove(one);
    });
  });

  describe('a record that nobody removes', () => {
    test('is hidden for its time and comes back, known by its id', async () => {
      const { send, receive, remove, advance } = await open();
      await send('again', 0);
      const [first] = await receive();
      await advance(29);
      expect(await receive()).toEqual([]);
      await advance(1);
      const [second] = await receive();
      expect(second).toEqual({ ...first, receives: 2 });
      await remove(second!);
      await advance(60);
      expect(await receive()).toEqual([]);
    });

    test('holds up no other', async () => {
      const { send, receive, remove, advance } = await open();
      await send('held', 0);
      const [held] = await receive();
      await send('free', 0);
      const received = await receive();
      expect(bodies(received)).toEqual(['free']);
      for (const one of [held!, ...received]) await remove(one);
      await advance(60);
      expect(await receive()).toEqual([]);
    });

    test('is given up after its last receive, and kept', async () => {
      const { send, receive, advance, dead } = await open();
      const before = await dead();
      await send('poison', 0);
      for (let receives = 1; receives <= 2; receives++) {
        expect(await receive()).toMatchObject([{ body: 'poison', receives }]);
        await advance(30);
      }
      expect(await receive()).toEqual([]);
      await advance(30);
      expect(await receive()).toEqual([]);
      expect(await dead()).toEqual([...before, 'poison']);
    });
  });
}
