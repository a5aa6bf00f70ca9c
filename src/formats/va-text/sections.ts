import { filled } from '../json-parts.ts';
import type { Grammar } from '../text/grammar.ts';
import type { SectionReader } from '../text/section-reader.ts';
import { rowsOf } from '../text/table.ts';
import { selfReportedAllergies, vaAllergies } from './allergies.ts';
import { appointments, reminders } from './appointments.ts';
import { goals } from './goals.ts';
import { selfReportedImmunizations, vaImmunizations } from './immunizations.ts';
import { selfReportedLabs, vaLaboratory } from './laboratory.ts';
import { selfReportedMedications, vaMedications } from './medications.ts';
import {
  demographicKeys,
  demographicParts,
  emitBloodType,
  emitRecordedInsurance,
  type PersonDraft,
} from './person.ts';
import { medicalEvents, vaProblems } from './problems.ts';
import { prose } from './prose.ts';
import { vaAdmissions, vaElectrocardiograms, vaNotes, vaPathology, vaRadiology } from './reports.ts';
import {
  facilities,
  familyHistory,
  insurance,
  journals,
  militaryHistory,
  providers,
} from './self-reported.ts';
import { militaryService } from './service.ts';
import { selfReportedVitalSigns, vaVitalSigns } from './vital-signs.ts';

/** Every kind of section that My HealtheVet's reports have had (v12 to v12.10), in the order of v12.10. */
export function sectionReaders(person: PersonDraft): SectionReader[] {
  return [
    accountSummary,
    selfReportedDemographics(person),
    vaDemographics(person),
    providers,
    facilities,
    insurance,
    reminders,
    appointments,
    vaAllergies,
    selfReportedAllergies,
    vaMedications,
    selfReportedMedications,
    vaProblems,
    vaAdmissions,
    vaNotes,
    medicalEvents,
    vaImmunizations,
    selfReportedImmunizations,
    vaLaboratory,
    vaPathology,
    selfReportedLabs,
    vaVitalSigns,
    selfReportedVitalSigns,
    vaRadiology,
    vaElectrocardiograms,
    familyHistory,
    militaryHistory,
    journals,
    militaryService,
    goals,
  ];
}

/** The places that treat the person → Organization. How the account was verified is said of the report. */
const accountSummary: SectionReader = {
  titles: ['MY HEALTHEVET ACCOUNT SUMMARY', 'ACCOUNT SUMMARY'],
  hasTables: true,
  grammar: {
    start: ['Authentication Status'],
    keys: ['Authentication Date', 'Authentication Facility ID', 'Authentication Facility Name'],
    prose,
  },
  read({ records, tables }, report) {
    for (const record of records) {
      report.layout(record.lines);
      report.sayOfReport(record.left());
    }
    for (const { line, cells } of rowsOf(tables)) {
      const type = /^n\/?a$/i.test(cells['Type'] ?? '') ? undefined : cells['Type'];
      report.emit(
        {
          resourceType: 'Organization',
          ...filled({
            type: type === undefined ? undefined : [{ text: type }],
            name: cells['VA Treating Facility'],
          }),
        },
        [line],
      );
    }
  },
};

const selfReportedGrammar: Grammar = {
  start: ['First Name', 'Contact First Name'],
  keys: [
    'Middle Initial',
    'Last Name',
    'Suffix',
    'Alias',
    'Relationship to VA',
    'Gender',
    'Blood Type',
    'Organ Donor',
    'Date of Birth',
    'Marital Status',
    'Current Occupation',
    'Mailing or Destination Address',
    'Mailing or Destination Address2',
    'Mailing or Destination City',
    'Mailing or Destination State',
    'Mailing or Destination Country',
    'Mailing or Destination Province',
    'Mailing or Destination Zip/Postal Code',
    'Home Phone Number',
    'Work Phone Number',
    'Pager Number',
    'Cell Phone Number',
    'FAX Number',
    'Email Address',
    'Preferred Method of Contact',
    'Contact Last Name',
    'Relationship',
    'Extension',
    'Address Line 1',
    'Address Line 2',
    'City',
    'State',
    'Country',
    'Province',
    'Zip/Post Code',
  ],
  groups: ['EMERGENCY CONTACTS'],
  prose,
};

function selfReportedDemographics(person: PersonDraft): SectionReader {
  return {
    titles: ['SELF REPORTED DEMOGRAPHICS', 'DEMOGRAPHICS'],
    isSelfReported: true,
    grammar: selfReportedGrammar,
    read({ records }, report) {
      emitBloodType(
        records.find(({ group }) => group === undefined),
        report,
      );
      report.tellOfPerson();
      person.selfReported(records);
    },
  };
}

function vaDemographics(person: PersonDraft): SectionReader {
  return {
    titles: ['VA DEMOGRAPHICS'],
    grammar: {
      start: ['VA Treating Facility'],
      keys: demographicKeys,
      parts: demographicParts,
      prose,
    },
    read({ records }, report) {
      for (const record of records) emitRecordedInsurance(record, report);
      report.tellOfPerson();
      person.recorded(records);
    },
  };
}
