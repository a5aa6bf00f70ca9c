import { notesOf } from '../annotation.ts';
import { assertionOf, type Assertion } from '../assertion.ts';
import { claimAmount, claimAmounts, isTotalLine, lineAmount } from '../claim-amounts.ts';
import { codesOf, hasCode, nameOf, namesOf, wordOf } from '../coding.ts';
import type { Element } from '../element.ts';
import { distinct, some } from '../list.ts';
import { periodOf } from '../period.ts';
import { quantityText } from '../quantity.ts';
import { referenceName } from '../reference.ts';
import { defineSection, type RowContext } from '../section.ts';

const claimTypes = ['ExplanationOfBenefit', 'Claim', 'ClaimResponse'];

/** Claims and what became of them: ExplanationOfBenefit, Claim and ClaimResponse (R4, CARIN Blue Button). */
export const claims = defineSection({
  name: 'claims',
  title: 'Claims',
  fields: {
    number: { kind: 'text', title: 'Claim number', description: 'The number the payer knows the claim by.' },
    provider: { kind: 'text', title: 'Provider', description: 'Who was paid or asked to be paid.' },
    services: { kind: 'texts', title: 'For', description: 'What was done or dispensed, once each.' },
    billed: { kind: 'text', title: 'Billed', description: 'What the provider charged.' },
    allowed: { kind: 'text', title: 'Allowed', description: 'What the payer accepts as the price.' },
    paid: { kind: 'text', title: 'Paid', description: 'What the payer paid.' },
    share: {
      kind: 'text',
      title: 'Your share',
      description: 'What is left to the person, or was paid by them.',
    },
    amounts: {
      kind: 'texts',
      title: 'Amounts',
      description: 'Every amount the claim states as a whole, under its own name: deductible, coinsurance …',
    },
    decision: { kind: 'text', title: 'Decision', description: 'Paid, denied …, as recorded.' },
    reasons: { kind: 'texts', title: 'Reasons', description: 'Why amounts were adjusted or denied.' },
    procedures: { kind: 'texts', title: 'Procedures', description: 'Procedures as coded on the claim.' },
    diagnoses: { kind: 'texts', title: 'Diagnoses', description: 'What it was for, as coded on the claim.' },
    lines: {
      kind: 'texts',
      title: 'Lines',
      description: 'Each line: service, modifiers, date, quantity, amounts.',
    },
    careTeam: { kind: 'texts', title: 'Care team', description: 'Who took part, each with the role.' },
    information: {
      kind: 'texts',
      title: 'Information',
      description: 'Supporting information, such as days supplied and refills.',
    },
    insurer: { kind: 'text', title: 'Insurer', description: 'Who decided the claim.' },
    insurance: { kind: 'texts', title: 'Insurance', description: 'The coverage it was decided under.' },
    outcome: { kind: 'text', title: 'Outcome', description: 'Outcome of processing, as recorded.' },
    notes: { kind: 'texts', title: 'Notes', description: 'Notes of the payer.' },
  },
  columns: [
    { title: 'From', fields: ['start', 'date'] },
    { title: 'Provider', fields: ['provider'] },
    { title: 'Billed', fields: ['billed'] },
    { title: 'Paid', fields: ['paid'] },
    { title: 'Your share', fields: ['share'] },
    { title: 'For', fields: ['services'] },
    { title: 'Allowed', fields: ['allowed'] },
    { title: 'Decision', fields: ['decision', 'reasons'] },
    { title: 'Diagnoses', fields: ['diagnoses'] },
    { title: 'Number', fields: ['number'] },
  ],
  holds: (resource) => claimTypes.includes(resource.string('resourceType') ?? ''),
  read(resource, context) {
    const type = resource.child('type');
    const items = [...resource.children('item'), ...resource.children('addItem')];
    const services = items.filter((item) => !isTotalLine(item));
    return {
      name: nameOf(type) ?? nameOf(resource.child('subType')),
      codes: codesOf(type),
      assertion: claimAssertion(resource),
      status: 'not stated',
      statusAsRecorded: resource.string('status'),
      ...servicePeriod(resource, items),
      recorded: resource.date('created'),
      number: claimNumber(resource),
      provider: providerOf(resource, context),
      services: some(distinct(services.flatMap((item) => serviceOf(item) ?? []))),
      billed: claimAmount(resource, 'billed'),
      allowed: claimAmount(resource, 'allowed'),
      paid: claimAmount(resource, 'paid'),
      share: claimAmount(resource, 'share'),
      amounts: some(claimAmounts(resource)),
      decision: wordOf(resource.child('payment')?.child('type')) ?? wordOf(resource.child('decision')),
      reasons: some(distinct(reasonsIn(resource, items))),
      procedures: some(resource.children('procedure').flatMap((one) => procedureText(one, context) ?? [])),
      diagnoses: some(
        distinct(resource.children('diagnosis').flatMap((one) => diagnosisOf(one, context) ?? [])),
      ),
      lines: some(items.flatMap((item) => lineText(item) ?? [])),
      careTeam: some([
        ...resource.children('careTeam').flatMap((one) => memberText(one, context) ?? []),
        ...referrerText(resource, context),
      ]),
      information: some(resource.children('supportingInfo').flatMap((one) => informationText(one) ?? [])),
      insurer: whoOf(resource.child('insurer'), context),
      insurance: some(
        resource.children('insurance').flatMap((one) => referenceName(one.child('coverage'), context) ?? []),
      ),
      outcome: resource.string('outcome'),
      notes: some([
        ...resource.children('processNote').flatMap((note) => note.string('text') ?? []),
        ...notesOf(resource),
      ]),
    };
  },
});

/** A preauthorization or an estimate is about services that are still to come (R4 claim-use). */
function claimAssertion(resource: Element): Assertion {
  const assertion = assertionOf(resource);
  const isAhead = ['preauthorization', 'predetermination'].includes(resource.string('use') ?? '');
  return assertion === 'stated' && isAhead ? 'planned' : assertion;
}

/** When the services were: the claim's own period, else the first and last day of its lines. */
function servicePeriod(
  resource: Element,
  items: readonly Element[],
): { start?: string; end?: string; date?: string } {
  const billable = periodOf(resource.child('billablePeriod'));
  if (billable.start !== undefined || billable.end !== undefined) return billable;
  const dates = items
    .flatMap((item) => {
      const { start, end } = periodOf(item.child('servicedPeriod'));
      return [item.date('servicedDate'), start, end];
    })
    .filter((date) => date !== undefined)
    .toSorted();
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined) return {};
  return first === last ? { date: first } : { start: first, end: last };
}

/** CARIN's unique claim id, else the first identifier. */
function claimNumber(resource: Element): string | undefined {
  const identifiers = resource.children('identifier');
  const unique = identifiers.find((one) => hasCode(one.child('type'), ['uc']));
  return (unique ?? identifiers[0])?.string('value');
}

/** Who was paid, by name; the place where it was, by name; else the number of who was paid. */
function providerOf(resource: Element, context: RowContext): string | undefined {
  const provider = resource.child('provider');
  return (
    referenceName(provider, context) ??
    referenceName(resource.child('facility'), context) ??
    identified(provider)
  );
}

/** Somebody by name, else by number, with what kind of number it is. */
function whoOf(reference: Element | undefined, context: RowContext): string | undefined {
  return referenceName(reference, context) ?? identified(reference);
}

/** Somebody who is known by a number only. */
function identified(reference: Element | undefined): string | undefined {
  const identifier = reference?.child('identifier');
  const value = identifier?.string('value');
  if (value === undefined) return undefined;
  const isNpi =
    /us-npi$|npi_num$/.test(identifier?.string('system') ?? '') ||
    hasCode(identifier?.child('type'), ['npi']);
  return isNpi ? `NPI ${value}` : value;
}

/** What a line is for: the product or service, else the kind of cost of an institution (revenue code). */
function serviceOf(item: Element): string | undefined {
  return withCode(item.child('productOrService')) ?? withCode(item.child('revenue'));
}

/** A service by its name and its code, by which it is known on every bill; both of the same coding. */
function withCode(concept: Element | undefined): string | undefined {
  const name = nameOf(concept);
  const code = codesOf(concept).find(
    (one) => one.code !== undefined && one.system?.endsWith('data-absent-reason') !== true,
  );
  if (code?.code === undefined || name === undefined || name.includes(code.code)) return name;
  const own = code.display ?? (codesOf(concept).length === 1 ? name : undefined);
  return own === undefined ? `${code.code} (${name})` : `${code.code} ${own}`;
}

/** A diagnosis with its role: principal, admitting, external cause of injury. */
function diagnosisOf(diagnosis: Element, context: RowContext): string | undefined {
  const name =
    withCode(diagnosis.child('diagnosisCodeableConcept')) ??
    referenceName(diagnosis.child('diagnosisReference'), context);
  const roles = namesOf(diagnosis.children('type')).map((role) => role.toLowerCase());
  return name === undefined || roles.length === 0 ? name : `${name} (${distinct(roles).join(', ')})`;
}

function procedureText(procedure: Element, context: RowContext): string | undefined {
  const name =
    withCode(procedure.child('procedureCodeableConcept')) ??
    referenceName(procedure.child('procedureReference'), context);
  const date = procedure.date('date');
  return name === undefined || date === undefined ? name : `${name}, ${date.slice(0, 10)}`;
}

/** Why amounts were adjusted or denied: of the claim, and of each line with its number. */
function reasonsIn(resource: Element, items: readonly Element[]): string[] {
  const ofClaim = resource.children('adjudication').flatMap((one) => withCode(one.child('reason')) ?? []);
  const ofLines = items.flatMap((item) =>
    item.children('adjudication').flatMap((one) => {
      const reason = withCode(one.child('reason'));
      return reason === undefined ? [] : [`line ${item.decimal('sequence') ?? '?'}: ${reason}`];
    }),
  );
  return [...ofClaim, ...ofLines];
}

function lineText(item: Element): string | undefined {
  const revenue = withCode(item.child('revenue'));
  const service = serviceOf(item);
  const { start, end } = periodOf(item.child('servicedPeriod'));
  const days = start === end ? start : [start, end].filter(Boolean).join(' to ');
  const amounts = (['billed', 'allowed', 'paid', 'share'] as const).flatMap((kind) => {
    const amount = lineAmount(item, kind);
    return amount === undefined ? [] : [`${kind === 'share' ? 'your share' : kind} ${amount}`];
  });
  const quantity = quantityText(item.child('quantity'));
  const parts = [
    service,
    revenue === service ? undefined : revenue && `revenue ${revenue}`,
    ...namesOf(item.children('modifier')).map((modifier) => `modifier ${modifier}`),
    item.date('servicedDate') ?? (days === '' ? undefined : days),
    quantity && `quantity ${quantity}`,
    nameOf(item.child('locationCodeableConcept')),
    ...amounts,
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : undefined;
}

function memberText(member: Element, context: RowContext): string | undefined {
  const who = whoOf(member.child('provider'), context);
  const role = wordOf(member.child('role'));
  return who === undefined || role === undefined ? who : `${who} (${role})`;
}

/** Who referred the person, where the claim names the referral and not the referrer (Medicare's API v1). */
function referrerText(resource: Element, context: RowContext): string[] {
  const requester = context.resolve(resource.child('referral'))?.child('requester');
  const who = whoOf(requester, context);
  return who === undefined ? [] : [`${who} (referring)`];
}

function informationText(information: Element): string | undefined {
  const category = information.child('category');
  const variable = codesOf(category).find(({ code }) => code?.startsWith('https://bluebutton.cms.gov/'));
  const what = variable?.display ?? wordOf(category);
  const period = periodOf(information.child('timingPeriod'));
  const value =
    quantityText(information.child('valueQuantity')) ??
    information.string('valueString') ??
    nameOf(information.child('code')) ??
    information.date('timingDate') ??
    [period.start, period.end].filter(Boolean).join(' to ');
  return what === undefined || value === '' ? undefined : `${what}: ${value}`;
}
