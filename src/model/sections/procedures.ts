import { notesOf } from '../annotation.ts';
import { assertionOf } from '../assertion.ts';
import { codesOf, nameOf, namesOf, sitesOf } from '../coding.ts';
import { currencyOf } from '../currency.ts';
import { distinct, some } from '../list.ts';
import { timesOf } from '../period.ts';
import { reasonsOf } from '../reason.ts';
import { referenceName, referenceNames } from '../reference.ts';
import { defineSection } from '../section.ts';

/** What was done, or was to be done: Procedure (R4). */
export const procedures = defineSection({
  name: 'procedures',
  title: 'Procedures',
  fields: {
    performed: {
      kind: 'text',
      title: 'When',
      description: 'When, where it is not a date: an age or a phrase.',
    },
    performers: { kind: 'texts', title: 'By', description: 'Who did it.' },
    location: { kind: 'text', title: 'Place', description: 'Where it was done.' },
    bodySites: { kind: 'texts', title: 'Body site', description: 'Where on the body.' },
    reasons: { kind: 'texts', title: 'Reason', description: 'Why it was done.' },
    outcome: { kind: 'text', title: 'Outcome', description: 'Outcome as recorded.' },
    complications: { kind: 'texts', title: 'Complications', description: 'Complications as recorded.' },
    statusReason: { kind: 'text', title: 'Why not', description: 'Why it was not done or was stopped.' },
    notes: { kind: 'texts', title: 'Notes', description: 'Comments, as written.' },
  },
  columns: [
    { title: 'Site', fields: ['bodySites'] },
    { title: 'Date', fields: ['date', 'start', 'performed'] },
    { title: 'Status', fields: ['statusAsRecorded'] },
    { title: 'By', fields: ['performers'] },
    { title: 'Reason', fields: ['reasons'] },
    { title: 'Outcome', fields: ['outcome'] },
    { title: 'Why not', fields: ['statusReason'] },
  ],
  holds: (resource) => resource.string('resourceType') === 'Procedure',
  read(resource, context) {
    const code = resource.child('code');
    const { date, start, end, text } = timesOf(resource, 'performed');
    const actors = resource.children('performer').flatMap((performer) => performer.child('actor') ?? []);
    return {
      name: nameOf(code),
      codes: codesOf(code),
      assertion: assertionOf(resource, code),
      status: currencyOf({ end, status: resource.string('status'), asOf: context.asOf }),
      statusAsRecorded: resource.string('status'),
      date,
      start,
      end,
      performed: text,
      performers: some(distinct(referenceNames(actors, context))),
      location: referenceName(resource.child('location'), context),
      bodySites: some(sitesOf(resource.children('bodySite'))),
      reasons: some(reasonsOf(resource, context)),
      outcome: nameOf(resource.child('outcome')),
      complications: some(namesOf(resource.children('complication'))),
      statusReason: nameOf(resource.child('statusReason')),
      notes: some(notesOf(resource)),
    };
  },
});
