/** What happened, in order: the last lines to read after a failure, and a hash that two equal runs share. */
export class Trace {
  readonly #keep: number;
  readonly #lines: string[] = [];
  #hash = 0x811c9dc5;

  /** Keeps the last `keep` lines. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  note(line: string): void {
    // FNV-1a: cheap, and every character counts
    for (let i = 0; i < line.length; i++) this.#hash = Math.imul(this.#hash ^ line.charCodeAt(i), 0x01000193);
    this.#lines.push(line);
    if (this.#lines.length > 2 * this.#keep) this.#lines.splice(0, this.#keep);
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  get last(): readonly string[] {
    return this.#lines.slice(-this.#keep);
  }
}
