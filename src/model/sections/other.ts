import { assertionOf } from '../assertion.ts';
import { codesOf } from '../coding.ts';
import type { Element } from '../element.ts';
import { readFamilyHistory } from '../family-history.ts';
import { observationFields, readObservation } from '../observation.ts';
import { resourceName } from '../reference.ts';
import { defineSection } from '../section.ts';

/** Members that say when, in the resource types that have no drawer yet, most telling first. */
const dateMembers = [
  'effectiveDateTime',
  'occurrenceDateTime',
  'performedDateTime',
  'start',
  'date',
  'sent',
  'authored',
];
const recordedMembers = ['authoredOn', 'recorded', 'issued', 'created', 'recordedDate'];

/** Every resource that no other drawer holds, named as well as its own words allow. */
export const other = defineSection({
  name: 'other',
  title: 'Everything else',
  fields: observationFields,
  columns: [
    { title: 'Type', fields: ['resourceType'] },
    { title: 'Date', fields: ['date', 'start'] },
    { title: 'Result', fields: ['value', 'unit', 'components', 'absent', 'asWritten'] },
    { title: 'Status', fields: ['statusAsRecorded'] },
  ],
  holds: () => true,
  read(resource, context) {
    const type = resource.string('resourceType');
    if (type === 'Observation') return readObservation(resource, context);
    if (type === 'FamilyMemberHistory') return readFamilyHistory(resource);
    const concepts = conceptsIn(resource, 'code');
    return {
      name: resourceName(resource, context),
      codes: concepts.flatMap(codesOf),
      assertion: assertionOf(resource, concepts[0] ?? conceptsIn(resource, 'type')[0]),
      status: 'not stated',
      statusAsRecorded: typeof resource.value['status'] === 'string' ? resource.string('status') : undefined,
      date: firstDate(resource, dateMembers),
      recorded: firstDate(resource, recordedMembers),
    };
  },
});

/** The concepts of a member that is single in some types, repeats in others, and is a plain code in yet others. */
function conceptsIn(resource: Element, member: string): Element[] {
  const value = resource.value[member];
  if (Array.isArray(value))
    return value.every((item) => typeof item === 'object') ? resource.children(member) : [];
  const single = typeof value === 'object' ? resource.child(member) : undefined;
  return single ? [single] : [];
}

function firstDate(resource: Element, members: readonly string[]): string | undefined {
  for (const member of members) {
    const value = resource.value[member];
    if (typeof value === 'string' && /^\d{4}/.test(value)) return resource.date(member);
  }
  return undefined;
}
