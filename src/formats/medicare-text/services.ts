import { ourExtensions } from '../../model/index.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { contactPoint } from '../text/contact.ts';
import { notes, wordedOrAbsent } from '../text/members.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { readTextDate } from '../text/text-date.ts';

/** A preventive service that Medicare pays for again from a date on → a ServiceRequest nobody has made yet (`proposal`). */
export const preventiveServices: SectionReader = {
  titles: ['PREVENTIVE SERVICES'],
  grammar: { start: ['Description'], keys: ['Next Eligible Date', 'Last Date of Service'] },
  read: eachRecord((record, report) => {
    const last = record.text('Last Date of Service');
    const service = record.text('Description');
    const { value } = readTextDate(last ?? '');
    report.emit(
      {
        resourceType: 'ServiceRequest',
        status: 'unknown',
        intent: 'proposal',
        code: wordedOrAbsent(service && `Preventive service: ${service}`),
        subject: report.subject,
        ...record.date('occurrenceDateTime', 'Next Eligible Date'),
        ...filled({ note: notes(last && `Last Date of Service: ${value ?? last}`) }),
      },
      record,
    );
  }),
};

export const providers: SectionReader = {
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

export const pharmacies: SectionReader = {
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
