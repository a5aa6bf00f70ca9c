import type { JsonObject, JsonValue } from '../../json/index.ts';
import { ourExtensions } from '../../model/index.ts';
import { filled, filledOrNone, listOf, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { addressOf, contactPoint } from '../text/contact.ts';
import type { Line } from '../text/lines.ts';
import { unsaid } from '../text/members.ts';
import type { TextRecord } from '../text/record.ts';
import type { TextReport } from '../text/report.ts';
import { readTextDate } from '../text/text-date.ts';

const contactRole = 'http://terminology.hl7.org/CodeSystem/v2-0131';

/** Headings of VA's demographics below which somebody else is described, and the role of that person (HL7 v2-0131). */
const relativeParts: readonly { part: string; code: string; display: string }[] = [
  { part: 'PRIMARY NEXT OF KIN', code: 'N', display: 'Next-of-Kin' },
  { part: 'EMERGENCY CONTACT', code: 'C', display: 'Emergency Contact' },
];

const guardianParts = ['VA GUARDIAN', 'CIVIL GUARDIAN'];
const permanentAddress = 'PERMANENT ADDRESS AND CONTACT INFORMATION';
const temporaryAddress = 'TEMPORARY ADDRESS AND CONTACT INFORMATION';

export const demographicParts = [
  permanentAddress,
  temporaryAddress,
  'ELIGIBILITY',
  'EMPLOYMENT',
  'ACTIVE INSURANCE',
  ...relativeParts.map(({ part }) => part),
  ...guardianParts,
];

const insuranceKeys = [
  'Insurance Company',
  'Effective Date',
  'Expiration Date',
  'Group Name',
  'Group Number',
  'Subscriber ID',
  'Subscriber Name',
  'Subscriber Relationship',
];

/** The keys of VA's demographics, whatever part they stand in. */
export const demographicKeys = [
  'First Name',
  'Middle Name',
  'Last Name',
  'Race',
  'Ethnicity',
  'Religion',
  'Date of Birth',
  'Place of Birth',
  'Age',
  'Gender',
  'Marital Status',
  'Street Address',
  'Street Address 2',
  'City',
  'State',
  'Zip Code',
  'County',
  'Country',
  'Home Phone Number',
  'Work Phone Number',
  'Cell Phone Number',
  'Temporary Phone Number',
  'Email Address',
  'Active Start Date',
  'Active End Date',
  'Primary Eligibility Code',
  'Service Connected Percentage',
  'Means Test Status',
  'RX Copay Status',
  'Occupation',
  'Employment Status',
  'Employer Name',
  ...insuranceKeys,
  'Name',
  'Relationship to Patient',
];

/**
 * What all parts of a report say of the person, gathered into one Patient. Where VA's facilities and the person differ, the
 * person's own word comes first, and the others are kept as sent under the facility's name.
 */
export class PersonDraft {
  #name: string | undefined;
  #birth: string | undefined;
  readonly #selfReported: TextRecord[] = [];
  readonly #recorded: TextRecord[] = [];
  readonly #lines: Line[] = [];

  /** The line below the banner: `Name: MHVVETERAN, ONE A    Date of Birth: 01 Mar 1948`. */
  banner(name: string | undefined, birth: string | undefined, lines: readonly Line[]): void {
    this.#name ??= name;
    this.#birth ??= birth;
    this.#lines.push(...lines);
  }

  selfReported(records: readonly TextRecord[]): void {
    this.#selfReported.push(...records);
    this.#lines.push(...records.flatMap(({ lines }) => lines));
  }

  recorded(records: readonly TextRecord[]): void {
    this.#recorded.push(...records);
    this.#lines.push(...records.flatMap(({ lines }) => lines));
  }

  emit(report: TextReport): void {
    const [own, ...again] = this.#selfReported.filter(isOwn);
    const contacts = this.#selfReported.filter((record) => !isOwn(record));
    const all = [...(own ? [own] : []), ...this.#recorded];
    const births = said(all, 'Date of Birth');
    const birth = this.#birth ?? births[0]?.value;
    const genders = said(all, 'Gender');
    const gender = lowered(genders[0]?.value);
    const marital = said(all, 'Marital Status');
    const contact = [
      ...contacts.map(selfReportedContact),
      ...this.#recorded.flatMap((record) => relativesOf(record)),
    ];
    const names = this.#namesOf(own);
    const members = filled({
      name: listOf(names),
      telecom: distinct([...(own ? selfReportedTelecom(own) : []), ...this.#recorded.flatMap(telecomOf)]),
      gender: isGender(gender) ? gender : undefined,
      ...(birth === undefined ? {} : pointMembers('birthDate', readTextDate(birth))),
      address: distinct([
        ...(own ? [selfReportedAddress(own)] : []),
        ...this.#recorded.map((record) => addressIn(record, permanentAddress)),
      ]),
      maritalStatus: marital[0] && { text: marital[0].value },
      contact: distinct(contact),
    });
    const contradicting = [
      ...births.filter(({ value }) => value !== birth),
      ...genders.filter(({ value }) => value !== genders[0]?.value),
      ...marital.filter(({ value }) => value !== marital[0]?.value),
    ].map(({ who, key, value }) => `${who}${key}: ${value}`);
    const left = [
      ...(isGender(gender) || gender === undefined ? [] : [`Gender: ${genders[0]?.value}`]),
      ...contradicting,
      ...(own?.left() ?? []),
      ...again.flatMap((record) => record.left()),
      ...contacts.flatMap((record) => record.left().map((text) => `Emergency contact, ${text}`)),
      ...this.#recorded.flatMap((record) => {
        const facility = record.text('VA Treating Facility');
        return record.left().map((text) => `${facility ?? 'VA'}, ${text}`);
      }),
    ];
    const extension = listOf(
      [...new Set(left)].map((text) => valued(ourExtensions.asSent, 'valueString', text)),
    );
    report.emitPatient(filled({ extension, ...members }), this.#lines);
  }

  /**
   * `MHVVETERAN, ONE A` as family and given names, as VA writes them; what the person gave stands first, and VA's beside it
   * where it is another.
   */
  #namesOf(own: TextRecord | undefined): JsonObject[] {
    const given = [own?.text('First Name'), own?.text('Middle Initial')].filter((part) => part !== undefined);
    const ownName = filledOrNone({
      family: own?.text('Last Name'),
      given: listOf(given),
      suffix: listOf([own?.text('Suffix')]),
    });
    const [family = '', rest = '', suffix] = (this.#name ?? '').split(/,\s*/);
    const bannerName = filledOrNone({
      family: family === '' ? undefined : family,
      given: listOf(rest === '' ? [] : rest.split(/\s+/)),
      suffix: listOf([suffix]),
    });
    const names = [ownName, bannerName].filter((name) => name !== undefined);
    const words = new Set(
      JSON.stringify(names)
        .toUpperCase()
        .match(/[\p{Letter}'-]+/gu),
    );
    for (const record of this.#recorded)
      for (const key of ['First Name', 'Middle Name', 'Last Name']) {
        const [value] = record.fields.filter((field) => field.key === key).map((field) => field.value);
        if (value !== undefined && words.has(value.toUpperCase())) record.all(key);
      }
    const [first, second] = names;
    const isSame = JSON.stringify(first)?.toUpperCase() === JSON.stringify(second)?.toUpperCase();
    return isSame || second === undefined ? names.slice(0, 1) : names;
  }
}

function isOwn({ group, fields }: TextRecord): boolean {
  return group === undefined && fields[0]?.key !== 'Contact First Name';
}

/** What each record says under a key, and who says it. */
function said(records: readonly TextRecord[], key: string): { who: string; key: string; value: string }[] {
  return records.flatMap((record) => {
    const value = record.text(key);
    const facility = record.fields.find((field) => field.key === 'VA Treating Facility')?.value;
    return value === undefined ? [] : [{ who: facility === undefined ? '' : `${facility}, `, key, value }];
  });
}

function lowered(text: string | undefined): string | undefined {
  return text?.toLowerCase();
}

function isGender(text: string | undefined): boolean {
  return text === 'male' || text === 'female';
}

function distinct(items: readonly (JsonObject | undefined)[]): JsonValue[] | undefined {
  const known = new Map(items.flatMap((item) => (item === undefined ? [] : [[JSON.stringify(item), item]])));
  return listOf([...known.values()]);
}

function selfReportedTelecom(own: TextRecord): (JsonObject | undefined)[] {
  return [
    contactPoint('phone', own.text('Home Phone Number'), 'home'),
    contactPoint('phone', own.text('Work Phone Number'), 'work'),
    contactPoint('pager', own.text('Pager Number')),
    contactPoint('phone', own.text('Cell Phone Number'), 'mobile'),
    contactPoint('fax', own.text('FAX Number')),
    contactPoint('email', own.text('Email Address')),
  ];
}

function selfReportedAddress(own: TextRecord): JsonObject | undefined {
  const [first, second, city, state, province, postalCode, country] = [
    'Address',
    'Address2',
    'City',
    'State',
    'Province',
    'Zip/Postal Code',
    'Country',
  ].map((part) => own.text(`Mailing or Destination ${part}`));
  return addressOf({ line: [first, second], city, state: state ?? province, postalCode, country });
}

/** An emergency contact a person reports. */
function selfReportedContact(record: TextRecord): JsonObject {
  const [relationship, family] = [record.text('Relationship'), record.text('Contact Last Name')];
  const given = record.text('Contact First Name');
  const extension = record.text('Extension');
  const work = record.text('Work Phone Number');
  return filled({
    relationship: listOf([
      { coding: [{ system: contactRole, code: 'C', display: 'Emergency Contact' }] },
      relationship && { text: relationship },
    ]),
    name: filledOrNone({ family, given: listOf([given]) }),
    telecom: listOf([
      contactPoint('phone', record.text('Home Phone Number'), 'home'),
      contactPoint(
        'phone',
        work === undefined || extension === undefined ? work : `${work} Ext: ${extension}`,
        'work',
      ),
      contactPoint('phone', record.text('Cell Phone Number'), 'mobile'),
      contactPoint('email', record.text('Email Address')),
    ]),
    address: addressOf({
      line: [record.text('Address Line 1'), record.text('Address Line 2')],
      city: record.text('City'),
      state: record.text('State') ?? record.text('Province'),
      postalCode: record.text('Zip/Post Code'),
      country: record.text('Country'),
    }),
  });
}

function telecomOf(record: TextRecord): (JsonObject | undefined)[] {
  return [
    contactPoint('phone', record.text('Home Phone Number', permanentAddress), 'home'),
    contactPoint('phone', record.text('Work Phone Number', permanentAddress), 'work'),
    contactPoint('phone', record.text('Cell Phone Number', permanentAddress), 'mobile'),
    contactPoint('email', record.text('Email Address', permanentAddress)),
  ];
}

function addressIn(record: TextRecord, part: string): JsonObject | undefined {
  const text = (key: string): string | undefined => record.text(key, part);
  return addressOf({
    line: [text('Street Address'), text('Street Address 2')],
    city: text('City'),
    state: text('State'),
    postalCode: text('Zip Code'),
    country: text('Country'),
  });
}

/** The relatives that VA has on record at one facility. */
function relativesOf(record: TextRecord): JsonObject[] {
  return relativeParts.flatMap(({ part, code, display }): JsonObject[] => {
    const name = record.text('Name', part);
    const relationship = record.text('Relationship to Patient', part);
    if (name === undefined) return [];
    const [family, rest] = name.split(/,\s*/);
    return [
      filled({
        relationship: listOf([
          { coding: [{ system: contactRole, code, display }] },
          relationship && { text: relationship },
        ]),
        name: rest === undefined ? { text: name } : filled({ family, given: rest.split(/\s+/) }),
        telecom: listOf([
          contactPoint('phone', record.text('Home Phone Number', part), 'home'),
          contactPoint('phone', record.text('Work Phone Number', part), 'work'),
        ]),
        address: addressIn(record, part),
      }),
    ];
  });
}

/** The insurance that VA has on record at one facility → Coverage. */
export function emitRecordedInsurance(record: TextRecord, report: TextReport): void {
  const part = 'ACTIVE INSURANCE';
  const payor = record.text('Insurance Company', part);
  const lines = record.lines.filter(({ text }) => insuranceKeys.some((key) => text.includes(`${key}:`)));
  if (payor === undefined) return;
  const text = (key: string): string | undefined => record.text(key, part);
  const [start, end] = [text('Effective Date'), text('Expiration Date')];
  const [group, groupName] = [text('Group Number'), text('Group Name')];
  const relationship = text('Subscriber Relationship');
  const subscriber = text('Subscriber Name');
  report.emit(
    {
      resourceType: 'Coverage',
      ...unsaid('status'),
      ...filled({
        subscriber: subscriber && { display: subscriber },
        subscriberId: text('Subscriber ID'),
        beneficiary: report.subject,
        relationship: relationship && { text: relationship },
        period: filledOrNone({
          ...(start === undefined ? {} : pointMembers('start', readTextDate(start))),
          ...(end === undefined ? {} : pointMembers('end', readTextDate(end))),
        }),
        payor: [{ display: payor }],
        class: listOf([
          (group ?? groupName) && {
            type: {
              coding: [{ system: 'http://terminology.hl7.org/CodeSystem/coverage-class', code: 'group' }],
            },
            value: group ?? groupName,
            ...filled({ name: groupName }),
          },
        ]),
      }),
    },
    lines,
  );
}

/** Blood type is a fact of its own, and no part of who somebody is. */
export function emitBloodType(record: TextRecord | undefined, report: TextReport): void {
  const type = record?.text('Blood Type');
  const line = record?.lines.find(({ text }) => text.includes('Blood Type'));
  if (type === undefined || line === undefined) return;
  report.emit(
    {
      resourceType: 'Observation',
      ...unsaid('status'),
      code: { text: 'Blood Type' },
      subject: report.subject,
      performer: [report.subject],
      valueString: type,
    },
    [line],
  );
}
