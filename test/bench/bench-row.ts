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
  /** Null: the row is there to be looked at. */
  readonly target: string | null;
  /** Whether the target is reached. */
  readonly ok: boolean;
  readonly notes: string;
  /** What the figure is made of, for a table of its own: the columns of all rows of a benchmark, by name. */
  readonly details?: Readonly<Record<string, string | number>>;
}

export interface BenchOptions {
  /** Small sizes, to see that a benchmark works. Its figures are not kept. */
  readonly quick: boolean;
  /** Says on stderr how far a long piece of work is. */
  readonly progress: (text: string) => void;
}

/** Measures; throws when something is broken. A missed target is a row, not an error. */
export type Benchmark = (options: BenchOptions) => Promise<readonly BenchRow[]>;
