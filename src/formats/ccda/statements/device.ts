import type { JsonObject } from '../../../json/index.ts';
import { lookUp } from '../../../model/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { filled } from '../../json-parts.ts';
import type { Mapper } from '../mapper.ts';
import type { Mapping } from '../mapping.ts';
import { codeOf, hasTemplate, participantsOf } from '../statement.ts';
import { dated } from '../time.ts';
import { materialOf } from './medicine.ts';
import { authorshipOf, notesOf, requestStatus, requiredConcept, statusMember } from './shared.ts';

const udiRoot = '2.16.840.1.113883.3.3719';
const udiOrganizer = '2.16.840.1.113883.10.20.22.4.311';

/** The devices that a statement names as participants (Product Instance), contained in its resource. */
export function containedDevices(mapping: Mapping): JsonObject[] {
  const roles = [
    ...participantsOf(mapping.element, 'DEV'),
    ...participantsOf(mapping.element, 'PRD'),
  ].flatMap((participant) => participant.all('participantRole'));
  return roles
    .map((role, index) => deviceOf(mapping, role, index, roles.length === 1))
    .filter((device) => device !== undefined);
}

function deviceOf(
  mapping: Mapping,
  role: XmlElement,
  index: number,
  isOnly: boolean,
): JsonObject | undefined {
  const playing = role.at('playingDevice');
  const model = playing?.at('manufacturerModelName')?.text();
  const ids = mapping.identifiers(role) ?? [];
  const carrier = role
    .all('id')
    .find((id) => id.attribute('root') === udiRoot)
    ?.attribute('extension');
  const type = mapping.concept(playing?.at('code'));
  const maker = role.at('scopingEntity', 'desc')?.text();
  if (model !== undefined) mapping.take(playing?.at('manufacturerModelName'));
  if (maker !== undefined) mapping.take(role.at('scopingEntity', 'desc'));
  const parts = isOnly ? udiParts(mapping) : {};
  const found = filled({
    identifier: ids,
    udiCarrier: carrier === undefined ? undefined : [{ carrierHRF: carrier }],
    manufacturer: maker,
    deviceName: model === undefined ? undefined : [{ name: model, type: 'model-name' }],
    type,
    ...parts,
  });
  if (Object.keys(found).length === 0) return undefined;
  return { resourceType: 'Device', id: `device-${index + 1}`, ...found, patient: mapping.document.subject };
}

/** Parts of a UDI by their NCI Thesaurus code, and the member of Device each is. */
const textParts: Readonly<Record<string, string>> = {
  C101672: 'lotNumber',
  C101671: 'serialNumber',
  C113843: 'distinctIdentifier',
  C99285: 'modelNumber',
  C99286: 'partNumber',
  C54131: 'manufacturer',
};
const dateParts: Readonly<Record<string, string>> = { C101669: 'manufactureDate', C101670: 'expirationDate' };

/** The parts of a UDI Organizer (C-CDA UDI templates); what Device has no element for is kept as sent. */
function udiParts(mapping: Mapping): JsonObject {
  const organizer = mapping.facts().find(({ statement }) => hasTemplate(statement, udiOrganizer))?.statement;
  if (organizer === undefined) return {};
  mapping.include(organizer);
  const parts: JsonObject = {};
  for (const { statement } of mapping.facts(organizer)) {
    mapping.include(statement);
    const code = codeOf(statement);
    const value = statement.at('value');
    const text = value?.attribute('extension') ?? value?.text() ?? value?.attribute('value');
    const member = lookUp(textParts, code);
    const dateMember = lookUp(dateParts, code);
    if (member !== undefined && text !== undefined) parts[member] = text;
    else if (dateMember !== undefined) Object.assign(parts, dated(dateMember, value));
    else continue;
    mapping.take(value);
  }
  return parts;
}

const useStatus: Readonly<Record<string, string>> = {
  completed: 'completed',
  active: 'active',
  aborted: 'stopped',
  suspended: 'on-hold',
  nullified: 'entered-in-error',
};

/** Non-Medicinal Supply Activity that was made → DeviceUseStatement (no official map). */
export const deviceUse: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const [device, ...more] = containedDevices(mapping);
    const { who, when } = authorshipOf(mapping);
    const all = device === undefined ? [unnamedDevice(mapping)] : [device, ...more];
    return {
      resourceType: 'DeviceUseStatement',
      contained: all,
      ...statusMember(mapping, 'status', useStatus),
      subject: mapping.document.subject,
      ...filled({
        ...mapping.dateOrPeriod('timing', element.at('effectiveTime')),
        ...mapping.dated('recordedOn', when),
        source: who,
      }),
      device: { reference: '#device-1' },
      ...filled({ note: notesOf(mapping) }),
    };
  },
};

function unnamedDevice(mapping: Mapping): JsonObject {
  const type = requiredConcept(
    mapping,
    materialOf(mapping.element.at('product'))?.at('code') ?? mapping.element.at('code'),
  );
  return { resourceType: 'Device', id: 'device-1', type, patient: mapping.document.subject };
}

/** A supply that is planned or ordered → DeviceRequest (no official map). */
export const deviceRequest: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const devices = containedDevices(mapping);
    const { who, when } = authorshipOf(mapping);
    return {
      resourceType: 'DeviceRequest',
      ...(devices.length > 0 && { contained: devices }),
      ...statusMember(mapping, 'status', requestStatus, 'unknown'),
      intent: mapping.mood === 'RQO' ? 'order' : mapping.mood === 'PRP' ? 'proposal' : 'plan',
      ...(devices.length > 0
        ? { codeReference: { reference: '#device-1' } }
        : {
            codeCodeableConcept: requiredConcept(
              mapping,
              materialOf(element.at('product'))?.at('code') ?? element.at('code'),
            ),
          }),
      subject: mapping.document.subject,
      ...filled({
        ...mapping.dateOrPeriod('occurrence', element.at('effectiveTime')),
        ...mapping.dated('authoredOn', when),
        requester: who,
        performer: mapping.party(element.at('performer')),
        note: notesOf(mapping),
      }),
    };
  },
};
