/** Many phone numbers (E.164 digits as numbers) in eight bytes each: filled, sorted once, then only asked. */
export class NumberSet {
  #numbers = new Float64Array(1_024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(number: number): void {
    if (this.#size === this.#numbers.length) {
      const grown = new Float64Array(this.#size * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.#size++] = number;
  }

  /** Before the first `has`. */
  sort(): void {
    this.#numbers = this.#numbers.slice(0, this.#size).sort();
  }

  has(number: number): boolean {
    let low = 0;
    let high = this.#size - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.#numbers[middle] as number;
      if (found === number) return true;
      if (found < number) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }
}
