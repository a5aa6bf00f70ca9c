import { assertionOf } from '../assertion.ts';
import { codeOf, codesOf, nameOf, namesOf, type Code } from '../coding.ts';
import { currencyOf } from '../currency.ts';
import { distinct, some } from '../list.ts';
import { lookUp } from '../look-up.ts';
import { periodOf } from '../period.ts';
import { reasonsOf } from '../reason.ts';
import { referenceName, referenceNames } from '../reference.ts';
import { defineSection } from '../section.ts';

/** Words for the codes of v3-ActEncounterCode. */
const classes: Readonly<Record<string, string>> = {
  AMB: 'ambulatory',
  IMP: 'inpatient',
  ACUTE: 'inpatient acute',
  NONAC: 'inpatient non-acute',
  EMER: 'emergency',
  FLD: 'field',
  HH: 'home health',
  OBSENC: 'observation',
  PRENC: 'pre-admission',
  SS: 'short stay',
  VR: 'virtual',
};

/** The addresses of the code system that has these codes, now and before R4. */
const classSystems = ['http://terminology.hl7.org/CodeSystem/v3-ActCode', 'http://hl7.org/fhir/v3/ActCode'];

/** Visits and stays: Encounter (R4). */
export const encounters = defineSection({
  name: 'encounters',
  title: 'Encounters',
  fields: {
    class: { kind: 'text', title: 'Class', description: 'Ambulatory, emergency, inpatient …, as recorded.' },
    reasons: { kind: 'texts', title: 'Reason', description: 'Why the person came.' },
    diagnoses: { kind: 'texts', title: 'Diagnoses', description: 'Diagnoses linked to the visit.' },
    participants: { kind: 'texts', title: 'With', description: 'Who took part.' },
    locations: { kind: 'texts', title: 'Place', description: 'Where it was.' },
    provider: { kind: 'text', title: 'Provider', description: 'The organization responsible.' },
    disposition: { kind: 'text', title: 'Discharged to', description: 'Discharge disposition.' },
  },
  columns: [
    { title: 'From', fields: ['start'] },
    { title: 'To', fields: ['end'] },
    { title: 'Class', fields: ['class'] },
    { title: 'Reason', fields: ['reasons'] },
    { title: 'With', fields: ['participants'] },
    { title: 'Provider', fields: ['provider'] },
    { title: 'Status', fields: ['statusAsRecorded'] },
  ],
  holds: (resource) => resource.string('resourceType') === 'Encounter',
  read(resource, context) {
    const types = resource.children('type');
    const kind = className(codeOf(resource.child('class')));
    const concepts = [...types, ...[resource.child('serviceType') ?? []].flat()];
    const diagnoses = resource
      .children('diagnosis')
      .flatMap((diagnosis) => diagnosis.child('condition') ?? []);
    const people = resource
      .children('participant')
      .flatMap((participant) => participant.child('individual') ?? []);
    const period = periodOf(resource.child('period'));
    const places = resource.children('location').flatMap((location) => location.child('location') ?? []);
    return {
      name: namesOf(concepts)[0] ?? kind,
      codes: concepts.flatMap(codesOf),
      assertion: assertionOf(resource),
      status: currencyOf({ end: period.end, status: resource.string('status'), asOf: context.asOf }),
      statusAsRecorded: resource.string('status'),
      ...period,
      class: kind,
      reasons: some(reasonsOf(resource, context)),
      diagnoses: some(distinct(referenceNames(diagnoses, context))),
      participants: some(distinct(referenceNames(people, context))),
      locations: some(referenceNames(places, context)),
      provider: referenceName(resource.child('serviceProvider'), context),
      disposition: nameOf(resource.child('hospitalization')?.child('dischargeDisposition')),
    };
  },
});

/** A class in words: its display, else the word of its code, else the code as recorded. */
function className(kind: Code | undefined): string | undefined {
  const isKnown = kind?.system === undefined || classSystems.includes(kind.system);
  return kind?.display ?? (isKnown ? lookUp(classes, kind?.code) : undefined) ?? kind?.code;
}
