import type { Writable } from 'node:stream';

const barCells = 28;
const labelWidth = 12;

/** Lines with a label in front; on a terminal a bar moves in place, elsewhere it becomes a line at every quarter. */
export class Screen {
  readonly #out: Writable & { readonly isTTY?: boolean };
  #bar: { readonly label: string; lastQuarter: number } | null = null;

  constructor(out: Writable & { readonly isTTY?: boolean }) {
    this.#out = out;
  }

  line(label: string, text: string): void {
    this.endBar();
    this.#out.write(`  ${label.padEnd(labelWidth)}  ${text}\n`);
  }

  text(text: string): void {
    this.endBar();
    this.#out.write(`${text}\n`);
  }

  /** @param done of `total`; a total of 0 shows an empty bar */
  bar(label: string, done: number, total: number, note: string): void {
    const share = total === 0 ? 0 : Math.min(1, done / total);
    if (this.#out.isTTY) {
      const full = Math.round(share * barCells);
      const cells = '█'.repeat(full) + '░'.repeat(barCells - full);
      // Cleared to its end, since the note before may have been longer.
      this.#out.write(`\r  ${label.padEnd(labelWidth)}  ${cells} ${note}\u001b[K`);
      this.#bar = { label, lastQuarter: 0 };
      return;
    }
    const quarter = Math.floor(share * 4);
    if (this.#bar?.label === label && quarter <= this.#bar.lastQuarter) return;
    this.#bar = { label, lastQuarter: quarter };
    this.#out.write(`  ${label.padEnd(labelWidth)}  ${String(Math.floor(share * 100)).padStart(3)} %  ${note}\n`);
  }

  endBar(): void {
    if (this.#bar !== null && this.#out.isTTY) this.#out.write('\n');
    this.#bar = null;
  }
}

export const grouped = (count: number): string => count.toLocaleString('en');

/** `a 3, b 1`, the most frequent first; `none` of nothing. */
export function byCount(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return entries.length === 0 ? 'none' : entries.map(([code, count]) => `${code} ${grouped(count)}`).join(', ');
}
