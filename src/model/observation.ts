import { notesOf } from './annotation.ts';
import { assertionOf } from './assertion.ts';
import { dataAbsentReason, codesOf, nameOf, wordOf, wordsOf } from './coding.ts';
import { attachmentsOf } from './attachment.ts';
import type { Element } from './element.ts';
import { extensionsOf } from './extension.ts';
import { flagOf, referenceRangeText } from './flag.ts';
import { some } from './list.ts';
import { periodOf, timesOf } from './period.ts';
import { quantityOf, quantityText, rangeText, ratioText, type QuantityText } from './quantity.ts';
import { referenceName, referenceNames } from './reference.ts';
import type { Component, Fields, Statement } from './row.ts';
import type { RowContext } from './section.ts';

/** Fields of everything measured, observed or tested. */
export const observationFields = {
  value: { kind: 'text', title: 'Result', description: 'The value with its comparator, digits as sent.' },
  unit: { kind: 'text', title: 'Unit', description: 'The unit as recorded; nothing is converted.' },
  flag: {
    kind: 'text',
    title: 'Flag',
    description: "The lab's interpretation as a word, or one computed from the range and marked (computed).",
  },
  range: { kind: 'text', title: 'Reference range', description: 'The reference range as recorded.' },
  components: {
    kind: 'components',
    title: 'Components',
    description: 'Parts of a measurement that has several.',
  },
  absent: { kind: 'text', title: 'No value because', description: 'Why there is no value, as recorded.' },
  conclusion: { kind: 'text', title: 'Conclusion', description: 'Conclusion of a report, as written.' },
  members: {
    kind: 'texts',
    title: 'Tests',
    description: 'Names of the results that a report or panel groups.',
  },
  categories: { kind: 'texts', title: 'Category', description: 'Categories as recorded.' },
  specimen: { kind: 'text', title: 'Specimen', description: 'What was examined.' },
  method: { kind: 'text', title: 'Method', description: 'How it was measured.' },
  bodySite: { kind: 'text', title: 'Body site', description: 'Where on the body.' },
  performers: { kind: 'texts', title: 'By', description: 'Who is responsible for the result.' },
  device: { kind: 'text', title: 'Device', description: 'What measured or recorded it: a device or an app.' },
  attachments: { kind: 'attachments', title: 'Attachments', description: 'The report itself, as files.' },
  notes: { kind: 'texts', title: 'Notes', description: 'Comments, as written.' },
} as const satisfies Fields;

/** An Observation (R4 §10.1) as a statement of results or vital signs. */
export function readObservation(resource: Element, context: RowContext): Statement<typeof observationFields> {
  const code = resource.child('code');
  const { date, start, end } = timesOf(resource, 'effective');
  const components = resource.children('component').map(readComponent);
  const measured = valueOf(resource);
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
    value: measured.value,
    unit: measured.unit,
    flag: flagOf(resource),
    range: referenceRangeText(resource),
    components: some(components),
    absent: absentOf(resource),
    members: some(referenceNames(resource.children('hasMember'), context)),
    categories: some(wordsOf(resource.children('category'))),
    specimen: referenceName(resource.child('specimen'), context),
    method: nameOf(resource.child('method')),
    bodySite: nameOf(resource.child('bodySite')),
    performers: some(referenceNames(resource.children('performer'), context)),
    device: referenceName(resource.child('device'), context),
    attachments: some(attachmentsOf(attachedValues(resource))),
    notes: some(notesOf(resource)),
  };
}

/** Files that are an observation's value: R4 has no element for them, R5's extension has. */
function attachedValues(resource: Element): Element[] {
  return extensionsOf(
    resource,
    'http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.value',
  ).flatMap((extension) => extension.child('valueAttachment') ?? []);
}

function readComponent(component: Element): Component {
  const code = component.child('code');
  const { value, unit } = valueOf(component);
  const flag = flagOf(component);
  const range = referenceRangeText(component);
  const absent = absentOf(component);
  return {
    name: nameOf(code) ?? null,
    codes: codesOf(code),
    ...(value !== undefined && { value }),
    ...(unit !== undefined && { unit }),
    ...(flag !== undefined && { flag }),
    ...(range !== undefined && { range }),
    ...(absent !== undefined && { absent }),
  };
}

/** Why there is no value: `dataAbsentReason`, or a reason for absence sent as the value. */
function absentOf(element: Element): string | undefined {
  const stated = wordOf(element.child('dataAbsentReason'));
  if (stated !== undefined || element.value['valueCodeableConcept'] === undefined) return stated;
  const value = element.child('valueCodeableConcept');
  const isReason = codesOf(value).some(({ system }) => system === dataAbsentReason);
  return isReason && nameOf(value) === undefined ? wordOf(value) : undefined;
}

/** `value[x]` of an Observation or component as text, whichever type it has. */
function valueOf(element: Element): QuantityText {
  const choice = element.choice('value');
  if (choice === undefined) return {};
  const child = (): Element | undefined => element.child(choice.name);
  switch (choice.type) {
    case 'Quantity':
      return quantityOf(child());
    case 'CodeableConcept':
      return text(nameOf(child()));
    case 'Range':
      return text(rangeText(child()));
    case 'Ratio':
      return text(ratioText(child()));
    case 'Period': {
      const { start, end } = periodOf(child());
      return text([start, end].filter((date) => date !== undefined).join(' to '));
    }
    case 'SampledData':
      return text(sampledText(child()));
    case 'Boolean': {
      const value = element.boolean(choice.name);
      return text(value === undefined ? undefined : value ? 'yes' : 'no');
    }
    case 'Integer':
      return text(element.decimal(choice.name));
    default:
      return text(element.string(choice.name));
  }
}

function sampledText(data: Element | undefined): string | undefined {
  const origin = quantityText(data?.child('origin'));
  const samples = data?.string('data');
  return samples && `samples around ${origin ?? 'an origin not stated'}: ${samples}`;
}

function text(value: string | undefined): QuantityText {
  return value === undefined || value === '' ? {} : { value };
}
