/** A list, or undefined when it is empty: an absent field is absent. */
export function some<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}
