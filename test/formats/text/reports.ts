import type { BuiltRecord, Entry, Row } from '../../../src/model/index.ts';

/** A report of My HealtheVet with these sections: title and lines of each. */
export function vaReport(sections: readonly (readonly [string, string])[], version = '12.10'): string {
  const parts = sections.map(
    ([title, body]) => `${` ${title} `.padStart(46, '-').padEnd(72, '-')}\n\n${body}\n`,
  );
  return [
    '--------------- MY HEALTHEVET PERSONAL INFORMATION REPORT ---------------',
    '                    *************CONFIDENTIAL*************',
    `                    Produced by the VA Blue Button (v${version})`,
    '                               05 Nov 2014 @ 0827',
    '',
    'Name: ROE, RICHARD Q                Date of Birth: 01 Mar 1948',
    '',
    ...parts,
    '----------- END OF MY HEALTHEVET PERSONAL INFORMATION REPORT ----------',
    '',
  ].join('\n');
}

/** A report of MyMedicare.gov with these sections. */
export function medicareReport(sections: readonly (readonly [string, string])[]): string {
  const rule = '--------------------------------';
  const parts = sections.map(([title, body]) => `${rule}\n${title}\n\n${rule}\n\n${body}\n`);
  return [
    `${rule}\nMYMEDICARE.GOV PERSONAL HEALTH INFORMATION\n\n${rule}`,
    '**********CONFIDENTIAL***********\n\nProduced by the Blue Button (v2.0)\n\n02/04/2015 9:18 AM\n',
    `${rule}\nDemographic\n\n${rule}\n\nSource: MyMedicare.gov\n\nName: RICHARD ROE\n\nDate of Birth: 1/1/1940\n`,
    ...parts,
    rule,
    '',
  ].join('\n');
}

/** The rows of a section. */
export function rowsIn({ record }: BuiltRecord, section: string): Row[] {
  return record.sections[section] ?? [];
}

/** The codes of the findings. */
export function findingCodes({ record }: BuiltRecord): string[] {
  return record.findings.map(({ code }) => code);
}

/** The entries of one type. */
export function ofType({ entries }: BuiltRecord, type: string): Entry[] {
  return entries.filter(({ resource }) => resource.resourceType === type);
}
