import type { Line } from '../text/lines.ts';
import type { TextRecord } from '../text/record.ts';
import { readRecords } from '../text/grammar.ts';
import { demographicParts } from '../va-text/person.ts';

/** Keys of My HealtheVet's demographics that VA.gov writes in other words; all others differ in capitals only. */
const classicKeys: Readonly<Record<string, string>> = { 'va facility': 'VA Treating Facility' };

const keys = [
  'First Name',
  'Middle Name',
  'Last Name',
  'Date of Birth',
  'Age',
  'Gender',
  'Ethnicity',
  'Religion',
  'Place of Birth',
  'Marital Status',
  'Street Address',
  'City',
  'State',
  'Zip Code',
  'County',
  'Country',
  'Home Phone Number',
  'Work Phone Number',
  'Cell Phone Number',
  'Email Address',
  'Service Connected Percentage',
  'Means Test Status',
  'Primary Eligibility Code',
  'Occupation',
  'Employer Name',
  'Name',
  'Insurance Company',
  'Effective Date',
  'Expiration Date',
  'Group Name',
  'Group Number',
  'Subscriber ID',
  'Subscriber Name',
  'Subscriber Relationship',
];

/** The demographics of VA.gov's report as records of the kind that My HealtheVet's have. */
export function demographicRecords(all: readonly Line[]): { records: TextRecord[]; frame: Line[] } {
  // A line of the program that makes the report is printed into it.
  const strays = all.filter(({ text }) => /^titleMoveDownAmount:|^Unknown: No information/.test(text.trim()));
  const lines = all.filter((line) => !strays.includes(line));
  const headings = demographicParts.map(
    (part) => part.charAt(0) + part.slice(1).toLowerCase().replaceAll('va ', 'VA '),
  );
  const spelled = keys.map((key) => key.charAt(0) + key.slice(1).toLowerCase().replace(' id', ' ID'));
  const { head, records, loose } = readRecords(lines, {
    start: ['VA Facility'],
    keys: spelled,
    parts: [...headings, 'VA guardian'],
  });
  for (const { fields } of records) {
    for (const field of fields) {
      const key = field.key.toLowerCase();
      field.key = classicKeys[key] ?? keys.find((classic) => classic.toLowerCase() === key) ?? field.key;
      if (field.part !== undefined) field.part = field.part.toUpperCase();
    }
  }
  return { records, frame: [...strays, ...head.lines, ...loose] };
}
