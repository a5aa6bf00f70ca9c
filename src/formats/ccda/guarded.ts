import { isObject, type JsonObject } from '../../json/index.ts';
import {
  assertionOf,
  codesOf,
  Element,
  isResource,
  lookUp,
  ourExtensions,
  saysNoInformation,
  type Assertion,
  type Resource,
} from '../../model/index.ts';
import { present } from '../json-parts.ts';
import type { Mapping } from './mapping.ts';
import { nullFlavorOf } from './null-flavor.ts';
import { otherSubject, statusOf } from './statement.ts';

/** Resource types whose `verificationStatus` tells that they were entered in error. */
const verified: Readonly<Record<string, string>> = {
  AllergyIntolerance: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification',
  Condition: 'http://terminology.hl7.org/CodeSystem/condition-ver-status',
};

const denied: JsonObject = { url: ourExtensions.negated, valueBoolean: true };

/** Resource types without a status that could tell it. */
const withoutStatus = ['Basic', 'ImmunizationRecommendation'];

/**
 * The last look at a resource before it is given out: what the source denies, has taken back, or says of somebody else never
 * leaves as the positive fact, whatever its mapper did.
 */
export function guarded(mapping: Mapping, resource: Resource): Resource {
  if (mapping.nullified) return inError(withDeniedDevices(resource));
  const about = otherSubject(mapping.element);
  const isTold = resource.resourceType === 'FamilyMemberHistory';
  const isSilent = mapping.negated && !saysDenied(resource);
  const isBrokenOff =
    withoutStatus.includes(resource.resourceType) &&
    ['cancelled', 'aborted'].includes(statusOf(mapping.element) ?? '');
  const told = withModifiers(mapping.negated ? withDeniedDevices(resource) : resource, [
    isSilent || isBrokenOff ? denied : undefined,
    about && !isTold ? { url: ourExtensions.aboutAnother, valueBoolean: true } : undefined,
  ]);
  const flavor = nullFlavorOf(mapping.element) ?? nullFlavorOf(mapping.wrapper);
  return flavor === undefined || saysDenied(told)
    ? told
    : withModifiers(told, [{ url: ourExtensions.notKnown, valueCode: flavor }]);
}

/** True for a resource that is read as no positive fact, by its own members or by a name that says "none". */
function saysDenied(resource: Resource): boolean {
  const assertion = assertionIn(resource);
  return (
    !['stated', 'unconfirmed', 'planned'].includes(assertion) ||
    saysNoInformation(codesOf(conceptIn(resource)))
  );
}

function assertionIn(resource: Resource): Assertion {
  return assertionOf(new Element(resource, () => undefined), conceptIn(resource));
}

/** The concept that names what a resource is about. */
function conceptIn(resource: Resource): Element | undefined {
  const name = ['code', 'vaccineCode', 'medicationCodeableConcept'].find((member) =>
    isObject(resource[member]),
  );
  return name === undefined ? undefined : new Element(resource, () => undefined).child(name);
}

/** A device that was not used, or not implanted, is none of the patient's. */
function withDeniedDevices(resource: Resource): Resource {
  const contained = Array.isArray(resource['contained']) ? resource['contained'] : [];
  if (contained.length === 0) return resource;
  const all = contained.map((one) =>
    isResource(one) && one.resourceType === 'Device' ? withModifiers(one, [denied]) : one,
  );
  return { ...resource, contained: all };
}

function inError(resource: Resource): Resource {
  const { clinicalStatus: _, _status: __, _lifecycleStatus: ___, ...rest } = resource;
  const whole: Resource = { ...rest, resourceType: resource.resourceType };
  const system = lookUp(verified, resource.resourceType);
  if (system !== undefined) {
    return { ...whole, verificationStatus: { coding: [{ system, code: 'entered-in-error' }] } };
  }
  if (withoutStatus.includes(resource.resourceType)) return withModifiers(whole, [denied]);
  const member = resource.resourceType === 'Goal' ? 'lifecycleStatus' : 'status';
  return { ...whole, [member]: 'entered-in-error' };
}

function withModifiers(resource: Resource, modifiers: readonly (JsonObject | undefined)[]): Resource {
  const own = Array.isArray(resource['modifierExtension']) ? resource['modifierExtension'] : [];
  const known = own.map((extension) => JSON.stringify(extension));
  const added = modifiers.filter((one) => one !== undefined && !known.includes(JSON.stringify(one)));
  const all = [...own, ...present(added)];
  return all.length > 0 ? { ...resource, modifierExtension: all } : resource;
}
