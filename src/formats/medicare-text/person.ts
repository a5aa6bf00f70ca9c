import type { JsonObject } from '../../json/index.ts';
import { ourExtensions } from '../../model/index.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { addressOf, contactPoint } from '../text/contact.ts';
import type { TextRecord } from '../text/record.ts';
import type { TextReport } from '../text/report.ts';
import { readTextDate } from '../text/text-date.ts';

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
