import { notesOf } from '../annotation.ts';
import { assertionOf } from '../assertion.ts';
import { codesOf, nameOf, sitesOf, statusWords, wordOf, wordsOf } from '../coding.ts';
import { currencyOf } from '../currency.ts';
import { concernOf } from '../extension.ts';
import { some } from '../list.ts';
import { onsetOf, timesOf } from '../period.ts';
import { referenceName } from '../reference.ts';
import { defineSection } from '../section.ts';

/** Problems, diagnoses and health concerns: Condition (R4). */
export const problems = defineSection({
  name: 'problems',
  title: 'Problems',
  grouped: true,
  fields: {
    categories: {
      kind: 'texts',
      title: 'Category',
      description: 'Problem list item, diagnosis, concern; as recorded.',
    },
    severity: { kind: 'text', title: 'Severity', description: 'Severity as recorded.' },
    bodySites: { kind: 'texts', title: 'Body site', description: 'Where on the body.' },
    verification: { kind: 'text', title: 'Verification', description: 'Verification status as recorded.' },
    onset: { kind: 'text', title: 'Onset', description: 'Onset where it is not a date: an age or a phrase.' },
    abatement: {
      kind: 'text',
      title: 'Ended',
      description: 'End where it is not a date: an age or a phrase.',
    },
    concern: {
      kind: 'text',
      title: 'Concern',
      description: 'State and time of the concern that tracks it in a clinical document.',
    },
    recorder: { kind: 'text', title: 'Recorded by', description: 'Who wrote it down, or who said so.' },
    notes: { kind: 'texts', title: 'Notes', description: 'Comments, as written.' },
  },
  columns: [
    { title: 'Site', fields: ['bodySites'] },
    { title: 'Since', fields: ['start', 'onset'] },
    { title: 'Until', fields: ['end', 'abatement'] },
    { title: 'Status', fields: ['statusAsRecorded'] },
    { title: 'Severity', fields: ['severity'] },
    { title: 'Recorded', fields: ['recorded'] },
    { title: 'Concern', fields: ['concern'] },
  ],
  holds: (resource) => resource.string('resourceType') === 'Condition',
  read(resource, context) {
    const code = resource.child('code');
    const onset = onsetOf(resource);
    const abatement = timesOf(resource, 'abatement');
    const end = abatement.date ?? abatement.end ?? abatement.start;
    return {
      name: nameOf(code),
      codes: codesOf(code),
      assertion: assertionOf(resource, code),
      status: currencyOf({
        end,
        endedWithoutDate: abatement.text !== undefined,
        status: statusWords(resource, 'clinicalStatus'),
        asOf: context.asOf,
      }),
      statusAsRecorded: wordOf(resource.child('clinicalStatus')),
      start: onset.start,
      end,
      recorded: resource.date('recordedDate'),
      categories: some(wordsOf(resource.children('category'))),
      severity: nameOf(resource.child('severity')),
      bodySites: some(sitesOf(resource.children('bodySite'))),
      verification: wordOf(resource.child('verificationStatus')),
      onset: onset.text,
      abatement: abatement.text,
      concern: concernOf(resource),
      recorder:
        referenceName(resource.child('recorder'), context) ??
        referenceName(resource.child('asserter'), context),
      notes: some(notesOf(resource)),
    };
  },
});
