import type { Ids, Randomness, Time } from '../../../shared/domain/dispatches/ports.ts';

/** A time that only moves when told to. Epoch milliseconds. */
export interface FakeClock extends Time {
  advance(ms: number): void;
  /** Never backwards. */
  to(ms: number): void;
}

export function createFakeClock(startMs = Date.parse('2026-11-21T01:00:00Z')): FakeClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
    to: (ms) => {
      nowMs = Math.max(nowMs, ms);
    },
  };
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Ids in order of their making, in the shape of ULIDs; with the time of a clock if one is given. */
export function createFakeIds(clock?: Time): Ids {
  let made = 0;
  const time = (atMs: number) =>
    Array.from({ length: 10 }, (_, i) => crockford[Math.floor(atMs / 32 ** (9 - i)) % 32]).join('');
  return { ulid: () => `${clock ? time(clock.now()) : '0100000000'}${String(made++).padStart(16, '0')}` };
}

/** The same numbers again for the same seed (mulberry32). */
export interface SeededRandom extends Randomness {
  /** A whole number from 0 up to, not including, `n`. */
  below(n: number): number;
  /** True so often in 1. */
  chance(probability: number): boolean;
}

export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    random,
    below: (n) => Math.floor(random() * n),
    chance: (probability) => random() < probability,
  };
}
