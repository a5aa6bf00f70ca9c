/** `1 file`, `2 files`: a count with its noun, regular plurals only. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
