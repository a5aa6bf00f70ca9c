import { lookUp, ourExtensions } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { notes, wordedOrAbsent } from '../text/members.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { prose } from './prose.ts';

const categories: Readonly<Record<string, string>> = {
  drug: 'medication',
  food: 'food',
  environmental: 'environment',
};

/** R4 wants a clinical status; the report states none. */
const noClinicalStatus = { clinicalStatus: { extension: [absent('unknown')] } };

/** An allergy of VA's records → AllergyIntolerance. */
export const vaAllergies: SectionReader = {
  titles: ['VA ALLERGIES'],
  loinc: '48765-2',
  grammar: {
    start: ['Allergy Name'],
    keys: ['Location', 'Date Entered', 'Reaction', 'Allergy Type', 'VA Drug Class', 'Observed/Historical'],
    words: ['Comments'],
    prose,
  },
  read: eachRecord((record, report) => {
    const types = (record.text('Allergy Type') ?? '').split(/,\s*/).filter((type) => type !== '');
    const category = types.flatMap((type) => lookUp(categories, type.toLowerCase()) ?? []);
    const unknown = types.filter((type) => lookUp(categories, type.toLowerCase()) === undefined);
    const manifestations = (record.text('Reaction') ?? '').split(/,\s*/).filter((word) => word !== '');
    report.emit(
      {
        resourceType: 'AllergyIntolerance',
        ...filled({
          extension: listOf(
            unknown.map((type) => valued(ourExtensions.asSent, 'valueString', `Allergy Type: ${type}`)),
          ),
        }),
        ...noClinicalStatus,
        ...filled({ category: listOf(category) }),
        code: wordedOrAbsent(record.text('Allergy Name')),
        patient: report.subject,
        ...record.date('recordedDate', 'Date Entered'),
        ...filled({
          note: notes(record.text('Comments')),
          reaction: listOf([
            manifestations.length > 0
              ? { manifestation: manifestations.map((text) => ({ text })) }
              : undefined,
          ]),
        }),
      },
      record,
    );
  }),
};

/** An allergy a person reports → AllergyIntolerance asserted by the person. */
export const selfReportedAllergies: SectionReader = {
  titles: [
    'SELF REPORTED ALLERGIES',
    'ALLERGIES/ADVERSE REACTIONS',
    'SELF REPORTED ALLERGIES/ADVERSE REACTIONS',
  ],
  isSelfReported: true,
  loinc: '48765-2',
  grammar: {
    start: ['Allergy Name'],
    keys: ['Date', 'Severity', 'Diagnosed'],
    words: ['Reaction', 'Comments'],
    prose,
  },
  read: eachRecord((record, report) => {
    const severity = record.text('Severity');
    const reaction = record.text('Reaction');
    report.emit(
      {
        resourceType: 'AllergyIntolerance',
        ...filled({
          extension: listOf([
            severity && { url: ourExtensions.severity, valueCodeableConcept: { text: severity } },
          ]),
        }),
        ...noClinicalStatus,
        code: wordedOrAbsent(record.text('Allergy Name')),
        patient: report.subject,
        ...record.date('onsetDateTime', 'Date'),
        asserter: report.subject,
        ...filled({
          note: notes(record.text('Comments')),
          reaction: listOf([reaction && { manifestation: [{ text: reaction }] }]),
        }),
      },
      record,
    );
  }),
};
