import { existsSync, readFileSync } from 'node:fs';
import { writeWhole } from '../write-whole.ts';
import { machineNow, shiftDate } from './shifted-date.ts';
import { Timers } from './timers.ts';

/** A part of the cloud that works by itself and must stand still while the clock moves. */
export type Participant = {
  /** Starts nothing new from here on. */
  pause(): void;
  resume(): void;
  /** Whether nothing runs and, unless paused, nothing could be started now. */
  isQuiet(): boolean;
};

// A schedule of ours that repeats itself every few seconds must not turn 60 days into a million steps.
const mostSteps = 1_000;
const longestMoveMs = 45_000;
const longestStepMs = 10_000;

/**
 * The local cloud's time: the machine's plus an offset that only grows, kept in a file so that a restart goes on from it.
 * While it is installed, `Date` in this thread shows it; worker threads take `offset` and do the same.
 */
export class Clock {
  readonly offset = new Float64Array(new SharedArrayBuffer(8));
  readonly #timers = new Timers(() => this.now());
  readonly #participants = new Set<Participant>();
  readonly #file: string;
  readonly #restoreDate: () => void;
  #moving: Promise<void> = Promise.resolve();

  /** @param file where the offset is kept, milliseconds as JSON */
  constructor(file: string) {
    this.#file = file;
    if (existsSync(file)) this.offset[0] = Number(JSON.parse(readFileSync(file, 'utf8')));
    this.#restoreDate = shiftDate(this.offset);
  }

  /** Epoch milliseconds. */
  now(): number {
    return machineNow() + (this.offset[0] ?? 0);
  }

  /** Calls `fire` at an instant, now if it has passed. @returns a function that takes it back */
  at(instant: number, fire: () => void): () => void {
    return this.#timers.add({ at: instant, recurring: false, fire });
  }

  /** Calls `fire` every so often; in a move once per instant at which something else fell due, and once at its end. */
  every(periodMs: number, fire: () => void): () => void {
    let cancel: () => void = () => undefined;
    const arm = () => {
      cancel = this.#timers.add({
        at: this.now() + periodMs,
        recurring: true,
        fire: () => {
          arm();
          fire();
        },
      });
    };
    arm();
    return () => cancel();
  }

  join(participant: Participant): void {
    this.#participants.add(participant);
  }

  /**
   * Moves forward to an instant, stepping through what falls due in order; each step's work is given time to finish.
   * Resolves when what fell due has been started. A target in the past changes nothing.
   */
  move(to: number): Promise<void> {
    const move = this.#moving.then(() => this.#move(to));
    this.#moving = move.catch(() => undefined);
    return move;
  }

  stop(): void {
    this.#timers.stop();
    this.#restoreDate();
  }

  async #move(to: number): Promise<void> {
    const givenUpAt = machineNow() + longestMoveMs;
    this.#timers.hold();
    try {
      for (let step = 0; step < mostSteps && machineNow() < givenUpAt; step++) {
        await this.#standStill();
        const next = this.#timers.nextStep();
        if (next === undefined || next > to) break;
        this.#set(next);
        this.#timers.fireDue();
        await this.#letRun();
      }
      await this.#standStill();
      this.#set(to);
      this.#timers.fireDue();
      await this.#letRun();
    } finally {
      for (const participant of this.#participants) participant.resume();
      this.#timers.release();
    }
  }

  async #standStill(): Promise<void> {
    for (const participant of this.#participants) participant.pause();
    await this.#quiet();
  }

  async #letRun(): Promise<void> {
    for (const participant of this.#participants) participant.resume();
    // The machine's time goes on during a step, so more may fall due in it.
    await this.#quiet(() => this.#timers.fireDue());
  }

  /** Waits until nothing runs, at most `longestStepMs`: a hanging carrier must not stop the clock. */
  async #quiet(beforeLook: () => void = () => undefined): Promise<void> {
    const givenUpAt = machineNow() + longestStepMs;
    let quietLooks = 0;
    while (quietLooks < 2 && machineNow() < givenUpAt) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      beforeLook();
      quietLooks = [...this.#participants].every((participant) => participant.isQuiet()) ? quietLooks + 1 : 0;
    }
  }

  #set(instant: number): void {
    const ahead = instant - machineNow();
    if (ahead <= (this.offset[0] ?? 0)) return;
    writeWhole(this.#file, JSON.stringify(ahead));
    this.offset[0] = ahead;
  }
}
