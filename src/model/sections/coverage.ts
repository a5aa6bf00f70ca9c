import { assertionOf } from '../assertion.ts';
import { codesOf, nameOf, wordOf } from '../coding.ts';
import { currencyOf } from '../currency.ts';
import type { Element } from '../element.ts';
import { some } from '../list.ts';
import { periodOf } from '../period.ts';
import { referenceName, referenceNames } from '../reference.ts';
import { defineSection } from '../section.ts';

/** Insurance and other coverage: Coverage (R4, CARIN Blue Button). */
export const coverage = defineSection({
  name: 'coverage',
  title: 'Coverage',
  grouped: true,
  fields: {
    payors: { kind: 'texts', title: 'Payer', description: 'Who pays.' },
    plans: {
      kind: 'texts',
      title: 'Plan',
      description: 'Plan, group and other classes, each with its kind.',
    },
    memberId: { kind: 'text', title: 'Member number', description: "The number on the person's card." },
    subscriber: { kind: 'text', title: 'Subscriber', description: 'Who holds the policy.' },
    relationship: {
      kind: 'text',
      title: 'Relationship',
      description: 'Relation of the person to the subscriber.',
    },
    kind: { kind: 'text', title: 'Kind', description: 'Kind of coverage, as recorded.' },
    order: { kind: 'text', title: 'Order', description: 'Which coverage pays first.' },
  },
  columns: [
    { title: 'Plan', fields: ['plans'] },
    { title: 'Kind', fields: ['kind'] },
    { title: 'Member number', fields: ['memberId'] },
    { title: 'Subscriber', fields: ['subscriber'] },
    { title: 'From', fields: ['start'] },
    { title: 'To', fields: ['end'] },
    { title: 'Status', fields: ['statusAsRecorded'] },
  ],
  holds: (resource) => resource.string('resourceType') === 'Coverage',
  read(resource, context) {
    const type = resource.child('type');
    const period = periodOf(resource.child('period'));
    const payors = resource.children('payor');
    const names = payors.flatMap(
      (payor) => referenceNames([payor], context)[0] ?? payor.child('identifier')?.string('value') ?? [],
    );
    const plans = resource.children('class').flatMap((one) => classText(one) ?? []);
    return {
      name: names[0] ?? planName(resource) ?? nameOf(type),
      codes: codesOf(type),
      assertion: assertionOf(resource),
      status: currencyOf({ end: period.end, status: resource.string('status'), asOf: context.asOf }),
      statusAsRecorded: resource.string('status'),
      ...period,
      payors: some(names),
      plans: some(plans),
      memberId: resource.string('subscriberId') ?? resource.children('identifier')[0]?.string('value'),
      subscriber: referenceName(resource.child('subscriber'), context),
      relationship: wordOf(resource.child('relationship')),
      kind: nameOf(type),
      order: resource.decimal('order'),
    };
  },
});

/** What the coverage is called where nobody says who pays: its classes by their words, `Medicare, Part A`. */
function planName(resource: Element): string | undefined {
  const words = resource.children('class').flatMap((one) => wordsOfClass(one) ?? []);
  return words.length > 0 ? words.join(', ') : undefined;
}

/** The name of a class and its value, `Gold (0123)`, or the one there is. */
function wordsOfClass(element: Element): string | undefined {
  const [name, value] = [element.string('name'), element.string('value')];
  return name === undefined || value === undefined || name === value ? (name ?? value) : `${name} (${value})`;
}

/** The same with its kind: `plan: Part A`. */
function classText(element: Element): string | undefined {
  const text = wordsOfClass(element);
  const kind = codesOf(element.child('type'))[0]?.code ?? wordOf(element.child('type'));
  return text && (kind === undefined ? text : `${kind}: ${text}`);
}
