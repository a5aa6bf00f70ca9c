import { notesOf } from '../annotation.ts';
import { assertionOf } from '../assertion.ts';
import { extensionsOf, sourceMoodOf } from '../extension.ts';
import { otherReleaseUrl, ourExtensions } from '../extension-urls.ts';
import { codesOf, nameOf, namesOf, ownNameOf } from '../coding.ts';
import { currencyOf, type Status } from '../currency.ts';
import { dosageEnd, dosageStart, dosageTexts } from '../dosage.ts';
import type { Element } from '../element.ts';
import { some } from '../list.ts';
import { lookUp } from '../look-up.ts';
import { isBefore, timesOf, type Times } from '../period.ts';
import { quantityText } from '../quantity.ts';
import { reasonsOf } from '../reason.ts';
import { referenceName } from '../reference.ts';
import { defineSection, type RowContext } from '../section.ts';

/** What each resource type of the drawer is, in a word. */
const kinds: Readonly<Record<string, string>> = {
  MedicationRequest: 'prescription',
  MedicationStatement: 'statement',
  MedicationDispense: 'dispense',
  MedicationAdministration: 'administration',
};

/** Medications ordered, reported, dispensed and given (R4). */
export const medications = defineSection({
  name: 'medications',
  title: 'Medications',
  grouped: true,
  fields: {
    kind: {
      kind: 'text',
      title: 'Kind',
      description: 'prescription, statement, dispense or administration.',
    },
    dosage: { kind: 'texts', title: 'Dosage', description: 'How to take it, in the words recorded.' },
    reasons: { kind: 'texts', title: 'Reason', description: 'What it is for.' },
    prescriber: { kind: 'text', title: 'By', description: 'Who prescribed, dispensed, gave or reported it.' },
    quantity: { kind: 'text', title: 'Quantity', description: 'Amount prescribed or dispensed.' },
    daysSupply: { kind: 'text', title: 'Days supply', description: 'How long the amount is meant to last.' },
    refills: { kind: 'text', title: 'Refills', description: 'Number of repeats allowed.' },
    refillsRemaining: {
      kind: 'text',
      title: 'Refills left',
      description: "Number of repeats left as of the source's date.",
    },
    lastFilled: { kind: 'text', title: 'Last filled', description: 'When it was last filled.' },
    intent: { kind: 'text', title: 'Intent', description: 'Intent of a request, as recorded.' },
    reported: {
      kind: 'text',
      title: 'Reported by',
      description: 'Set when the information was reported, not ordered here.',
    },
    statusReasons: {
      kind: 'texts',
      title: 'Status reason',
      description: 'Why it was stopped, held or not given.',
    },
    notes: { kind: 'texts', title: 'Notes', description: 'Comments, as written.' },
  },
  columns: [
    { title: 'Dosage', fields: ['dosage', 'asWritten'] },
    { title: 'Status', fields: ['statusAsRecorded'] },
    { title: 'Kind', fields: ['kind'] },
    { title: 'From', fields: ['start', 'date'] },
    { title: 'To', fields: ['end'] },
    { title: 'Why', fields: ['statusReasons'] },
    { title: 'By', fields: ['prescriber'] },
    { title: 'Refills left', fields: ['refillsRemaining'] },
    { title: 'Last filled', fields: ['lastFilled'] },
    { title: 'Recorded', fields: ['recorded'] },
    { title: 'Reason', fields: ['reasons'] },
  ],
  holds: (resource) => lookUp(kinds, resource.string('resourceType')) !== undefined,
  read(resource, context) {
    const concept = conceptOf(resource, context);
    const dosages = [...resource.children('dosageInstruction'), ...dosagesOf(resource)];
    const times = timesFor(resource);
    const end = times.end ?? dosageEnd(dosages) ?? endOfOrder(resource);
    const request = resource.child('dispenseRequest');
    return {
      name: ownNameOf(concept) ?? resource.child('medicationReference')?.string('display') ?? nameOf(concept),
      codes: codesOf(concept),
      assertion: assertionOf(resource, concept),
      status: statusOf(resource, end, context.asOf),
      statusAsRecorded: resource.string('status'),
      date: times.date,
      start: times.start ?? dosageStart(dosages),
      end,
      recorded: resource.date('authoredOn') ?? resource.date('dateAsserted') ?? resource.date('whenPrepared'),
      kind: sourceMoodOf(resource) === 'EVN' ? 'statement' : lookUp(kinds, resource.string('resourceType')),
      dosage: some(dosageTexts(dosages)),
      reasons: some(reasonsOf(resource, context)),
      prescriber: whoOf(resource, context),
      quantity: quantityText(request?.child('quantity') ?? quantityOfDispense(resource)),
      daysSupply: quantityText(request?.child('expectedSupplyDuration') ?? daysOfDispense(resource)),
      refills: request?.decimal('numberOfRepeatsAllowed'),
      refillsRemaining: extensionsOf(resource, ourExtensions.refillsRemaining)[0]?.decimal(
        'valueUnsignedInt',
      ),
      lastFilled: extensionsOf(resource, ourExtensions.lastFilled)[0]?.date('valueDateTime'),
      intent: resource.string('intent'),
      reported: reportedBy(resource, context),
      statusReasons: some(statusReasons(resource)),
      notes: some(notesOf(resource)),
    };
  },
});

/** When a prescription of DSTU2 ended, which R4 has no member for. */
function endOfOrder(resource: Element): string | undefined {
  const url = otherReleaseUrl('1.0', 'MedicationOrder.dateEnded');
  return extensionsOf(resource, url)[0]?.date('valueDateTime');
}

/** The medicine: stated in place, or in a Medication the resource points to. */
function conceptOf(resource: Element, context: RowContext): Element | undefined {
  return (
    resource.child('medicationCodeableConcept') ??
    context.resolve(resource.child('medicationReference'))?.child('code')
  );
}

/** MedicationStatement repeats `dosage`; MedicationAdministration has one of another shape. */
function dosagesOf(resource: Element): Element[] {
  if (resource.value['dosage'] === undefined) return [];
  if (resource.string('resourceType') === 'MedicationStatement') return resource.children('dosage');
  const dosage = resource.child('dosage');
  return dosage ? [dosage] : [];
}

/** An order says when it was written, not when the medicine was taken: `authoredOn` is `recorded`, never `start`. */
function timesFor(resource: Element): Times {
  const handedOver = resource.date('whenHandedOver');
  return handedOver === undefined ? timesOf(resource, 'effective') : { date: handedOver };
}

/** A dispense says nothing of whether the medicine is still taken. */
function statusOf(resource: Element, end: string | undefined, asOf: string | undefined): Status {
  if (resource.string('resourceType') === 'MedicationDispense') return 'not stated';
  // In a clinical document "completed" says that the entry is, and not that the medicine is no longer taken.
  const isEntry = sourceMoodOf(resource) !== undefined && resource.string('status') === 'completed';
  if (isEntry && end !== undefined && asOf !== undefined && isBefore(end, asOf) === false) return 'current';
  return currencyOf({ end, status: isEntry ? undefined : resource.string('status'), asOf });
}

function whoOf(resource: Element, context: RowContext): string | undefined {
  const performer = resource.value['performer'] === undefined ? undefined : resource.children('performer')[0];
  return (
    referenceName(resource.child('requester'), context) ??
    referenceName(resource.child('informationSource'), context) ??
    referenceName(performer?.child('actor'), context)
  );
}

function quantityOfDispense(resource: Element): Element | undefined {
  return resource.value['quantity'] === undefined ? undefined : resource.child('quantity');
}

function daysOfDispense(resource: Element): Element | undefined {
  return resource.value['daysSupply'] === undefined ? undefined : resource.child('daysSupply');
}

function reportedBy(resource: Element, context: RowContext): string | undefined {
  const source = referenceName(resource.child('reportedReference'), context);
  return source ?? (resource.boolean('reportedBoolean') === true ? 'reported, not ordered here' : undefined);
}

/** `statusReason` repeats in MedicationStatement and MedicationAdministration and is single elsewhere. */
function statusReasons(resource: Element): string[] {
  const repeats = Array.isArray(resource.value['statusReason']);
  const single = repeats ? undefined : resource.child('statusReason');
  const reasons = repeats ? resource.children('statusReason') : single ? [single] : [];
  return namesOf([...reasons, ...[resource.child('statusReasonCodeableConcept') ?? []].flat()]);
}
