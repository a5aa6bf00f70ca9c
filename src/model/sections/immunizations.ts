import { notesOf } from '../annotation.ts';
import { assertionOf } from '../assertion.ts';
import { codesOf, nameOf, namesOf } from '../coding.ts';
import { currencyOf } from '../currency.ts';
import type { Element } from '../element.ts';
import { some } from '../list.ts';
import { timesOf } from '../period.ts';
import { quantityText } from '../quantity.ts';
import { referenceName, referenceNames } from '../reference.ts';
import { defineSection, type RowContext } from '../section.ts';

/** Vaccinations given and not given: Immunization (R4). */
export const immunizations = defineSection({
  name: 'immunizations',
  title: 'Immunizations',
  fields: {
    dose: {
      kind: 'text',
      title: 'Dose number',
      description: 'Number of the dose and of doses in the series.',
    },
    amount: { kind: 'text', title: 'Amount', description: 'Amount given.' },
    lot: { kind: 'text', title: 'Lot', description: 'Lot number.' },
    expires: { kind: 'text', title: 'Expires', description: 'Expiration date of the vaccine, as recorded.' },
    manufacturer: { kind: 'text', title: 'Manufacturer', description: 'Who made the vaccine.' },
    site: { kind: 'text', title: 'Site', description: 'Where on the body.' },
    route: { kind: 'text', title: 'Route', description: 'How it was given.' },
    performers: { kind: 'texts', title: 'By', description: 'Who gave it, and where.' },
    statusReason: { kind: 'text', title: 'Why not', description: 'Why it was not given.' },
    occurrence: { kind: 'text', title: 'When', description: 'When, where it is not a date.' },
    reportedBy: {
      kind: 'text',
      title: 'Reported by',
      description: 'Origin of a report that is not first-hand.',
    },
    reactions: { kind: 'texts', title: 'Reaction', description: 'What followed, as recorded.' },
    notes: { kind: 'texts', title: 'Notes', description: 'Comments, as written.' },
  },
  columns: [
    { title: 'Date', fields: ['date', 'occurrence'] },
    { title: 'Status', fields: ['statusAsRecorded'] },
    { title: 'Dose', fields: ['dose'] },
    { title: 'Why not', fields: ['statusReason'] },
    { title: 'Reaction', fields: ['reactions'] },
    { title: 'Lot', fields: ['lot'] },
    { title: 'By', fields: ['performers'] },
  ],
  holds: (resource) => resource.string('resourceType') === 'Immunization',
  read(resource, context) {
    const vaccine = resource.child('vaccineCode');
    const occurrence = whenGiven(resource);
    const performers = resource.children('performer').flatMap((performer) => performer.child('actor') ?? []);
    const places = [resource.child('location')].flatMap((place) => place ?? []);
    return {
      name: nameOf(vaccine),
      codes: codesOf(vaccine),
      assertion: assertionOf(resource, vaccine),
      status: currencyOf({ status: resource.string('status'), asOf: context.asOf }),
      statusAsRecorded: resource.string('status'),
      date: occurrence.date,
      recorded: resource.date('recorded'),
      dose: some(resource.children('protocolApplied').flatMap((protocol) => doseText(protocol) ?? []))?.join(
        '; ',
      ),
      amount: quantityText(resource.child('doseQuantity')),
      lot: resource.string('lotNumber'),
      expires: resource.date('expirationDate'),
      manufacturer: referenceName(resource.child('manufacturer'), context),
      site: nameOf(resource.child('site')),
      route: nameOf(resource.child('route')),
      performers: some(referenceNames([...performers, ...places], context)),
      statusReason: nameOf(resource.child('statusReason')),
      reactions: some(
        resource.children('reaction').flatMap((reaction) => reactionText(reaction, context) ?? []),
      ),
      occurrence: occurrence.text,
      reportedBy: nameOf(resource.child('reportOrigin')),
      notes: some([...notesOf(resource), ...namesOf(resource.children('reasonCode'))]),
      cautions: some(potencyCautions(resource)),
    };
  },
});

/** A dose that is not fully effective still counts as given; `isSubpotent` is a modifier element (R4 Immunization). */
function potencyCautions(resource: Element): string[] {
  if (resource.boolean('isSubpotent') !== true) return [];
  const given = resource.string('status') === 'completed' ? 'given, but ' : '';
  const reasons = namesOf(resource.children('subpotentReason')).join('; ');
  return [`${given}recorded as not fully effective (subpotent)${reasons && `: ${reasons}`}`];
}

/** A reaction: the value of the observation it refers to, else its name; and when. */
function reactionText(reaction: Element, context: RowContext): string | undefined {
  const detail = reaction.child('detail');
  const what =
    nameOf(context.resolve(detail)?.child('valueCodeableConcept')) ?? referenceName(detail, context);
  const parts = [what, reaction.date('date')].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : undefined;
}

/** `occurrenceString` is a phrase; it is never taken for a date. */
function whenGiven(resource: Element): { date?: string; text?: string } {
  const phrase = resource.string('occurrenceString');
  return phrase === undefined ? timesOf(resource, 'occurrence') : { text: phrase };
}

function doseText(protocol: Element): string | undefined {
  const dose = protocol.decimal('doseNumberPositiveInt') ?? protocol.string('doseNumberString');
  const series = protocol.decimal('seriesDosesPositiveInt') ?? protocol.string('seriesDosesString');
  const count = dose === undefined || series === undefined ? dose : `${dose} of ${series}`;
  return [protocol.string('series'), count].filter((part) => part !== undefined).join(' ') || undefined;
}
