import type { Reading, Source } from '../model/index.ts';

/** A source as it is being read: what its readings say of it, as they come. */
export class SourceReading {
  readonly #base: Source;
  #told: Partial<Source> = {};

  constructor(base: Source) {
    this.#base = base;
  }

  /** Takes what a reading says of the source itself. */
  take(reading: Reading): void {
    if ('format' in reading || 'asOf' in reading || 'producer' in reading)
      this.#told = { ...this.#told, ...reading };
  }

  get source(): Source {
    return { ...this.#base, ...this.#told };
  }
}
