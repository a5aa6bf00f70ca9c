import type { JsonObject } from '../../json/index.ts';
import { lookUp, ourExtensions } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { coded, measured, named, notes, unsaid, wordedOrAbsent } from '../text/members.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { readTextDate } from '../text/text-date.ts';
import { bloodPressure, isVitalSignName, vitalSignCategory, vitalSignCode } from '../text/vital-sign.ts';

export const conditions: SectionReader = {
  titles: ['SELF REPORTED MEDICAL CONDITIONS'],
  loinc: '11450-4',
  isSelfReported: true,
  grammar: {
    start: ['Condition Name'],
    keys: ['Medical Condition Start Date', 'Medical Condition End Date'],
  },
  read: eachRecord((record, report) => {
    // Only a day that has come by the report's own date says that it ended; "Present" does not.
    const end = record.read('Medical Condition End Date', (text) => {
      const date = readTextDate(text);
      const isPast = date.value !== undefined && date.value <= (report.asOf?.value ?? date.value);
      return isPast ? pointMembers('abatementDateTime', date) : undefined;
    });
    const hasEnded = end !== undefined;
    report.emit(
      {
        resourceType: 'Condition',
        // R4 (con-4) knows no condition that ended and is not inactive.
        clinicalStatus: hasEnded
          ? coded('http://terminology.hl7.org/CodeSystem/condition-clinical', 'inactive')
          : { extension: [absent('unknown')] },
        category: [coded('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')],
        code: wordedOrAbsent(record.text('Condition Name')),
        subject: report.subject,
        ...record.date('onsetDateTime', 'Medical Condition Start Date'),
        ...end,
        asserter: report.subject,
      },
      record,
    );
  }),
};

const allergyCategories: Readonly<Record<string, string>> = {
  drugs: 'medication',
  drug: 'medication',
  food: 'food',
  foods: 'food',
  environmental: 'environment',
};

export const allergies: SectionReader = {
  titles: ['SELF REPORTED ALLERGIES'],
  loinc: '48765-2',
  isSelfReported: true,
  grammar: {
    start: ['Allergy Name'],
    keys: [
      'Type',
      'Reaction',
      'Severity',
      'Diagnosed',
      'Treatment',
      'First Episode Date',
      'Last Episode Date',
      'Last Treatment Date',
    ],
    words: ['Comments'],
  },
  read: eachRecord((record, report) => {
    const [type, severity, reaction] = ['Type', 'Severity', 'Reaction'].map((key) => record.text(key));
    const category = lookUp(allergyCategories, type?.toLowerCase());
    report.emit(
      {
        resourceType: 'AllergyIntolerance',
        ...filled({
          extension: listOf([
            severity && { url: ourExtensions.severity, valueCodeableConcept: { text: severity } },
            category === undefined && type !== undefined
              ? valued(ourExtensions.asSent, 'valueString', `Type: ${type}`)
              : undefined,
          ]),
        }),
        clinicalStatus: { extension: [absent('unknown')] },
        ...filled({ category: listOf([category]) }),
        code: wordedOrAbsent(record.text('Allergy Name')),
        patient: report.subject,
        ...record.date('onsetDateTime', 'First Episode Date'),
        asserter: report.subject,
        ...record.date('lastOccurrence', 'Last Episode Date'),
        ...filled({
          note: notes(record.text('Comments')),
          reaction: listOf([reaction && { manifestation: [{ text: reaction }] }]),
        }),
      },
      record,
    );
  }),
};

export const devices: SectionReader = {
  titles: ['SELF REPORTED IMPLANTABLE DEVICE'],
  loinc: '46264-8',
  isSelfReported: true,
  grammar: { start: ['Device Name'], keys: ['Date Implanted'] },
  read: eachRecord((record, report) => {
    const name = record.text('Device Name');
    const implanted = record.text('Date Implanted');
    report.emit(
      {
        resourceType: 'DeviceUseStatement',
        ...unsaid('status'),
        subject: report.subject,
        ...(implanted === undefined ? {} : { timingPeriod: pointMembers('start', readTextDate(implanted)) }),
        source: report.subject,
        device: named(name) ?? { extension: [absent('unknown')] },
      },
      record,
    );
  }),
};

export const immunizations: SectionReader = {
  titles: ['SELF REPORTED IMMUNIZATIONS'],
  loinc: '11369-6',
  isSelfReported: true,
  grammar: {
    start: ['Immunization Name'],
    keys: [
      'Date Administered',
      'Method',
      'Were you vaccinated in the US',
      'Booster 1 Date',
      'Booster 2 Date',
      'Booster 3 Date',
    ],
    words: ['Comments'],
  },
  read: eachRecord((record, report) => {
    const name = wordedOrAbsent(record.text('Immunization Name'));
    const method = record.text('Method');
    const given = record.text('Date Administered');
    const boosters = [1, 2, 3].flatMap((number) => {
      const date = record.text(`Booster ${number} Date`);
      return date === undefined ? [] : [{ number, date }];
    });
    const common = { vaccineCode: name, patient: report.subject };
    const origin = { primarySource: false, reportOrigin: { text: 'Self-Entered' } };
    report.emit(
      {
        resourceType: 'Immunization',
        status: 'completed',
        ...common,
        ...(given === undefined
          ? unsaid('occurrenceDateTime')
          : pointMembers('occurrenceDateTime', readTextDate(given))),
        ...origin,
        ...filled({ route: method && { text: method }, note: notes(record.text('Comments')) }),
      },
      record,
    );
    // Each booster is a vaccination of its own.
    for (const { number, date } of boosters) {
      const lines = record.lines.filter(({ text }) => text.includes(`Booster ${number} Date`));
      report.emit(
        {
          resourceType: 'Immunization',
          status: 'completed',
          ...common,
          ...pointMembers('occurrenceDateTime', readTextDate(date)),
          ...origin,
          note: [{ text: `Booster ${number}` }],
        },
        lines,
      );
    }
  }),
};

export const labs: SectionReader = {
  titles: ['SELF REPORTED LABS AND TESTS'],
  loinc: '30954-2',
  isSelfReported: true,
  grammar: {
    start: ['Test/Lab Type'],
    keys: ['Date Taken', 'Administered by', 'Requesting Doctor', 'Reason Test/Lab Requested'],
    words: ['Results', 'Comments'],
  },
  read: eachRecord((record, report) => {
    report.emit(
      {
        resourceType: 'Observation',
        ...unsaid('status'),
        code: wordedOrAbsent(record.text('Test/Lab Type')),
        subject: report.subject,
        ...record.date('effectiveDateTime', 'Date Taken'),
        ...filled({ performer: listOf([named(record.text('Administered by'))]) }),
        ...measured(record.text('Results'), undefined),
        ...filled({ note: notes(record.text('Comments')) }),
      },
      record,
    );
  }),
};

export const vitalSigns: SectionReader = {
  titles: ['SELF REPORTED VITAL STATISTICS'],
  loinc: '8716-3',
  isSelfReported: true,
  grammar: {
    start: ['Vital Statistic Type'],
    keys: ['Date', 'Time', 'Reading', 'Reading/Value'],
    words: ['Comments'],
  },
  read: eachRecord((record, report) => {
    const type = record.text('Vital Statistic Type');
    const [date, time] = [record.text('Date'), record.text('Time')];
    const value = record.text('Reading') ?? record.text('Reading/Value');
    const [, high, low] = /^(\d+)\s*\/\s*(\d+)$/.exec(value ?? '') ?? [];
    const when = [date, time].filter((part) => part !== undefined).join(' ');
    report.emit(
      {
        resourceType: 'Observation',
        ...unsaid('status'),
        ...filled({ category: isVitalSignName(type) ? [vitalSignCategory] : undefined }),
        code: vitalSignCode(type),
        subject: report.subject,
        ...(date === undefined ? {} : pointMembers('effectiveDateTime', readTextDate(when))),
        performer: [report.subject],
        ...(high === undefined ? measured(value, undefined) : bloodPressure(high, low)),
        ...filled({ note: notes(record.text('Comments')) }),
      },
      record,
    );
  }),
};

/** A relative, with the allergies and conditions that follow: `Type:` says which kind each `Description:` is of. */
export const familyHistory: SectionReader = {
  titles: ['FAMILY MEDICAL HISTORY'],
  loinc: '10157-6',
  isSelfReported: true,
  grammar: { start: ['Family Member'], keys: ['Type', 'DOB', 'DOD', 'Age', 'Description'] },
  read: eachRecord((record, report) => {
    let kind: string | undefined;
    let side: string | undefined;
    const condition: JsonObject[] = [];
    for (const { key, value } of record.fields) {
      if (key === 'Type' && /^(allergy|condition)$/i.test(value)) kind = value;
      else if (key === 'Type' && value !== '') side = value;
      else if (key === 'Description' && value !== '')
        condition.push({ code: { text: kind?.toLowerCase() === 'allergy' ? `Allergy: ${value}` : value } });
    }
    record.all('Type');
    record.all('Description');
    const member = record.text('Family Member');
    const died = record.text('DOD');
    const age = record.text('Age');
    report.emit(
      {
        resourceType: 'FamilyMemberHistory',
        ...unsaid('status'),
        patient: report.subject,
        relationship: wordedOrAbsent(
          member === undefined || side === undefined ? member : `${member} (${side})`,
        ),
        ...record.date('bornDate', 'DOB'),
        ...filled({ ageString: age }),
        ...(died === undefined ? {} : pointMembers('deceasedDate', readTextDate(died))),
        ...filled({ condition: listOf(condition) }),
      },
      record,
    );
  }),
};

export const drugs: SectionReader = {
  titles: ['DRUGS'],
  loinc: '10160-0',
  isSelfReported: true,
  grammar: { start: ['Drug Name'], keys: ['Supply', 'Orig Drug Entry'], words: ['Comments'] },
  read: eachRecord((record, report) => {
    const supply = record.text('Supply');
    report.emit(
      {
        resourceType: 'MedicationStatement',
        status: 'unknown',
        medicationCodeableConcept: wordedOrAbsent(record.text('Drug Name')),
        subject: report.subject,
        informationSource: report.subject,
        ...filled({
          note: notes(record.text('Comments')),
          dosage: listOf([supply && { text: `Supply: ${supply}` }]),
        }),
      },
      record,
    );
  }),
};
