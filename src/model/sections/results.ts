import { assertionOf } from '../assertion.ts';
import { codesOf, hasCode, nameOf, namesOf, wordsOf } from '../coding.ts';
import type { Element } from '../element.ts';
import { attachmentsOf } from '../attachment.ts';
import { some } from '../list.ts';
import { observationFields, readObservation } from '../observation.ts';
import { timesOf } from '../period.ts';
import { referenceName, referenceNames } from '../reference.ts';
import type { Statement } from '../row.ts';
import { defineSection, type RowContext } from '../section.ts';
import { isVitalSign } from './vital-signs.ts';

/** Observation categories that are not test results: they belong to drawers of their own. */
const elsewhere = [
  'social-history',
  'survey',
  'sdoh',
  'activity',
  'therapy',
  'functional-status',
  'cognitive-status',
  'disability-status',
  'care-experience-preference',
  'treatment-intervention-preference',
  // What a clinical document states beside its results: a severity, an age, an answer.
  'clinical-statement',
];

/** Results of tests and their reports: Observation and DiagnosticReport (R4). */
export const results = defineSection({
  name: 'results',
  title: 'Results',
  fields: observationFields,
  columns: [
    { title: 'Date', fields: ['date', 'start'] },
    { title: 'Result', fields: ['value', 'unit', 'components', 'absent', 'conclusion', 'attachments'] },
    { title: 'Flag', fields: ['flag'] },
    { title: 'Range', fields: ['range'] },
    { title: 'Status', fields: ['statusAsRecorded'] },
  ],
  holds(resource) {
    const type = resource.string('resourceType');
    if (type === 'DiagnosticReport') return true;
    if (type !== 'Observation' || isVitalSign(resource)) return false;
    return !resource.children('category').some((category) => hasCode(category, elsewhere));
  },
  read: (resource, context) =>
    resource.string('resourceType') === 'DiagnosticReport'
      ? readReport(resource, context)
      : readObservation(resource, context),
});

/** A DiagnosticReport (R4 §10.2): its own conclusion and the names of the results it groups. */
function readReport(resource: Element, context: RowContext): Statement<typeof observationFields> {
  const code = resource.child('code');
  const { date, start, end } = timesOf(resource, 'effective');
  const performers = [...resource.children('performer'), ...resource.children('resultsInterpreter')];
  const conclusions = [resource.string('conclusion'), ...namesOf(resource.children('conclusionCode'))];
  return {
    name: nameOf(code),
    codes: codesOf(code),
    assertion: assertionOf(resource),
    status: 'not stated',
    statusAsRecorded: resource.string('status'),
    date,
    start,
    end,
    recorded: resource.date('issued'),
    conclusion: conclusions.filter((conclusion) => conclusion !== undefined).join('; ') || undefined,
    members: some(referenceNames(resource.children('result'), context)),
    categories: some(wordsOf(resource.children('category'))),
    specimen: some(referenceNames(resource.children('specimen'), context))?.join('; '),
    performers: some(performers.flatMap((performer) => referenceName(performer, context) ?? [])),
    attachments: some(attachmentsOf(resource.children('presentedForm'))),
  };
}
