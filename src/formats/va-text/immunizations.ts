import type { JsonObject } from '../../json/index.ts';
import { filled, listOf } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import type { TextRecord } from '../text/record.ts';
import { named, notes, unsaid, wordedOrAbsent } from '../text/members.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { rowsOf } from '../text/table.ts';
import { readTextDate } from '../text/text-date.ts';
import { prose } from './prose.ts';

/**
 * A vaccination of VA's records → Immunization. The table of the five most recent ones repeats what follows it: a row
 * becomes a record only where nothing that follows is the same.
 */
export const vaImmunizations: SectionReader = {
  titles: ['VA IMMUNIZATIONS'],
  loinc: '11369-6',
  hasTables: true,
  grammar: {
    start: ['Immunization'],
    keys: ['Date Received', 'Location', 'Reaction'],
    words: ['Comments'],
    prose,
  },
  read({ records, tables }, report) {
    const told = new Set<string>();
    for (const record of records) {
      told.add(record.fields.find(({ key }) => key === 'Date Received')?.value ?? '');
      report.emit(vaImmunization(record, report.subject), record);
    }
    for (const { line, cells } of rowsOf(tables)) {
      const [name, date] = [cells['Immunization'], cells['Date Received']];
      const { value, recorded } = readTextDate(date ?? '');
      const isTold = [...told].some((other) => {
        const same = readTextDate(other);
        return same.value === value && same.recorded === recorded;
      });
      if (isTold && (value !== undefined || told.has(date ?? ''))) {
        report.layout([line]);
        continue;
      }
      if (value === undefined) continue;
      report.emit(
        {
          resourceType: 'Immunization',
          status: 'completed',
          vaccineCode: wordedOrAbsent(name),
          patient: report.subject,
          ...occurrence(date),
        },
        [line],
      );
    }
  },
};

function vaImmunization(record: TextRecord, patient: JsonObject): JsonObject & { resourceType: string } {
  const reaction = record.text('Reaction');
  const hasReaction = reaction !== undefined && !/^(no|none)\b/i.test(reaction);
  return {
    resourceType: 'Immunization',
    status: 'completed',
    vaccineCode: wordedOrAbsent(record.text('Immunization')),
    patient,
    ...occurrence(record.text('Date Received')),
    ...filled({
      location: named(record.text('Location')),
      note: notes(
        record.text('Comments'),
        reaction === undefined || hasReaction ? undefined : `Reaction: ${reaction}`,
      ),
      reaction: listOf([hasReaction ? { detail: { display: reaction } } : undefined]),
    }),
  };
}

function occurrence(date: string | undefined): JsonObject {
  return date === undefined
    ? unsaid('occurrenceDateTime')
    : pointMembers('occurrenceDateTime', readTextDate(date));
}

/** A vaccination a person reports → Immunization, reported and not recorded. */
export const selfReportedImmunizations: SectionReader = {
  titles: ['SELF REPORTED IMMUNIZATIONS', 'IMMUNIZATIONS'],
  isSelfReported: true,
  loinc: '11369-6',
  grammar: {
    start: ['Immunization'],
    keys: ['Other', 'Method', 'Date Received'],
    lists: ['Reactions'],
    words: ['Comments'],
    prose,
  },
  read: eachRecord((record, report) => {
    const method = record.text('Method');
    report.emit(
      {
        resourceType: 'Immunization',
        status: 'completed',
        vaccineCode: wordedOrAbsent(record.text('Immunization')),
        patient: report.subject,
        ...occurrence(record.text('Date Received')),
        primarySource: false,
        reportOrigin: { text: 'Self-Entered' },
        ...filled({
          route: method && { text: method },
          note: notes(record.text('Comments')),
          reaction: listOf(record.list('Reactions').map((display) => ({ detail: { display } }))),
        }),
      },
      record,
    );
  }),
};
