import type { SectionReader } from '../text/section-reader.ts';
import { emitMedicare, employerSubsidy, otherInsurance, plans } from './coverage.ts';
import type { PersonDraft } from './person.ts';
import {
  allergies,
  conditions,
  devices,
  drugs,
  familyHistory,
  immunizations,
  labs,
  vitalSigns,
} from './self-reported.ts';
import { pharmacies, preventiveServices, providers } from './services.ts';

/** Every kind of section of MyMedicare.gov's report but the claims, in its order. */
export function sectionReaders(person: PersonDraft): SectionReader[] {
  return [
    {
      titles: ['DEMOGRAPHIC'],
      grammar: {
        start: ['Name'],
        keys: [
          'Date of Birth',
          'Address Line 1',
          'Address Line 2',
          'City',
          'State',
          'Zip',
          'Phone Number',
          'Email',
          'Part A Effective Date',
          'Part B Effective Date',
        ],
      },
      read({ records }, report) {
        person.demographics.push(...records);
        for (const record of records) emitMedicare(record, report);
        report.tellOfPerson();
      },
    },
    {
      titles: ['EMERGENCY CONTACT'],
      isSelfReported: true,
      grammar: {
        start: ['Contact Name'],
        keys: [
          'Address Type',
          'Address Line 1',
          'Address Line 2',
          'City',
          'State',
          'Zip',
          'Relationship',
          'Home Phone',
          'Work Phone',
          'Mobile Phone',
          'Email Address',
        ],
      },
      read({ records }, report) {
        person.contacts.push(...records);
        report.tellOfPerson();
      },
    },
    conditions,
    allergies,
    devices,
    immunizations,
    labs,
    vitalSigns,
    familyHistory,
    drugs,
    preventiveServices,
    providers,
    pharmacies,
    plans,
    employerSubsidy,
    otherInsurance,
  ];
}
