/**
 * The value a table gives a word of the source. Only the table's own words count: a status of `constructor` is no word
 * of any table.
 */
export function lookUp<T>(table: Readonly<Record<string, T>>, word: string | undefined): T | undefined {
  return word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}
