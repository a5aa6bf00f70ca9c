import type { JsonObject } from '../../json/index.ts';
import { lookUp, ourExtensions } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, filledOrNone, listOf, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { addressOf, contactPoint } from '../text/contact.ts';
import { coded, measured, named, notes, unsaid, wordedOrAbsent } from '../text/members.ts';
import type { TextRecord } from '../text/record.ts';
import type { TextReport } from '../text/report.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { readTextDate } from '../text/text-date.ts';
import { bloodPressure, isVitalSignName, vitalSignCategory, vitalSignCode } from '../text/vital-sign.ts';

const coverageClass = 'http://terminology.hl7.org/CodeSystem/coverage-class';

const conditions: SectionReader = {
  titles: ['SELF REPORTED MEDICAL CONDITIONS'],
  loinc: '11450-4',
  isSelfReported: true,
  grammar: {
    start: ['Condition Name'],
    keys: ['Medical Condition Start Date', 'Medical Condition End Date'],
  },
  read: eachRecord((record, report) => {
    const end = record.date('abatementDateTime', 'Medical Condition End Date');
    const hasEnded = Object.keys(end).length > 0;
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

const allergies: SectionReader = {
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

const devices: SectionReader = {
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

const immunizations: SectionReader = {
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

const labs: SectionReader = {
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

const vitalSigns: SectionReader = {
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
const familyHistory: SectionReader = {
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

const drugs: SectionReader = {
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

/** A preventive service that Medicare pays for again from a date on → a ServiceRequest nobody has made yet (`proposal`). */
const preventiveServices: SectionReader = {
  titles: ['PREVENTIVE SERVICES'],
  grammar: { start: ['Description'], keys: ['Next Eligible Date', 'Last Date of Service'] },
  read: eachRecord((record, report) => {
    const last = record.text('Last Date of Service');
    const { value } = readTextDate(last ?? '');
    report.emit(
      {
        resourceType: 'ServiceRequest',
        status: 'unknown',
        intent: 'proposal',
        code: wordedOrAbsent(record.text('Description')),
        subject: report.subject,
        ...record.date('occurrenceDateTime', 'Next Eligible Date'),
        ...filled({ note: notes(last && `Last Date of Service: ${value ?? last}`) }),
      },
      record,
    );
  }),
};

const providers: SectionReader = {
  titles: ['PROVIDERS'],
  grammar: { start: ['Provider Name'], keys: ['Provider Address', 'Type', 'Specialty', 'Medicare Provider'] },
  read: eachRecord((record, report) => {
    const [type, specialty] = [record.text('Type'), record.text('Specialty')];
    const name = record.text('Provider Name');
    const address = record.text('Provider Address');
    const isPerson = type === 'PHY';
    if (isPerson) record.text('Type');
    const aside = isPerson || specialty === undefined ? undefined : `Specialty: ${specialty}`;
    report.emit(
      {
        resourceType: isPerson ? 'Practitioner' : 'Organization',
        ...filled({
          extension: listOf([valued(ourExtensions.asSent, 'valueString', aside)]),
          type: isPerson ? undefined : listOf([type && { text: type }]),
          name: isPerson ? listOf([name && { text: name }]) : name,
          address: listOf([address && { text: address }]),
          qualification: isPerson ? listOf([specialty && { code: { text: specialty } }]) : undefined,
        }),
      },
      record,
    );
  }),
};

const pharmacies: SectionReader = {
  titles: ['PHARMACIES'],
  grammar: { start: ['Pharmacy Name'], keys: ['Pharmacy Phone'] },
  read: eachRecord((record, report) => {
    report.emit(
      {
        resourceType: 'Organization',
        type: [{ text: 'Pharmacy' }],
        ...filled({
          name: record.text('Pharmacy Name'),
          telecom: listOf([contactPoint('phone', record.text('Pharmacy Phone'))]),
        }),
      },
      record,
    );
  }),
};

/** What every coverage has; R4 demands a status and a payer. */
function coverageOf(report: TextReport, payor: string | undefined): JsonObject {
  return {
    beneficiary: report.subject,
    payor: [named(payor) ?? { extension: [absent('unknown')] }],
  };
}

const plans: SectionReader = {
  titles: ['PLANS'],
  loinc: '48768-6',
  grammar: {
    start: ['Contract ID/Plan ID'],
    keys: ['Plan Period', 'Plan Name', 'Marketing Name', 'Email', 'Phone', 'Plan Address', 'Plan Type'],
  },
  read: eachRecord((record, report) => {
    const id = record.text('Contract ID/Plan ID');
    const name = record.text('Plan Name');
    const type = record.text('Plan Type');
    const [from, to] = (record.text('Plan Period') ?? '').split(/\s+-\s+/);
    const isOpen = to === undefined || /^current$/i.test(to);
    report.emit(
      {
        resourceType: 'Coverage',
        ...(to !== undefined && isOpen ? { status: 'active' } : unsaid('status')),
        ...filled({ type: type && { text: type } }),
        ...coverageOf(report, record.text('Marketing Name') ?? name),
        ...filled({
          period: filledOrNone({
            ...(from === undefined || from === '' ? {} : pointMembers('start', readTextDate(from))),
            ...(isOpen ? {} : pointMembers('end', readTextDate(to))),
          }),
          class: listOf([
            (id ?? name) && { type: coded(coverageClass, 'plan'), ...filled({ value: id ?? name, name }) },
          ]),
        }),
      },
      record,
    );
  }),
};

const employerSubsidy: SectionReader = {
  titles: ['EMPLOYER SUBSIDY'],
  loinc: '48768-6',
  grammar: {
    start: ['Employer Plan'],
    keys: ['Employer Subsidy Start Date', 'Employer Subsidy End Date'],
  },
  read: eachRecord((record, report) => {
    report.emit(
      {
        resourceType: 'Coverage',
        ...unsaid('status'),
        type: { text: 'Employer subsidy' },
        ...coverageOf(report, record.text('Employer Plan')),
        ...filled({
          period: filledOrNone({
            ...record.date('start', 'Employer Subsidy Start Date'),
            ...record.date('end', 'Employer Subsidy End Date'),
          }),
        }),
      },
      record,
    );
  }),
};

const otherInsurance: SectionReader = {
  titles: ['PRIMARY INSURANCE', 'OTHER INSURANCE'],
  loinc: '48768-6',
  grammar: {
    start: ['MSP Type'],
    keys: ['Policy Number', 'Insurer Name', 'Insurer Address', 'Effective Date', 'Termination Date'],
  },
  read: eachRecord((record, report, { title }) => {
    const type = record.text('MSP Type');
    report.emit(
      {
        resourceType: 'Coverage',
        ...filled({ extension: listOf([valued(ourExtensions.asSent, 'valueString', `Section: ${title}`)]) }),
        ...unsaid('status'),
        ...filled({
          type: type && { text: type },
          subscriberId: record.text('Policy Number'),
        }),
        ...coverageOf(report, record.text('Insurer Name')),
        ...filled({
          period: filledOrNone({
            ...record.date('start', 'Effective Date'),
            ...record.date('end', 'Termination Date'),
          }),
        }),
      },
      record,
    );
  }),
};

/** What the report says of the person, gathered from its first two sections into one Patient. */
export class PersonDraft {
  demographic: TextRecord | undefined;
  readonly contacts: TextRecord[] = [];

  emit(report: TextReport): void {
    const own = this.demographic;
    const [name, birth, email] = ['Name', 'Date of Birth', 'Email'].map((key) => own?.text(key));
    const contact = this.contacts.map(contactOf);
    const left = [
      ...(own?.left() ?? []),
      ...this.contacts.flatMap((record) => record.left().map((text) => `Emergency contact, ${text}`)),
    ];
    const words = name?.split(/\s+/) ?? [];
    report.emitPatient(
      filled({
        extension: listOf(left.map((text) => valued(ourExtensions.asSent, 'valueString', text))),
        // Medicare writes given names first and the family name last.
        name: listOf([
          name && filled({ text: name, family: words.at(-1), given: listOf(words.slice(0, -1)) }),
        ]),
        telecom: listOf([contactPoint('phone', own?.text('Phone Number')), contactPoint('email', email)]),
        ...(birth === undefined ? {} : pointMembers('birthDate', readTextDate(birth))),
        address: listOf([own && addressIn(own)]),
        contact: listOf(contact),
      }),
      [...(own?.lines ?? []), ...this.contacts.flatMap(({ lines }) => lines)],
    );
  }
}

function addressIn(record: TextRecord): JsonObject | undefined {
  const [first, second, city, state, postalCode] = [
    'Address Line 1',
    'Address Line 2',
    'City',
    'State',
    'Zip',
  ].map((key) => record.text(key));
  return addressOf({ line: [first, second], city, state, postalCode });
}

function contactOf(record: TextRecord): JsonObject {
  const relationship = record.text('Relationship');
  const name = record.text('Contact Name');
  return filled({
    relationship: listOf([
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v2-0131',
            code: 'C',
            display: 'Emergency Contact',
          },
        ],
      },
      relationship && { text: relationship },
    ]),
    name: name && { text: name },
    telecom: listOf([
      contactPoint('phone', record.text('Home Phone'), 'home'),
      contactPoint('phone', record.text('Work Phone'), 'work'),
      contactPoint('phone', record.text('Mobile Phone'), 'mobile'),
      contactPoint('email', record.text('Email Address')),
    ]),
    address: addressIn(record),
  });
}

/** Part A and Part B of Medicare, each from a date on → Coverage. */
function emitMedicare(record: TextRecord, report: TextReport): void {
  for (const part of ['Part A', 'Part B']) {
    const date = record.text(`${part} Effective Date`);
    const lines = record.lines.filter(({ text }) => text.includes(`${part} Effective Date`));
    if (date === undefined) continue;
    report.emit(
      {
        resourceType: 'Coverage',
        ...unsaid('status'),
        ...coverageOf(report, 'Medicare'),
        period: pointMembers('start', readTextDate(date)),
        class: [{ type: coded(coverageClass, 'plan'), value: part }],
      },
      lines,
    );
  }
}

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
        person.demographic = records[0];
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
