import { writeJson, type JsonObject } from '../../json/index.ts';
import { ourExtensions, type Resource } from '../../model/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { conceptOf, conceptsOf } from './concept.ts';
import { identifiersOf } from './identifier.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { leftoversOf } from './leftovers.ts';
import type { NarrativeIndex } from './narrative-index.ts';
import { addressesOf, contactsOf, humanNamesOf, nameText } from './person-name.ts';

/** Puts a resource into the reading, and returns a reference to it. */
export type Emit = (resource: Resource, element: XmlElement) => string;

/** Participations and the role each holds. */
const roleNames = [
  'assignedAuthor',
  'assignedEntity',
  'relatedEntity',
  'participantRole',
  'associatedEntity',
  'intendedRecipient',
  'healthCareFacility',
  'relatedSubject',
];

const organizationNames = [
  'representedOrganization',
  'providerOrganization',
  'serviceProviderOrganization',
  'manufacturerOrganization',
  'scopingOrganization',
  'receivedOrganization',
  'representedCustodianOrganization',
  'guardianOrganization',
  'wholeOrganization',
];

/** Role classes of people who are there for the patient and not as professionals (HL7 v3 RoleClass). */
const personalClasses = ['PRS', 'NOK', 'CAREGIVER', 'AGNT', 'ECON', 'GUARD', 'CON', 'GUAR'];

/**
 * The people, organizations, devices and places of a document, each a resource once however often it is named (C-CDA on
 * FHIR, "Participations"): a person with a role or an organization is a Practitioner and a PractitionerRole.
 */
export class Participants {
  readonly #emit: Emit;
  readonly #narrative: NarrativeIndex;
  readonly #subject: JsonObject;
  readonly #patientIds: ReadonlySet<string>;
  readonly #known = new Map<string, string>();

  constructor(emit: Emit, narrative: NarrativeIndex, subject: JsonObject, patientIds: readonly JsonObject[]) {
    this.#emit = emit;
    this.#narrative = narrative;
    this.#subject = subject;
    this.#patientIds = new Set(patientIds.map((id) => writeJson(id)));
  }

  /** The role element of a participation, which `referenceTo` accounts for as a whole. */
  roleOf(participation: XmlElement): XmlElement | undefined {
    const isRole = [...roleNames, ...organizationNames].includes(participation.name);
    return isRole
      ? participation
      : participation
          .elements()
          .find(({ name }) => roleNames.includes(name) || organizationNames.includes(name));
  }

  /** A reference to whoever holds the role, with a name to call them by; undefined when nobody is named. */
  referenceTo(participation: XmlElement): JsonObject | undefined {
    const role = this.roleOf(participation);
    if (role === undefined) return undefined;
    if (organizationNames.includes(role.name)) return this.organization(role);
    switch (role.name) {
      case 'participantRole':
        return this.#participantRole(role);
      case 'healthCareFacility':
        return this.#facility(role);
      case 'relatedEntity':
      case 'relatedSubject':
        return this.#relatedPerson(role, role.at('relatedPerson'));
      case 'associatedEntity':
        return personalClasses.includes(role.attribute('classCode') ?? '')
          ? this.#relatedPerson(role, role.at('associatedPerson'))
          : this.#professional(role, role.at('associatedPerson'), role.at('scopingOrganization'));
      case 'intendedRecipient':
        return this.#professional(role, role.at('informationRecipient'), role.at('receivedOrganization'));
      default:
        return this.#assigned(role);
    }
  }

  /** A reference to an organization, its own whole organization as `partOf`. */
  organization(element: XmlElement | undefined): JsonObject | undefined {
    if (element === undefined) return undefined;
    const name = element.at('name')?.text();
    const whole = element.at('asOrganizationPartOf', 'wholeOrganization');
    const resource = filled({
      identifier: listOf(identifiersOf(element.all('id'))),
      type: listOf(conceptsOf(element.all('standardIndustryClassCode'), this.#narrative)),
      name,
      telecom: listOf(contactsOf(element).map(notAtHome)),
      address: listOf(addressesOf(element).map(notAtHome)),
      partOf: this.organization(whole),
    });
    if (Object.keys(resource).length === 0) return undefined;
    const carried = ['id', 'standardIndustryClassCode', 'name', 'telecom', 'addr', 'asOrganizationPartOf'];
    return this.#reference('Organization', resource, element, carried, name);
  }

  /** The same, where FHIR allows no bare organization: as a role that nobody is named in. */
  personTo(participation: XmlElement): JsonObject | undefined {
    const reference = this.referenceTo(participation);
    const role = this.roleOf(participation);
    if (role === undefined || !isOrganization(reference)) return reference;
    const display = nameOfReference(reference);
    return this.#reference('PractitionerRole', filled({ organization: reference }), role, undefined, display);
  }

  #assigned(role: XmlElement): JsonObject | undefined {
    const device = role.at('assignedAuthoringDevice') ?? role.at('assignedDevice');
    const organization = role.at('representedOrganization');
    if (device) return this.#device(role, device, organization);
    const ids = identifiersOf(role.all('id'));
    if (ids.some((id) => this.#patientIds.has(writeJson(id)))) return this.#subject;
    return this.#professional(role, role.at('assignedPerson'), organization);
  }

  #professional(
    role: XmlElement,
    person: XmlElement | undefined,
    organizationElement: XmlElement | undefined,
  ): JsonObject | undefined {
    const organization = this.organization(organizationElement);
    const code = conceptsOf(role.all('code'), this.#narrative);
    const specialty = conceptsOf(role.all('sdtc:specialty'), this.#narrative);
    const identifier = identifiersOf(role.all('id'));
    const name = person?.all('name').flatMap(humanNamesOf) ?? [];
    if (name.length === 0 && identifier.length === 0 && code.length === 0) return organization;
    const display = nameText(person?.at('name'));
    const contact = { telecom: listOf(contactsOf(role)), address: listOf(addressesOf(role)) };
    const practitioner =
      name.length === 0 && identifier.length === 0
        ? undefined
        : this.#reference(
            'Practitioner',
            filled({ identifier: listOf(identifier), name: listOf(name), ...contact }),
            role,
            [
              'id',
              'addr',
              'telecom',
              'code',
              'sdtc:specialty',
              organizationElement?.name ?? '',
              `${person?.name}/name`,
            ],
            display,
          );
    if (code.length === 0 && organization === undefined && specialty.length === 0) return practitioner;
    const resource = filled({
      practitioner,
      organization,
      code: listOf(code),
      specialty: listOf(specialty),
      ...(practitioner === undefined && contact),
    });
    delete resource['address'];
    return this.#reference(
      'PractitionerRole',
      resource,
      role,
      undefined,
      display ?? nameOfReference(organization),
    );
  }

  #device(
    role: XmlElement,
    device: XmlElement,
    organization: XmlElement | undefined,
  ): JsonObject | undefined {
    const model = device.at('manufacturerModelName')?.text();
    const software = device.at('softwareName')?.text();
    const resource = filled({
      identifier: listOf(identifiersOf(role.all('id'))),
      deviceName: listOf([
        software === undefined ? undefined : { name: software, type: 'user-friendly-name' },
        model === undefined ? undefined : { name: model, type: 'model-name' },
      ]),
      type: conceptOf(device.at('code'), this.#narrative),
      owner: this.organization(organization),
      contact: listOf(contactsOf(role)),
    });
    if (Object.keys(resource).length === 0) return undefined;
    const carried = [
      'id',
      'telecom',
      'representedOrganization',
      `${device.name}/manufacturerModelName`,
      `${device.name}/softwareName`,
      `${device.name}/code`,
    ];
    return this.#reference('Device', resource, role, carried, software ?? model);
  }

  #relatedPerson(role: XmlElement, person: XmlElement | undefined): JsonObject | undefined {
    const relationship = conceptsOf(role.all('code'), this.#narrative);
    if (role.at('code')?.attribute('code') === 'SELF' && person === undefined) return this.#subject;
    const resource = filled({
      patient: this.#subject,
      identifier: listOf(identifiersOf(role.all('id'))),
      relationship: listOf(relationship),
      name: listOf(person?.all('name').flatMap(humanNamesOf) ?? []),
      telecom: listOf(contactsOf(role)),
      address: listOf(addressesOf(role)),
    });
    if (Object.keys(resource).length < 2) return this.organization(role.at('scopingOrganization'));
    const carried = ['id', 'code', 'telecom', 'addr', `${person?.name}/name`];
    return this.#reference('RelatedPerson', resource, role, carried, nameText(person?.at('name')));
  }

  #participantRole(role: XmlElement): JsonObject | undefined {
    if (role.attribute('classCode') === 'SDLOC')
      return this.#location(role, role.at('playingEntity', 'name'));
    const entity = role.at('playingEntity');
    if (entity?.at('name') === undefined) return undefined;
    return this.#relatedPerson(role, entity);
  }

  #facility(role: XmlElement): JsonObject | undefined {
    const place = role.at('location');
    return this.#location(role, place?.at('name'), place, role.at('serviceProviderOrganization'));
  }

  #location(
    role: XmlElement,
    nameElement: XmlElement | undefined,
    place: XmlElement = role,
    organization?: XmlElement,
  ): JsonObject | undefined {
    const name = nameElement?.text();
    const resource = filled({
      identifier: listOf(identifiersOf(role.all('id'))),
      type: listOf(conceptsOf(role.all('code'), this.#narrative)),
      name,
      telecom: listOf(contactsOf(role)),
      address: addressesOf(place)[0],
      managingOrganization: this.organization(organization),
    });
    if (Object.keys(resource).length === 0) return undefined;
    const carried = [
      'id',
      'code',
      'telecom',
      'playingEntity/name',
      'location/name',
      'location/addr',
      'addr',
      'serviceProviderOrganization',
    ];
    return this.#reference('Location', resource, role, carried, name);
  }

  /** The resource as an entry, once; `carried` names the parts it says, the rest is kept as sent. */
  #reference(
    type: string,
    resource: JsonObject,
    element: XmlElement,
    carried: readonly string[] | undefined,
    display: string | undefined,
  ): JsonObject {
    const parts = carried?.flatMap((path) => element.all(...path.split('/'))) ?? [];
    const all = new Set(parts.flatMap((part) => [...part.descendants()]));
    const left = carried === undefined ? [] : leftoversOf(element, all);
    const extension = listOf(left.map((text) => valued(ourExtensions.asSent, 'valueString', text)));
    const whole: Resource = { resourceType: type, ...(extension && { extension }), ...resource };
    const key = writeJson(whole);
    const reference = this.#known.get(key) ?? this.#emit(whole, element);
    this.#known.set(key, reference);
    return filled({ reference, display });
  }
}

function isOrganization(reference: JsonObject | undefined): boolean {
  const way = reference?.['reference'];
  return typeof way === 'string' && way.startsWith('Organization/');
}

/** R4 allows an organization no home (org-2, org-3): the use is left out, the rest is said. */
function notAtHome({ use, ...rest }: JsonObject): JsonObject {
  return use === undefined || use === 'home' ? rest : { use, ...rest };
}

function nameOfReference(reference: JsonObject | undefined): string | undefined {
  const display = reference?.['display'];
  return typeof display === 'string' ? display : undefined;
}
