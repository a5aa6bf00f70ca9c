import type { JsonObject, JsonValue } from '../../../json/index.ts';
import { lookUp, ourExtensions } from '../../../model/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { encapsulatedText, noConcept } from '../concept.ts';
import { filled, listOf, valued } from '../../json-parts.ts';
import { adoptInto, type Mapper } from '../mapper.ts';
import type { Mapping } from '../mapping.ts';
import { hasTemplate, moodOf, statusOf } from '../statement.ts';
import { dosagesOf } from './dosage.ts';
import { materialOf, medicineOf } from './medicine.ts';
import {
  absentMember,
  authorshipOf,
  namedConcept,
  nestedWith,
  noInformation,
  notesOf,
  isRefusal,
  performersOf,
  reasonsOf,
  refusalOf,
  statusMember,
  withReason,
} from './shared.ts';

/** CDA status → MedicationRequest.status (C-CDA on FHIR, "Medication status"). */
const requestStatus: Readonly<Record<string, string>> = {
  active: 'active',
  suspended: 'on-hold',
  held: 'on-hold',
  aborted: 'stopped',
  cancelled: 'cancelled',
  completed: 'completed',
  nullified: 'entered-in-error',
  new: 'draft',
};

/** CDA mood → intent. A record of what is taken (EVN) is a plan in US Core's reading; its mood is kept beside it. */
const intents: Readonly<Record<string, string>> = {
  EVN: 'plan',
  INT: 'order',
  RQO: 'order',
  PRP: 'proposal',
  PRMS: 'plan',
};

const supplyOrder = [
  '2.16.840.1.113883.10.20.22.4.17',
  '2.16.840.1.113883.10.20.1.34',
  '1.3.6.1.4.1.19376.1.5.3.1.4.7.3',
];
const plannedMedication = '2.16.840.1.113883.10.20.22.4.42';

/** Medication Activity and Planned Medication Activity → MedicationRequest (C-CDA on FHIR, "Medications"). */
export const medication: Mapper = {
  map(mapping) {
    const { element, mood, negated } = mapping;
    const isPlanned =
      mood !== 'EVN' && (mapping.section.kind === 'plan' || hasTemplate(element, plannedMedication));
    const medicine = medicineOf(mapping, element.at('consumable'), {
      denied: negated,
      fallback: consumableAround(element),
    });
    const { who, when } = authorshipOf(mapping);
    const performer = who ?? mapping.person(element.at('performer'));
    const reporter = mapping.party(element.at('informant'));
    return {
      resourceType: 'MedicationRequest',
      ...(medicine.contained && { contained: medicine.contained }),
      extension: listOf([mood === 'EVN' ? valued(ourExtensions.mood, 'valueCode', 'EVN') : undefined]),
      ...(medicationStatus(mapping) ?? statusMember(mapping, 'status', requestStatus, 'unknown')),
      intent: isPlanned && mood !== 'PRP' ? 'plan' : (lookUp(intents, mood) ?? 'plan'),
      ...(negated && { doNotPerform: true }),
      ...(reporter && { reportedReference: reporter }),
      ...medicine.members,
      subject: mapping.document.subject,
      ...filled({
        ...mapping.dated('authoredOn', when),
        requester: performer,
        statusReason: negated ? refusalOf(mapping) : undefined,
        reasonCode: reasonsOf(mapping),
        note: notesOf(mapping),
        dosageInstruction: dosagesOf(mapping),
        dispenseRequest: dispenseRequest(mapping),
      }),
    };
  },
};

/** Values of CCD's medication status observation. R4 has no word for "no longer active" but stopped. */
const statedStatus: Readonly<Record<string, string>> = {
  '55561003': 'active',
  '73425007': 'stopped',
  '410546004': 'stopped',
  '421139008': 'on-hold',
  '392521001': 'completed',
};

/** The same in words. */
const statusWords: Readonly<Record<string, string>> = {
  active: 'active',
  discontinued: 'stopped',
  'no longer active': 'stopped',
  inactive: 'stopped',
  stopped: 'stopped',
  'on hold': 'on-hold',
  'prior history': 'completed',
  completed: 'completed',
};

/** The status that an observation states (CCD R1, C32): it speaks of the medicine, `statusCode` of the entry. */
function medicationStatus(mapping: Mapping): JsonObject | undefined {
  const templates = ['2.16.840.1.113883.10.20.1.47'];
  const statement = nestedWith(mapping, { code: '33999-4', templates });
  const value = statement?.at('value');
  const words =
    value?.attribute('displayName') ?? (value && encapsulatedText(value, mapping.document.narrative));
  const status = lookUp(statedStatus, value?.attribute('code')) ?? lookUp(statusWords, words?.toLowerCase());
  if (status === undefined) return undefined;
  mapping.include(statement);
  return { status };
}

/** The order to supply it: how much, how often again, until when. `repeatNumber` counts the first fill, FHIR does not. */
function dispenseRequest(mapping: Mapping): JsonObject | undefined {
  const order = mapping
    .facts()
    .find(
      ({ statement }) =>
        statement.name === 'supply' && moodOf(statement) !== 'EVN' && hasTemplate(statement, ...supplyOrder),
    )?.statement;
  if (order === undefined) return undefined;
  mapping.include(order);
  const request = supplyMembers(mapping, order);
  return Object.keys(request).length > 0 ? request : undefined;
}

function supplyMembers(mapping: Mapping, order: XmlElement): JsonObject {
  const fills = Number(order.at('repeatNumber')?.attribute('value'));
  const time = order.at('effectiveTime');
  const period = time?.at('period') === undefined ? mapping.period(time) : undefined;
  return filled({
    validityPeriod: period,
    numberOfRepeatsAllowed: Number.isInteger(fills) && fills > 0 ? fills - 1 : undefined,
    quantity: mapping.quantity(order.at('quantity')),
  });
}

/** A supply order that stands alone → MedicationRequest. */
export const medicationSupply: Mapper = {
  map(mapping) {
    const { element, mood } = mapping;
    const medicine = medicineOf(mapping, element.at('product'), { fallback: consumableAround(element) });
    const { who, when } = authorshipOf(mapping);
    return {
      resourceType: 'MedicationRequest',
      ...(medicine.contained && { contained: medicine.contained }),
      ...statusMember(mapping, 'status', requestStatus, 'unknown'),
      intent: mapping.section.kind === 'plan' ? 'plan' : (lookUp(intents, mood) ?? 'order'),
      ...(mapping.negated && { doNotPerform: true }),
      ...medicine.members,
      subject: mapping.document.subject,
      ...filled({
        ...mapping.dated('authoredOn', when),
        requester: who,
        note: notesOf(mapping),
        dispenseRequest: supplyMembers(mapping, element),
      }),
    };
  },
};

/** Status of a dispense: from C-CDA 3.0 the code says it (a FHIR code), before that `statusCode`. */
const dispenseStatus: Readonly<Record<string, string>> = {
  completed: 'completed',
  active: 'in-progress',
  aborted: 'stopped',
  cancelled: 'cancelled',
  suspended: 'on-hold',
  held: 'on-hold',
  nullified: 'entered-in-error',
};
const fhirDispenseStatus = [
  'preparation',
  'in-progress',
  'cancelled',
  'on-hold',
  'completed',
  'entered-in-error',
  'stopped',
  'declined',
  'unknown',
];

/** Medication Dispense → MedicationDispense (no official map: `docs/mapping-ccda.md`). */
export const dispense: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const medicine = medicineOf(mapping, element.at('product'), { fallback: consumableAround(element) });
    const coded = element.at('code')?.attribute('code');
    const isCoded = coded !== undefined && fhirDispenseStatus.includes(coded);
    if (isCoded) mapping.take(element.at('code'));
    const status = isCoded ? { status: coded } : statusMember(mapping, 'status', dispenseStatus, 'unknown');
    const performers = performersOf(mapping);
    const time = element.at('effectiveTime');
    return {
      resourceType: 'MedicationDispense',
      ...(medicine.contained && { contained: medicine.contained }),
      ...status,
      ...medicine.members,
      subject: mapping.document.subject,
      ...filled({
        performer: listOf(performers.map((actor) => ({ actor }))),
        quantity: mapping.quantity(element.at('quantity')),
        daysSupply: daysOf(mapping),
        ...mapping.dated('whenHandedOver', time?.attribute('value') === undefined ? time?.at('low') : time),
        note: notesOf(mapping),
      }),
    };
  },
};

function daysOf(mapping: Mapping): JsonObject | undefined {
  const days = mapping
    .facts()
    .find(
      ({ statement }) =>
        statement.name === 'supply' && hasTemplate(statement, '2.16.840.1.113883.10.20.37.3.10'),
    );
  return days && mapping.quantity(days.statement.at('quantity'));
}

/** The medicine of the administration that a supply belongs to. */
function consumableAround(element: XmlElement): XmlElement | undefined {
  for (let around = element.parent; around !== undefined; around = around.parent) {
    if (around.name === 'substanceAdministration') return around.at('consumable');
  }
  return undefined;
}

/** Immunization Activity → Immunization (C-CDA on FHIR, "Immunizations"). */
export const immunization: Mapper = {
  map(mapping) {
    const { element, negated } = mapping;
    const material = materialOf(element.at('consumable'));
    const medicine = namedConcept(mapping, material?.at('code'), material?.at('name'));
    const lot = mapping.words(material?.at('lotNumberText'));
    const time = element.at('effectiveTime');
    const point = time?.attribute('value') === undefined ? (time?.at('low') ?? time?.at('center')) : time;
    const { when, who } = authorshipOf(mapping);
    const occurrence = mapping.dated('occurrenceDateTime', point);
    const hasDate = Object.keys(occurrence).length > 0;
    const isRefused = !negated && mapping.facts().some(isRefusal);
    return {
      resourceType: 'Immunization',
      extension: listOf([
        who && { url: ourExtensions.author, extension: [{ url: 'who', valueReference: who }] },
        isRefused
          ? valued(
              ourExtensions.asSent,
              'valueString',
              `negationInd="${element.attribute('negationInd') ?? 'false'}"`,
            )
          : undefined,
      ]),
      ...(isRefused ? { status: 'not-done' } : immunizationStatus(mapping)),
      ...filled({ statusReason: refusalOf(mapping, { byAnyReason: true }) }),
      vaccineCode: withReason(medicine ?? noConcept('unknown'), noInformation(mapping, 'immunization')),
      patient: mapping.document.subject,
      ...(hasDate ? occurrence : absentMember('occurrenceDateTime')),
      ...mapping.dated('recorded', when),
      ...absentMember('primarySource'),
      ...filled({
        manufacturer: mapping.party(
          element.at('consumable', 'manufacturedProduct', 'manufacturerOrganization'),
        ),
        lotNumber: lot,
        ...mapping.day('expirationDate', material?.at('sdtc:expirationTime')),
        site: mapping.concept(element.at('approachSiteCode')),
        route: mapping.concept(element.at('routeCode')),
        doseQuantity: mapping.quantity(element.at('doseQuantity')),
        performer: listOf(performersOf(mapping).map((actor) => ({ actor }))),
        note: notesOf(mapping),
        reasonCode: negated ? undefined : reasonsOf(mapping),
        protocolApplied: doseNumber(mapping),
      }),
    };
  },
  adopt: adoptInto(
    'reaction',
    ({ type, resourceType }) => ['CAUS', 'MFST'].includes(type) && resourceType === 'Observation',
    (detail) => ({ detail }),
  ),
};

/**
 * R4 knows completed, not-done and entered-in-error. An immunization that is neither negated nor completed (`active`) has
 * a status R4 cannot say: the official map's not-done would be a refusal that the source does not state.
 */
function immunizationStatus(mapping: Mapping): JsonObject {
  const status = statusOf(mapping.element);
  if (status === 'nullified') return statusMember(mapping, 'status', { nullified: 'entered-in-error' });
  if (mapping.negated) return { status: 'not-done' };
  return statusMember(mapping, 'status', {
    completed: 'completed',
    aborted: 'not-done',
    cancelled: 'not-done',
    held: 'not-done',
    suspended: 'not-done',
    new: 'not-done',
  });
}

/** The dose in its series: `repeatNumber`, or in CCD R1 an observation (30973-2). */
function doseNumber(mapping: Mapping): JsonValue[] | undefined {
  const repeat = mapping.element.at('repeatNumber');
  const observation = mapping
    .facts()
    .find(({ statement }) => statement.at('code')?.attribute('code') === '30973-2')?.statement;
  const element = repeat?.attribute('value') === undefined ? observation?.at('value') : repeat;
  const text = element?.attribute('value') ?? (element && mapping.words(element));
  if (text === undefined) return undefined;
  if (element !== repeat) mapping.include(observation);
  mapping.take(element);
  const number = Number(text);
  return [
    Number.isInteger(number) && number > 0 ? { doseNumberPositiveInt: number } : { doseNumberString: text },
  ];
}
