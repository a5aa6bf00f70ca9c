import type { JsonObject } from '../../json/index.ts';
import { absent } from '../absent.ts';
import { filled, filledOrNone, listOf } from '../json-parts.ts';
import { addressOf, contactPoint } from '../text/contact.ts';
import { aside, coded, named, notes, observationCategory, unsaid, wordedOrAbsent } from '../text/members.ts';
import type { TextRecord } from '../text/record.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { prose } from './prose.ts';

/** A clinician a person names → Practitioner. */
export const providers: SectionReader = {
  titles: ['SELF REPORTED HEALTH CARE PROVIDERS', 'HEALTH CARE PROVIDERS'],
  isSelfReported: true,
  grammar: {
    start: ['Provider Name'],
    keys: ['Type of Provider', 'Other Clinician Information', 'Phone Number', 'Ext', 'Email'],
    words: ['Comments'],
    prose,
  },
  read: eachRecord((record, report) => {
    const name = record.text('Provider Name');
    const type = record.text('Type of Provider');
    report.emit(
      {
        resourceType: 'Practitioner',
        ...filled({
          name: listOf([name && { text: name }]),
          telecom: listOf([
            contactPoint('phone', phoneOf(record)),
            contactPoint('email', record.text('Email')),
          ]),
          qualification: listOf([type && { code: { text: type } }]),
        }),
      },
      record,
    );
  }),
};

/** A place of treatment a person names → Organization. */
export const facilities: SectionReader = {
  titles: ['SELF REPORTED TREATMENT FACILITIES', 'TREATMENT FACILITIES'],
  isSelfReported: true,
  grammar: {
    start: ['Facility Name'],
    keys: [
      'Facility Type',
      'VA Home Facility',
      'Phone Number',
      'Ext',
      'Mailing Address',
      'Mailing Address2',
      'Mailing City',
      'Mailing State',
      'Mailing Country',
      'Mailing Province',
      'Mailing Zip/Postal Code',
    ],
    words: ['Comments'],
    prose,
  },
  read: eachRecord((record, report) => {
    const type = record.text('Facility Type');
    report.emit(
      {
        resourceType: 'Organization',
        ...filled({
          type: listOf([type && { text: type }]),
          name: record.text('Facility Name'),
          telecom: listOf([contactPoint('phone', phoneOf(record))]),
          address: listOf([
            addressOf({
              line: [record.text('Mailing Address'), record.text('Mailing Address2')],
              city: record.text('Mailing City'),
              state: record.text('Mailing State') ?? record.text('Mailing Province'),
              postalCode: record.text('Mailing Zip/Postal Code'),
              country: record.text('Mailing Country'),
            }),
          ]),
        }),
      },
      record,
    );
  }),
};

function phoneOf(record: TextRecord): string | undefined {
  const [number, extension] = [record.text('Phone Number'), record.text('Ext')];
  return number === undefined || extension === undefined
    ? (number ?? extension)
    : `${number} Ext: ${extension}`;
}

/** An insurance a person reports → Coverage. */
export const insurance: SectionReader = {
  titles: ['SELF REPORTED HEALTH INSURANCE', 'HEALTH INSURANCE'],
  isSelfReported: true,
  loinc: '48768-6',
  grammar: {
    start: ['Health Insurance Company'],
    keys: [
      'Primary Insurance Provider',
      'ID Number',
      'Group Number',
      'Insured',
      'Start Date',
      'Stop Date',
      'Pre-Approval Phone Number',
      'Health Insurance Company Phone Number',
    ],
    words: ['Comments'],
    prose,
  },
  read: eachRecord((record, report) => {
    const group = record.text('Group Number');
    report.emit(
      {
        resourceType: 'Coverage',
        ...unsaid('status'),
        ...filled({ subscriber: named(record.text('Insured')), subscriberId: record.text('ID Number') }),
        beneficiary: report.subject,
        ...filled({
          period: filledOrNone({
            ...record.date('start', 'Start Date'),
            ...record.date('end', 'Stop Date'),
          }),
        }),
        payor: [named(record.text('Health Insurance Company')) ?? { extension: [absent('unknown')] }],
        ...filled({
          class: listOf([
            group && {
              type: coded('http://terminology.hl7.org/CodeSystem/coverage-class', 'group'),
              value: group,
            },
          ]),
        }),
      },
      record,
    );
  }),
};

/** A relative's health as a person reports it → FamilyMemberHistory; "Self" is one of the relatives of the form. */
export const familyHistory: SectionReader = {
  titles: ['SELF REPORTED FAMILY HEALTH HISTORY', 'FAMILY HEALTH HISTORY'],
  isSelfReported: true,
  loinc: '10157-6',
  grammar: {
    start: ['Relationship'],
    keys: ['First Name', 'Last Name', 'Living or Deceased'],
    lists: ['Health Issues', 'Other Health Issues'],
    words: ['Comments'],
    prose,
  },
  read: eachRecord((record, report) => {
    const name = [record.text('First Name'), record.text('Last Name')].filter((part) => part !== undefined);
    const deceased = record.read('Living or Deceased', (text) =>
      /^(living|deceased)$/i.test(text) ? text.toLowerCase() : undefined,
    );
    const issues = [...record.list('Health Issues'), ...record.list('Other Health Issues')].filter(
      (issue) => !/^none$/i.test(issue),
    );
    report.emit(
      {
        resourceType: 'FamilyMemberHistory',
        ...unsaid('status'),
        patient: report.subject,
        ...filled({ name: name.join(' ') || undefined }),
        relationship: wordedOrAbsent(record.text('Relationship')),
        ...filled({
          deceasedBoolean: deceased === 'deceased' ? true : deceased === 'living' ? false : undefined,
          note: notes(record.text('Comments')),
          condition: listOf(issues.map((text) => ({ code: { text } }))),
        }),
      },
      record,
    );
  }),
};

const socialHistory = coded(observationCategory, 'social-history');

/** A time of service and what a person was exposed to in it → Observation of social history. */
export const militaryHistory: SectionReader = {
  titles: ['SELF REPORTED MILITARY HEALTH HISTORY', 'MILITARY HEALTH HISTORY'],
  isSelfReported: true,
  grammar: {
    repeats: true,
    start: ['Event Title'],
    keys: [
      'Event Date',
      'Service Branch',
      'Rank',
      'Location of Service',
      'Onboard Ship',
      'Military Occupational Specialty',
    ],
    words: ['Exposures', 'Assignment', 'Military Service Description'],
    prose,
  },
  read: eachRecord((record, report) => {
    const title = record.text('Event Title');
    const date = record.date('effectiveDateTime', 'Event Date');
    report.emit(
      {
        resourceType: 'Observation',
        ...unsaid('status'),
        category: [socialHistory],
        code: { text: 'Military service' },
        subject: report.subject,
        ...date,
        performer: [report.subject],
        ...filled({ valueString: title, component: listOf(componentsOf(record)) }),
      },
      record,
    );
  }),
};

/** Every key that is left and its value, as components. */
function componentsOf(record: TextRecord): JsonObject[] {
  const keys = [...new Set(record.fields.map(({ key }) => key))];
  return keys
    .filter((key) => !['Event Title', 'Event Date'].includes(key))
    .flatMap((key) => record.all(key).map((value) => ({ code: { text: key }, valueString: value })));
}

/** A day of a journal → Observation of what the person wrote of it. */
export const journals: SectionReader = {
  titles: ['SELF REPORTED FOOD JOURNAL', 'SELF REPORTED ACTIVITY JOURNAL'],
  isSelfReported: true,
  grammar: {
    repeats: true,
    start: ['Date'],
    keys: [
      'Day of Week',
      'Water consumed (number of 8oz glasses)',
      'Food/Beverage Item',
      'Quantity',
      'Serving Size',
      'Method of Preparation',
      'Activity',
      'Type',
      'Duration',
      'Distance',
      'Measure',
      'Intensity',
      'Number of Sets',
      'Number of Reps',
      'Time of Day',
    ],
    words: ['Comments'],
    parts: ['Breakfast', 'Lunch', 'Dinner', 'Snack'],
    prose,
  },
  read: eachRecord((record, report, { title }) => {
    const date = record.date('effectiveDateTime', 'Date');
    const comments = record.text('Comments');
    report.emit(
      {
        resourceType: 'Observation',
        ...unsaid('status'),
        category: [aside],
        code: { text: /FOOD/i.test(title) ? 'Food journal' : 'Activity journal' },
        subject: report.subject,
        ...date,
        performer: [report.subject],
        ...filled({ note: notes(comments), component: listOf(entriesOf(record)) }),
      },
      record,
    );
  }),
};

function isOfActivity({ fields }: TextRecord): boolean {
  return fields.some(({ key }) => key === 'Activity');
}

/** The keys that begin an item of a journal; the keys after them belong to it. */
const itemKeys = ['Food/Beverage Item', 'Activity'];

/** The items of a day, each with what is said of it: `Breakfast: OJ (Quantity: 1; Serving Size: 8)`. */
function entriesOf(record: TextRecord): JsonObject[] {
  const items: { name: string; value: string; about: string[] }[] = [];
  for (const { key, value, part } of record.fields) {
    if (['Date', 'Comments'].includes(key) || value === '') continue;
    if (itemKeys.includes(key)) items.push({ name: part ?? key, value, about: [] });
    else if ((part !== undefined || isOfActivity(record)) && items.length > 0)
      items.at(-1)?.about.push(`${key}: ${value}`);
    else items.push({ name: key, value, about: [] });
  }
  for (const { key } of record.fields) record.all(key);
  return items.map(({ name, value, about }) => ({
    code: { text: name },
    valueString: about.length > 0 ? `${value} (${about.join('; ')})` : value,
  }));
}
