/** A sum of decimal numbers, exact: 0.1 and 0.2 are 0.3. */
export class ExactSum {
  #total = 0n;
  /** Decimal places of the total. */
  #places = 0;

  /** Adds a number as JSON writes it. */
  add(digits: string): void {
    const [, sign = '', whole = '', fraction = '', exponent = '0'] =
      /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(digits) ?? [];
    const places = Math.max(fraction.length - Number(exponent), 0);
    const zeros = Math.max(Number(exponent) - fraction.length, 0);
    const value = BigInt(`${sign}${whole}${fraction}`) * 10n ** BigInt(zeros);
    const more = Math.max(places, this.#places);
    this.#total = this.#total * 10n ** BigInt(more - this.#places) + value * 10n ** BigInt(more - places);
    this.#places = more;
  }

  toString(): string {
    const sign = this.#total < 0n ? '-' : '';
    const digits = String(this.#total)
      .replace('-', '')
      .padStart(this.#places + 1, '0');
    const cut = digits.length - this.#places;
    return this.#places === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`;
  }
}
