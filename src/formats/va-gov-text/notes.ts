import { filled, filledOrNone, listOf } from '../json-parts.ts';
import { textAttachment } from '../text-attachment.ts';
import { coded, named, wordedOrAbsent } from '../text/members.ts';
import type { VaGovSection } from './section.ts';
import { oneRecord, textOf, titledRecords } from './titled.ts';

/** A note or discharge summary → DocumentReference with its text. */
export const careNotes: VaGovSection = ({ lines }, report) => {
  const { before, records } = titledRecords(lines, /^Details$/);
  report.layout(before);
  for (const { title, heading, lines: own } of records) {
    const cut = own.findIndex(({ text }) => /^\s*(Notes|Summary)\s*$/.test(text));
    const { record, loose } = oneRecord(cut < 0 ? own : own.slice(0, cut), {
      keys: [
        'Date',
        'Date entered',
        'Location',
        'Written by',
        'Signed by',
        'Date signed',
        'Date admitted',
        'Date discharged',
        'Discharged by',
        'Admitted by',
      ],
    });
    report.layout(loose.filter(({ text }) => /^\s*Details\s*$/.test(text)));
    record.lines.unshift(...heading);
    if (cut >= 0) record.lines.push(...own.slice(cut));
    const text = cut < 0 ? '' : textOf(own.slice(cut + 1));
    const period = filledOrNone({
      ...record.date('start', 'Date admitted'),
      ...record.date('start', 'Date'),
      ...record.date('end', 'Date discharged'),
    });
    report.emit(
      {
        resourceType: 'DocumentReference',
        status: 'current',
        type: wordedOrAbsent(title),
        category: [
          coded('http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category', 'clinical-note'),
        ],
        subject: report.subject,
        ...record.instant('date', 'Date signed'),
        ...filled({
          author: listOf([named(record.text('Written by')), named(record.text('Discharged by'))]),
          authenticator: named(record.text('Signed by')),
          custodian: named(record.text('Location')),
        }),
        content: [{ attachment: text === '' ? { contentType: 'text/plain' } : textAttachment(text) }],
        ...filled({ context: period && { period } }),
      },
      record,
    );
  }
};
