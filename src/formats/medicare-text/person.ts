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
  readonly demographics: TextRecord[] = [];
  readonly contacts: TextRecord[] = [];

  /** How many people the report is about: each has a name and a birth date of their own. */
  get people(): number {
    const said = this.demographics.map((record) =>
      ['Name', 'Date of Birth']
        .map((key) => record.fields.find((field) => field.key === key)?.value)
        .join(' '),
    );
    return new Set(said).size;
  }

  emit(report: TextReport): void {
    const [own] = this.demographics;
    const [name, birth, email] = ['Name', 'Date of Birth', 'Email'].map((key) => own?.text(key));
    const members = filled({
      name: listOf([name && humanName(name)]),
      telecom: listOf([contactPoint('phone', own?.text('Phone Number')), contactPoint('email', email)]),
      ...(birth === undefined ? {} : pointMembers('birthDate', readTextDate(birth))),
      address: listOf([own && addressIn(own)]),
      contact: listOf(this.contacts.map(contactOf)),
    });
    const left = [
      ...this.demographics.flatMap((record) => record.left()),
      ...this.contacts.flatMap((record) => record.left().map((text) => `Emergency contact, ${text}`)),
    ];
    const said = [...new Set(left)].map((text) => valued(ourExtensions.asSent, 'valueString', text));
    report.emitPatient(
      filled({ extension: listOf(said), ...members }),
      [...this.demographics, ...this.contacts].flatMap(({ lines }) => lines),
    );
  }
}

/**
 * A name as Medicare writes it, given names first, or `DOE, JOHN`. What stands after the family name (`JR`, `III`, `MD`) is
 * its suffix; a name of one word is neither a given nor a family name for certain.
 */
function humanName(text: string): JsonObject {
  const [before = '', after] = text.split(/,\s*/, 2);
  const isTurned = after !== undefined && !isSuffix(after);
  const words = (isTurned ? `${after} ${before}` : before).split(/\s+/);
  const suffix = [isSuffix(words.at(-1)) ? words.pop() : undefined, isTurned ? undefined : after];
  if (words.length < 2) return { text };
  return filled({ text, family: words.at(-1), given: listOf(words.slice(0, -1)), suffix: listOf(suffix) });
}

function isSuffix(word: string | undefined): boolean {
  return /^(JR|SR|II|III|IV|MD|PHD|ESQ)\.?$/i.test(word ?? '');
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
