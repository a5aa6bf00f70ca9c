import { lookUp } from '../../model/index.ts';
import type { ReportSection, TextReport } from '../text/report.ts';

/** Reads the lines of one section; the section has begun. */
export type VaGovSection = (section: ReportSection, report: TextReport) => void;

const loinc: Readonly<Record<string, string>> = {
  'lab and test results': '30954-2',
  vaccines: '11369-6',
  allergies: '48765-2',
  'health conditions': '11450-4',
  vitals: '8716-3',
  medications: '10160-0',
};

/** LOINC code of document sections of a kind, by its title in lower case. */
export function loincOf(title: string): string | undefined {
  return lookUp(loinc, title.toLowerCase());
}
