/** An instant in UTC, ISO 8601, as a person reads it: `2026-11-22 21:11 UTC`. What is no such instant stays as it is. */
export function instantText(instant: string): string {
  return instant.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d(\.\d+)?)?Z$/, '$1 $2 UTC');
}
