/** One line of the benchmark's table. */
export interface BenchRow {
  /** What was done, and how much of it. */
  readonly row: string;
  readonly ours: number;
  /** The usual way of doing it, in the same run; null if there is none. */
  readonly peer: number | null;
  /** What no implementation could go below, where that can be measured. */
  readonly floor: number | null;
  /** How many times better than the peer; null without one. */
  readonly ratio: number | null;
  readonly unit: string;
  readonly target: string;
  /** Whether the target is reached. */
  readonly ok: boolean;
  readonly notes: string;
}
