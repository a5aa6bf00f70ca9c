import { notesOf } from '../annotation.ts';
import { assertionOf } from '../assertion.ts';
import { codesOf, nameOf, namesOf, statusWords, wordOf } from '../coding.ts';
import { currencyOf } from '../currency.ts';
import { concernOf, extensionsOf } from '../extension.ts';
import { ourExtensions } from '../extension-urls.ts';
import type { Element } from '../element.ts';
import { distinct, some } from '../list.ts';
import { onsetOf } from '../period.ts';
import { referenceName } from '../reference.ts';
import { defineSection } from '../section.ts';

const abatement = 'http://hl7.org/fhir/StructureDefinition/allergyintolerance-abatement';

/** Allergies and intolerances: AllergyIntolerance (R4). */
export const allergies = defineSection({
  name: 'allergies',
  title: 'Allergies',
  grouped: true,
  fields: {
    reactions: {
      kind: 'texts',
      title: 'Reaction',
      description:
        'Each reaction: what happened, severity, date, to what, description and notes, as recorded.',
    },
    severity: {
      kind: 'text',
      title: 'Severity',
      description: 'Severity of the allergy as such, where the source states it apart from a reaction.',
    },
    criticality: {
      kind: 'text',
      title: 'Criticality',
      description: 'low, high or unable-to-assess, as recorded.',
    },
    kind: { kind: 'text', title: 'Kind', description: 'allergy or intolerance, as recorded.' },
    categories: {
      kind: 'texts',
      title: 'Category',
      description: 'food, medication, environment or biologic.',
    },
    verification: { kind: 'text', title: 'Verification', description: 'Verification status as recorded.' },
    onset: { kind: 'text', title: 'Onset', description: 'Onset where it is not a date: an age or a phrase.' },
    lastOccurrence: {
      kind: 'text',
      title: 'Last occurrence',
      description: 'Date of the last reaction, as recorded.',
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
    { title: 'Reaction', fields: ['reactions'] },
    { title: 'Severity', fields: ['severity'] },
    { title: 'Criticality', fields: ['criticality'] },
    { title: 'Status', fields: ['statusAsRecorded'] },
    { title: 'Since', fields: ['start', 'onset'] },
    { title: 'Until', fields: ['end'] },
    { title: 'Recorded', fields: ['recorded'] },
  ],
  holds: (resource) => resource.string('resourceType') === 'AllergyIntolerance',
  read(resource, { asOf, resolve }) {
    const substances = resource.children('reaction').flatMap((reaction) => reaction.child('substance') ?? []);
    const concept = resource.child('code') ?? substances[0];
    const name = nameOf(concept);
    const onset = onsetOf(resource);
    const severity = severityOf(resource);
    return {
      name,
      codes: codesOf(concept),
      assertion: assertionOf(resource, concept),
      status: currencyOf({ status: statusWords(resource, 'clinicalStatus'), asOf }),
      statusAsRecorded: wordOf(resource.child('clinicalStatus')),
      start: onset.start,
      end: extensionsOf(resource, abatement)[0]?.date('valueDateTime'),
      recorded: resource.date('recordedDate'),
      reactions: some(
        resource
          .children('reaction')
          .filter((reaction) => severity === undefined || !isSeverityAlone(reaction))
          .flatMap((reaction) => reactionText(reaction, name) ?? []),
      ),
      severity,
      criticality: resource.string('criticality'),
      kind: resource.string('type'),
      categories: some(resource.strings('category')),
      verification: wordOf(resource.child('verificationStatus')),
      onset: onset.text,
      lastOccurrence: resource.string('lastOccurrence'),
      concern: concernOf(resource),
      recorder:
        referenceName(resource.child('recorder'), { asOf, resolve }) ??
        referenceName(resource.child('asserter'), { asOf, resolve }),
      notes: some(notesOf(resource)),
    };
  },
});

/** A severity in the source's words: of an allergy as such, or of a reaction beside FHIR's grade. */
function severityOf(element: Element): string | undefined {
  return nameOf(extensionsOf(element, ourExtensions.severity)[0]?.child('valueCodeableConcept'));
}

/** True for a reaction that is none: it only holds the severity of the allergy, which R4 knows of reactions alone. */
function isSeverityAlone(reaction: Element): boolean {
  const members = Object.keys(reaction.value).filter((name) => !['manifestation', 'severity'].includes(name));
  return members.length === 0 && namesOf(reaction.children('manifestation')).length === 0;
}

/** How sure it is that the substance caused the reaction (HL7's extension of AllergyIntolerance). */
const certaintyUrl = 'http://hl7.org/fhir/StructureDefinition/allergyintolerance-certainty';

/** One reaction: what happened, how severe, when; to which substance where the row's name is another; what was noted. */
function reactionText(reaction: Element, allergy: string | undefined): string | undefined {
  const manifestations = distinct(namesOf(reaction.children('manifestation'))).join(' and ');
  const words = severityOf(reaction);
  const event = [manifestations, words ?? reaction.string('severity'), reaction.date('onset')];
  const substance = nameOf(reaction.child('substance'));
  const certainty = wordOf(extensionsOf(reaction, certaintyUrl)[0]?.child('valueCodeableConcept'));
  const parts = [
    event.filter((part) => part !== undefined && part !== '').join(', '),
    substance === undefined || substance === allergy ? undefined : `to ${substance}`,
    certainty === undefined ? undefined : `certainty: ${certainty}`,
    reaction.string('description'),
    ...notesOf(reaction),
  ].filter((part) => part !== undefined && part !== '');
  return parts.length > 0 ? parts.join('; ') : undefined;
}
