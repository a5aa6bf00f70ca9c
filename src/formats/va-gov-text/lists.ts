import { lookUp, ourExtensions } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { isBlank, type Line } from '../text/lines.ts';
import { coded, named, notes, unsaid, wordedOrAbsent } from '../text/members.ts';
import { readTextDate } from '../text/text-date.ts';
import { measurement, vitalSignCategory, vitalSignCode } from '../text/vital-sign.ts';
import type { VaGovSection } from './section.ts';
import { problemConcept } from '../va-text/problems.ts';
import { oneRecord, titledRecords } from './titled.ts';

export const vaccines: VaGovSection = ({ lines }, report) => {
  const { before, records } = titledRecords(lines, /^Date received:/);
  report.layout(before);
  for (const { title, heading, lines: own } of records) {
    const { record } = oneRecord(withKey(own, 'Provider notes'), {
      keys: ['Date received', 'Location', 'Type and dosage'],
      words: ['Provider notes', 'Reaction'],
    });
    record.lines.unshift(...heading);
    const given = record.date('occurrenceDateTime', 'Date received');
    report.emit(
      {
        resourceType: 'Immunization',
        status: 'completed',
        vaccineCode: wordedOrAbsent(title),
        patient: report.subject,
        ...(Object.keys(given).length > 0 ? given : unsaid('occurrenceDateTime')),
        ...filled({
          location: named(record.text('Location')),
          note: notes(record.text('Provider notes')),
        }),
      },
      record,
    );
  }
};

/** A heading whose words stand in the lines below it, as a key with those words. */
function withKey(lines: readonly Line[], heading: string): Line[] {
  return lines.map((line) => (line.text.trim() === heading ? { ...line, text: `${heading}:` } : line));
}

const allergyCategories: Readonly<Record<string, string>> = {
  medication: 'medication',
  medications: 'medication',
  drug: 'medication',
  food: 'food',
  environment: 'environment',
  environmental: 'environment',
};

export const allergies: VaGovSection = ({ lines }, report) => {
  const { before, records } = titledRecords(lines, /^Date entered:/);
  report.layout(before);
  for (const { title, heading, lines: own } of records) {
    const { record } = oneRecord(own, {
      keys: ['Date entered', 'Type of allergy', 'Location', 'Observed or historical', 'Recorded by'],
      words: ['Signs and symptoms', 'Provider notes'],
    });
    record.lines.unshift(...heading);
    const types = (record.text('Type of allergy') ?? '').split(/,\s*/).filter((type) => type !== '');
    const category = types.flatMap((type) => lookUp(allergyCategories, type.toLowerCase()) ?? []);
    const others = types.filter((type) => lookUp(allergyCategories, type.toLowerCase()) === undefined);
    const symptoms = (record.text('Signs and symptoms') ?? '').split(/,\s*/).filter((word) => word !== '');
    report.emit(
      {
        resourceType: 'AllergyIntolerance',
        ...filled({
          extension: listOf(
            others.map((type) => valued(ourExtensions.asSent, 'valueString', `Type of allergy: ${type}`)),
          ),
        }),
        clinicalStatus: { extension: [absent('unknown')] },
        ...filled({ category: listOf(category) }),
        code: wordedOrAbsent(title),
        patient: report.subject,
        ...record.date('recordedDate', 'Date entered'),
        ...filled({
          note: notes(record.text('Provider notes')),
          reaction: listOf([
            symptoms.length > 0 ? { manifestation: symptoms.map((text) => ({ text })) } : undefined,
          ]),
        }),
      },
      record,
    );
  }
};

export const conditions: VaGovSection = ({ lines }, report) => {
  const { before, records } = titledRecords(lines, /^(Date|Date entered):/);
  report.layout(before);
  for (const { title, heading, lines: own } of records) {
    const { record } = oneRecord(withKey(own, 'Provider Notes'), {
      keys: [
        'Date',
        'Date entered',
        'Provider',
        'Status of health condition',
        'Location',
        'SNOMED Clinical term',
      ],
      words: ['Provider Notes', 'Provider notes'],
    });
    record.lines.unshift(...heading);
    const status = record.text('Status of health condition');
    const isCoded = ['active', 'inactive', 'resolved'].includes(status?.toLowerCase() ?? '');
    const term = record.text('SNOMED Clinical term');
    report.emit(
      {
        resourceType: 'Condition',
        ...filled({
          extension: listOf([
            valued(
              ourExtensions.asSent,
              'valueString',
              term === undefined || term === title ? undefined : `SNOMED Clinical term: ${term}`,
            ),
          ]),
          clinicalStatus:
            status === undefined
              ? { extension: [absent('unknown')] }
              : isCoded
                ? coded('http://terminology.hl7.org/CodeSystem/condition-clinical', status.toLowerCase())
                : { text: status },
        }),
        category: [coded('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')],
        code: problemConcept(title),
        subject: report.subject,
        ...record.date('recordedDate', 'Date'),
        ...record.date('recordedDate', 'Date entered'),
        ...filled({
          recorder: named(record.text('Provider')),
          note: notes(record.text('Provider Notes') ?? record.text('Provider notes')),
        }),
      },
      record,
    );
  }
};

/** Readings of one kind under its title; each begins with its date. Some kinds have an empty title: they stay without a name. */
export const vitals: VaGovSection = ({ lines }, report) => {
  const { before, records } = titledRecords(lines, /^[A-Z][a-z]+ \d{1,2}, \d{4}/);
  report.layout(before);
  for (const { title, heading, lines: own } of records) {
    report.layout(heading);
    const name = title?.replaceAll('_', ' ');
    const dates = own.flatMap(({ text }, index) => {
      const next = own.slice(index + 1).find((line) => !isBlank(line.text));
      return /^\s*Result:/.test(next?.text ?? '') && !isBlank(text) ? [index] : [];
    });
    for (const [position, begin] of dates.entries()) {
      const reading = own.slice(begin + 1, dates[position + 1]);
      const { record } = oneRecord(reading, {
        keys: ['Result', 'Location'],
        words: ['Provider Notes', 'Provider notes'],
      });
      record.lines.unshift(...own.slice(begin, begin + 1));
      report.emit(
        {
          resourceType: 'Observation',
          ...unsaid('status'),
          category: [vitalSignCategory],
          code: vitalSignCode(name),
          subject: report.subject,
          ...pointMembers('effectiveDateTime', readTextDate(own[begin]?.text ?? '')),
          ...filled({ performer: listOf([named(record.text('Location'))]) }),
          ...measurement(record.text('Result')),
          ...filled({ note: notes(record.text('Provider Notes') ?? record.text('Provider notes')) }),
        },
        record,
      );
    }
  }
};
