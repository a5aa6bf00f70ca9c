/** What the rows of one table say of the things of another, by their id; it keeps account of what was asked for. */
export class Joined<T> {
  readonly table: string;
  readonly #said = new Map<string, T[]>();
  readonly #taken = new Set<string>();

  constructor(table: string) {
    this.table = table;
  }

  add(id: string, said: T): void {
    const known = this.#said.get(id);
    if (known === undefined) this.#said.set(id, [said]);
    else known.push(said);
  }

  /** What is said of this id, in the order of the rows. */
  take(id: string | undefined): readonly T[] {
    if (id === undefined) return [];
    this.#taken.add(id);
    return this.#said.get(id) ?? [];
  }

  /** How many rows are about things that nobody asked for. */
  get left(): number {
    let count = 0;
    for (const [id, said] of this.#said) if (!this.#taken.has(id)) count += said.length;
    return count;
  }
}
