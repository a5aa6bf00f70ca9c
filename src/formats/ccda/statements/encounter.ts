import type { JsonObject } from '../../../json/index.ts';
import { lookUp, type Resource } from '../../../model/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { codingOf } from '../concept.ts';
import { filled, listOf } from '../../json-parts.ts';
import type { Mapper } from '../mapper.ts';
import type { Mapping } from '../mapping.ts';
import { absent } from '../../absent.ts';
import { nullFlavorOf } from '../null-flavor.ts';
import { moodOf, participantsOf, statusOf } from '../statement.ts';
import { instantOf, pointOf } from '../time.ts';
import { absentMember, authorExtension, namedConcept, reasonsOf } from './shared.ts';

const actCode = '2.16.840.1.113883.5.4';
const classes = ['AMB', 'IMP', 'EMER', 'ACUTE', 'NONAC', 'FLD', 'HH', 'OBSENC', 'PRENC', 'SS', 'VR'];

/** Ranges of CPT evaluation codes and the class of visit each is (C-CDA on FHIR, "Encounters"). */
const classOfCpt: readonly (readonly [number, number, string])[] = [
  [99_201, 99_215, 'AMB'],
  [99_221, 99_239, 'IMP'],
  [99_281, 99_285, 'EMER'],
];

/** Statuses that say more than the time of the encounter does (C-CDA on FHIR, "Encounter status"). */
const statuses: Readonly<Record<string, string>> = {
  held: 'planned',
  suspended: 'onleave',
  cancelled: 'cancelled',
  aborted: 'unknown',
  nullified: 'entered-in-error',
};

/** Encounter Activity, and Planned Encounter but for booked appointments → Encounter (C-CDA on FHIR, "Encounters"). */
export const encounter: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const code = element.at('code');
    const people = element.all('performer').flatMap((performer) => {
      const individual = mapping.party(performer);
      return individual === undefined ? [] : { performer, individual };
    });
    const organizations = people.filter((one) => !isPerson(one));
    return {
      resourceType: 'Encounter',
      extension: listOf([authorExtension(mapping)]),
      status: mapping.negated
        ? 'cancelled'
        : mapping.mood === 'EVN'
          ? statusIn(mapping, element)
          : plannedStatus(element),
      class: classOf(code, mapping),
      ...filled({ type: listOf([namedConcept(mapping, code)]) }),
      subject: mapping.document.subject,
      ...filled({
        participant: listOf(
          people
            .filter(isPerson)
            .map(({ performer, individual }) =>
              filled({ type: mapping.concepts(performer.all('functionCode')), individual }),
            ),
        ),
        period: mapping.period(element.at('effectiveTime')),
        reasonCode: reasonsOf(mapping),
        hospitalization: dispositionOf(mapping, element.at('sdtc:dischargeDispositionCode')),
        location: listOf(
          participantsOf(element, 'LOC').map((participant) => {
            const location = mapping.party(participant);
            return location && { location };
          }),
        ),
        serviceProvider: organizations[0]?.individual,
      }),
    };
  },
  adopt(resource, children) {
    const diagnoses = children.filter(
      ({ resourceType, type }) => resourceType === 'Condition' && type !== 'RSON',
    );
    if (diagnoses.length > 0)
      resource['diagnosis'] = diagnoses.map(({ reference }) => ({ condition: { reference } }));
    return diagnoses;
  },
};

/** The header's encompassingEncounter → Encounter. */
export function headerEncounter(mapping: Mapping): Resource {
  const { element } = mapping;
  const facility = element.at('location', 'healthCareFacility');
  const location = mapping.party(facility);
  const participants = [...element.all('responsibleParty'), ...element.all('encounterParticipant')];
  return {
    resourceType: 'Encounter',
    status: statusIn(mapping, element),
    class: classOf(element.at('code'), mapping),
    ...filled({ type: listOf([mapping.concept(element.at('code'))]) }),
    subject: mapping.document.subject,
    ...filled({
      participant: listOf(
        participants.map((participant) => {
          const individual = mapping.party(participant);
          const type = participant.attribute('typeCode');
          const role = type && {
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: type }],
          };
          return individual && filled({ type: listOf([role || undefined]), individual });
        }),
      ),
      period: mapping.period(element.at('effectiveTime')),
      hospitalization: dispositionOf(mapping, element.at('dischargeDispositionCode')),
      location: listOf([location && { location }]),
    }),
  };
}

/** R4 allows an organization as the provider of a visit, and not among its participants. */
function isPerson({ individual }: { individual: JsonObject }): boolean {
  const way = individual['reference'];
  return typeof way !== 'string' || !way.startsWith('Organization/');
}

/** A visit that is planned, until it is cancelled. */
function plannedStatus(element: XmlElement): string {
  return ['cancelled', 'aborted'].includes(statusOf(element) ?? '') ? 'cancelled' : 'planned';
}

function statusIn(mapping: Mapping, element: XmlElement): string {
  const status = statusOf(element) ?? '';
  const told = lookUp(statuses, status);
  if (told !== undefined) return told;
  const time = element.at('effectiveTime');
  if (['completed', 'active'].includes(status)) mapping.take(element.at('statusCode'));
  if (pointOf(time) || time?.at('high')?.attribute('value') !== undefined) return 'finished';
  if (status === 'completed') return 'finished';
  const goesOn = nullFlavorOf(time?.at('high')) === 'NA' || status === 'active';
  return time?.at('low')?.attribute('value') !== undefined && goesOn ? 'in-progress' : 'unknown';
}

/** The class of visit: an ActCode among the codes, else by a CPT code's range; R4 demands one, so else an absence. */
function classOf(code: XmlElement | undefined, mapping: Mapping): JsonObject {
  const all = code === undefined ? [] : [code, ...code.all('translation')];
  const stated = all.find(
    (part) => part.attribute('codeSystem') === actCode && classes.includes(part.attribute('code') ?? ''),
  );
  const coding = stated && codingOf(stated, mapping.document.narrative);
  if (coding) return coding;
  const cpt = Number(
    all.map((part) => part.attribute('code') ?? '').find((value) => /^99[2]\d\d$/.test(value)),
  );
  const known = classOfCpt.find(([from, to]) => cpt >= from && cpt <= to)?.[2];
  return known === undefined
    ? { extension: [absent('unknown')] }
    : { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: known };
}

function dispositionOf(mapping: Mapping, code: XmlElement | undefined): JsonObject | undefined {
  const dischargeDisposition = mapping.concept(code);
  return dischargeDisposition && { dischargeDisposition };
}

/** True for a booked encounter with both its instants: R4 allows no Appointment with less, and a visit may say less. */
export function isAppointment(statement: XmlElement): boolean {
  const time = statement.at('effectiveTime');
  const isInstant = ['low', 'high'].every((end) => instantOf(time?.at(end)) !== undefined);
  return moodOf(statement) === 'APT' && isInstant;
}

/** A booked appointment (Planned Encounter of mood APT) → Appointment (no official map). */
export const appointment: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const time = element.at('effectiveTime');
    const start = mapping.dated('start', time?.at('low'));
    const end = mapping.dated('end', time?.at('high'));
    return {
      resourceType: 'Appointment',
      status: mapping.negated || plannedStatus(element) === 'cancelled' ? 'cancelled' : 'booked',
      ...filled({ serviceType: listOf([namedConcept(mapping, element.at('code'))]) }),
      ...start,
      ...end,
      participant: [
        { actor: mapping.document.subject, ...absentMember('status') },
        ...element.all('performer').flatMap((performer) => {
          const actor = mapping.party(performer);
          return actor === undefined ? [] : { actor, ...absentMember('status') };
        }),
      ],
    };
  },
};
