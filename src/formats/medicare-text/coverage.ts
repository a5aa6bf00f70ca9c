import type { JsonObject } from '../../json/index.ts';
import { ourExtensions } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, filledOrNone, listOf, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { coded, named, unsaid } from '../text/members.ts';
import type { TextRecord } from '../text/record.ts';
import type { TextReport } from '../text/report.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { readTextDate } from '../text/text-date.ts';

const coverageClass = 'http://terminology.hl7.org/CodeSystem/coverage-class';

/** What every coverage has; R4 demands a status and a payer. */
function coverageOf(report: TextReport, payor: string | undefined): JsonObject {
  return {
    beneficiary: report.subject,
    payor: [named(payor) ?? { extension: [absent('unknown')] }],
  };
}

export const plans: SectionReader = {
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

export const employerSubsidy: SectionReader = {
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

export const otherInsurance: SectionReader = {
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

/** Part A and Part B of Medicare, each from a date on → Coverage. */
export function emitMedicare(record: TextRecord, report: TextReport): void {
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
