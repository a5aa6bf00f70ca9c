import type { JsonObject, JsonValue } from '../../../json/index.ts';
import { lookUp } from '../../../model/index.ts';
import { filled, listOf } from '../../json-parts.ts';
import type { Mapper } from '../mapper.ts';
import type { Mapping } from '../mapping.ts';

import { participantsOf } from '../statement.ts';
import { instructionOf, ownInstruction } from './dosage.ts';
import { containedDevices } from './device.ts';
import {
  authorExtension,
  authorshipOf,
  namedConcept,
  nestedWith,
  noInformation,
  withReason,
  notesOf,
  performersOf,
  reasonsOf,
  refusalOf,
  requestStatus,
  requiredConcept,
  statusMember,
} from './shared.ts';
import { absent } from '../../absent.ts';

/** CDA status → Procedure.status (C-CDA on FHIR, "Procedures"). */
const procedureStatus: Readonly<Record<string, string>> = {
  completed: 'completed',
  active: 'in-progress',
  aborted: 'stopped',
  cancelled: 'not-done',
  suspended: 'on-hold',
  held: 'preparation',
  new: 'preparation',
  nullified: 'entered-in-error',
};

/** The three kinds of Procedure Activity → Procedure (C-CDA on FHIR, "Procedures"). */
export const procedure: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const devices = containedDevices(mapping);
    const { who } = authorshipOf(mapping);
    const performed = mapping.dateOrPeriod('performed', element.at('effectiveTime'));
    const location = mapping.party(participantsOf(element, 'LOC')[0]);
    return {
      resourceType: 'Procedure',
      ...(devices.length > 0 && { contained: devices }),
      ...(mapping.negated && noInformation(mapping, 'procedure') === undefined
        ? { status: 'not-done' }
        : statusMember(mapping, 'status', procedureStatus, 'unknown')),
      ...filled({ code: procedureCode(mapping, devices) }),
      subject: mapping.document.subject,
      ...(Object.keys(performed).length > 0
        ? performed
        : { _performedDateTime: { extension: [absent('unknown')] } }),
      ...filled({
        recorder: who,
        performer: listOf(performersOf(mapping).map((actor) => ({ actor }))),
        location,
        statusReason: mapping.negated ? refusalOf(mapping) : undefined,
        reasonCode: reasonsOf(mapping),
        bodySite: mapping.concepts(element.all('targetSiteCode')),
        outcome: failureOf(mapping),
        note: notesOf(mapping),
        focalDevice: listOf(
          devices.map((_, index) => ({ manipulated: { reference: `#device-${index + 1}` } })),
        ),
      }),
    };
  },
};

/** "Failed attempted procedure" (C-CDA examples, "Procedure Unsuccessful"), with the reason where it is told. */
function failureOf(mapping: Mapping): JsonObject | undefined {
  const act = nestedWith(mapping, { code: '103709008' });
  if (act === undefined) return undefined;
  mapping.include(act);
  mapping.take(act.at('statusCode'));
  const concept = mapping.concept(act.at('code'));
  const words = mapping.words(act.at('text'));
  const name = act.at('code')?.attribute('displayName');
  const text = [name, words].filter((part) => part !== undefined).join(': ');
  return text === '' ? concept : { ...concept, text };
}

/** "No implanted devices", "no procedures": a denial of procedures as such (C-CDA examples) is told in words. */
function procedureCode(mapping: Mapping, devices: readonly JsonObject[]): JsonObject | undefined {
  const code = mapping.element.at('code');
  const isAny = code?.attribute('code') === '71388002' || code?.attribute('code') === undefined;
  const nothing = noInformation(mapping, 'procedure');
  if (!mapping.negated || !isAny || nothing) return withReason(namedConcept(mapping, code), nothing);
  return {
    ...mapping.concept(code),
    text: devices.length > 0 ? 'No known implanted devices' : 'No known procedures',
  };
}

/** CDA mood → intent of a request: what was ordered, proposed, or is only intended. */
const intents: Readonly<Record<string, string>> = { RQO: 'order', PRP: 'proposal' };

/** A procedure, act or observation that is planned, ordered or proposed → ServiceRequest (no official map). */
export const serviceRequest: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const { who, when } = authorshipOf(mapping);
    return {
      resourceType: 'ServiceRequest',
      ...statusMember(mapping, 'status', requestStatus, 'unknown'),
      intent: lookUp(intents, mapping.mood) ?? 'plan',
      ...filled({ category: mapping.concepts(element.all('sdtc:category')) }),
      ...(mapping.negated && { doNotPerform: true }),
      code: requiredConcept(mapping, element.at('code')),
      subject: mapping.document.subject,
      ...filled({
        ...mapping.dateOrPeriod('occurrence', element.at('effectiveTime')),
        ...mapping.dated('authoredOn', when),
        requester: who,
        performer: listOf(performersOf(mapping)),
        reasonCode: reasonsOf(mapping),
        bodySite: mapping.concepts(element.all('targetSiteCode')),
        note: notesOf(mapping),
        patientInstruction: instructionOf(mapping) ?? ownInstruction(mapping),
      }),
    };
  },
};

/** An act of no kind that FHIR has a resource for → Basic: its code, and everything else as sent. */
export const basic: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const note = notesOf(mapping);
    return {
      resourceType: 'Basic',
      extension: listOf([authorExtension(mapping), ...annotations(note)]),
      code: requiredConcept(mapping, element.at('code')),
      subject: mapping.document.subject,
    };
  },
};

function annotations(notes: readonly JsonValue[] | undefined): JsonObject[] {
  return (notes ?? []).map((valueAnnotation) => ({
    url: 'http://hl7.org/fhir/StructureDefinition/annotationType',
    valueAnnotation,
  }));
}
