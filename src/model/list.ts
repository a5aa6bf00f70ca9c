/** A list, or undefined when it is empty: an absent field is absent. */
export function some<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** The texts of a list, each once, in the order they first stand in. */
export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
