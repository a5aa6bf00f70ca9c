import { filled, filledOrNone, listOf } from '../json-parts.ts';
import { notes, wordedOrAbsent } from '../text/members.ts';
import type { TextRecord } from '../text/record.ts';
import type { ReportSection, TextReport } from '../text/report.ts';
import type { SectionReader } from '../text/section-reader.ts';
import { prose } from './prose.ts';

const taskKeys = [
  'Task',
  'Task Description',
  'Task Completion',
  'Task Start Date',
  'Task End Date',
  'Task Repeats',
  'Date Task Finished',
];

/**
 * The goals a person set → Goal. Each goal stands in a summary and again in detail, where its name is in capitals: what the
 * summary has beyond that is its spelling, and a goal of the summary alone is a goal.
 */
export const goals: SectionReader = {
  titles: [
    'SELF REPORTED MY GOALS: CURRENT GOALS',
    'SELF REPORTED MY GOALS: COMPLETED GOALS',
    'MY GOALS: CURRENT GOALS',
    'MY GOALS: COMPLETED GOALS',
  ],
  isSelfReported: true,
  loinc: '61146-7',
  grammar: {
    repeats: true,
    start: ['My Goal', 'MY GOAL'],
    keys: [
      'Type',
      'Priority',
      'Goal Start Date',
      'Goal End Date',
      'Completion',
      'Date Goal Completed',
      'Task Completion',
      'Task Start Date',
      'Task End Date',
      'Task Repeats',
      'Date Task Finished',
    ],
    lists: ['Strengths', 'Obstacles', 'Rewards'],
    words: ['Description', 'Task', 'Task Description'],
    groups: [
      'Goals Most Important to Me',
      'Goals Second Most Important to Me',
      'My Other Goals',
      'ALL CURRENT GOALS - SUMMARY LIST (BY PRIORITY)',
      'ALL CURRENT GOALS - DETAILED INFORMATION',
      'COMPLETED GOALS - SUMMARY LIST (BY DATE GOAL COMPLETED)',
      'COMPLETED GOALS - DETAILED INFORMATION (BY DATE GOAL COMPLETED)',
    ],
    prose,
  },
  read({ records, section }, report) {
    const summary = records.filter((record) => isSummary(record));
    for (const record of records) {
      if (isSummary(record)) continue;
      const name = record.text('MY GOAL');
      const same = summary.find((other) => nameOf(other)?.toUpperCase() === name?.toUpperCase());
      if (same) report.layout(same.lines);
      emitGoal(record, nameOf(same) ?? name, section, report);
    }
    for (const record of summary) {
      const isDetailed = records.some(
        (other) => !isSummary(other) && nameOf(other)?.toUpperCase() === nameOf(record)?.toUpperCase(),
      );
      if (!isDetailed) emitGoal(record, record.text('My Goal'), section, report);
    }
  },
};

function isSummary(record: TextRecord): boolean {
  return record.fields[0]?.key === 'My Goal';
}

function nameOf(record: TextRecord | undefined): string | undefined {
  return record?.fields[0]?.value;
}

function emitGoal(
  record: TextRecord,
  name: string | undefined,
  section: ReportSection,
  report: TextReport,
): void {
  const [type, priority] = [record.text('Type'), record.text('Priority')];
  const isCompleted = /COMPLETED/i.test(section.title);
  const due = record.date('dueDate', 'Goal End Date');
  const lists = ['Strengths', 'Obstacles', 'Rewards'].flatMap((key) => {
    const items = record.list(key);
    return items.length === 0 ? [] : [`${key}: ${items.join(' ')}`];
  });
  report.emit(
    {
      resourceType: 'Goal',
      lifecycleStatus: isCompleted ? 'completed' : 'active',
      ...filled({
        category: listOf([type && { text: type }]),
        priority: priority && { text: priority },
      }),
      description: wordedOrAbsent(name),
      subject: report.subject,
      ...record.date('startDate', 'Goal Start Date'),
      ...filled({
        target: listOf([filledOrNone(due)]),
        ...(isCompleted && record.date('statusDate', 'Date Goal Completed')),
        expressedBy: report.subject,
        note: notes(record.text('Description'), ...lists, ...tasksOf(record)),
      }),
    },
    record,
  );
}

/** The steps towards a goal, each as one text of its keys and values. */
function tasksOf(record: TextRecord): string[] {
  const tasks: string[][] = [];
  for (const { key, value } of record.fields) {
    if (!taskKeys.includes(key)) continue;
    if (key === 'Task') tasks.push([]);
    tasks.at(-1)?.push(`${key}: ${value}`);
  }
  for (const key of taskKeys) record.all(key);
  return tasks.map((task) => task.join('\n'));
}
