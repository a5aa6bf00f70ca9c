import { readRecords } from '../text/grammar.ts';
import type { Line } from '../text/lines.ts';
import type { TextRecord } from '../text/record.ts';
import { demographicKeys, demographicParts } from '../va-text/person.ts';

/** What VA.gov calls the key that begins the demographics of one facility; its other keys are VA's, in small letters. */
const facilityKey = 'VA Facility';

/** The demographics of VA.gov's report as records of the kind that My HealtheVet's have, and the lines around them. */
export function demographicRecords(all: readonly Line[]): { records: TextRecord[]; frame: Line[] } {
  // A line of the program that makes the report is printed into it.
  const strays = all.filter(({ text }) => /^titleMoveDownAmount:|^Unknown: No information/.test(text.trim()));
  const lines = all.filter((line) => !strays.includes(line));
  const { head, records, loose } = readRecords(lines, {
    start: [facilityKey],
    keys: demographicKeys,
    parts: demographicParts.map(inSmallLetters),
  });
  for (const { fields } of records) {
    for (const field of fields) {
      if (field.key === facilityKey) field.key = 'VA Treating Facility';
      if (field.part !== undefined) field.part = field.part.toUpperCase();
    }
  }
  const first = records[0]?.lines[0]?.number ?? Infinity;
  return { records, frame: [...strays, ...head.lines, ...loose.filter(({ number }) => number < first)] };
}

/** `VA GUARDIAN` as `VA guardian`. */
function inSmallLetters(heading: string): string {
  const [first = '', ...rest] = heading.split(' ');
  const begin = first === 'VA' ? first : `${first.charAt(0)}${first.slice(1).toLowerCase()}`;
  return [begin, ...rest.map((word) => word.toLowerCase())].join(' ');
}
