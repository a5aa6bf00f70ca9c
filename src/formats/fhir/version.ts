import { isObject, type JsonObject, type JsonValue } from '../../json/index.ts';
import type { FhirRelease, Resource } from '../../model/index.ts';
import { Definitions, isPrimitive } from './definitions/definitions.ts';
import { dstu2 } from './definitions/dstu2.ts';
import { r4 } from './definitions/r4.ts';
import { r5 } from './definitions/r5.ts';
import { stu3 } from './definitions/stu3.ts';
import { olderCodes } from './older-codes.ts';

/** A release that files are read in. */
export type FhirVersion = FhirRelease;

/** The releases, the likeliest first: of two that fit equally well the first is taken. Misfits are counted in this order. */
export const fhirVersions: readonly FhirVersion[] = ['R4', 'STU3', 'DSTU2', 'R5'];

const tables: Readonly<Record<FhirVersion, string>> = { R4: r4, STU3: stu3, DSTU2: dstu2, R5: r5 };
const made = new Map<FhirVersion, Definitions>();

/** The types of a release. */
export function definitionsOf(version: FhirVersion): Definitions {
  const known = made.get(version) ?? new Definitions(tables[version]);
  made.set(version, known);
  return known;
}

/** More than all members of any resource: a type that a release does not have fits it worse than any shape. */
const unknownType = 1000;

/** True for a code of a release that is older than the one asked for. */
function isOlderCode(
  type: string,
  name: string,
  value: JsonValue | undefined,
  version: FhirVersion,
): boolean {
  const codes = olderCodes[`${type}.${name}`];
  if (codes === undefined || typeof value !== 'string' || !Object.hasOwn(codes, value)) return false;
  return version === 'R4' || version === 'R5' || (version === 'STU3' && codes[value] === 'DSTU2');
}

/**
 * Members by which older releases deny the whole statement. A resource that has one is read by the rules that know it,
 * whatever else of it is in R4's shape.
 */
const denials = ['notDone', 'notGiven', 'wasNotGiven', 'notPerformed', 'wasNotTaken', 'taken'];
/** More than the rest of a resource's shape is likely to weigh: who reads it otherwise shows the denied as a fact. */
const unknownDenial = 20;

/** A member that a release does not know, or knows as something else altogether, weighs as three lists in the wrong place. */
export const wrongKind = 3;

/** How much of a resource is not as a release has it: members it does not know, lists for single values, texts for objects. */
export function misfitOf(resource: Resource, version: FhirVersion): number {
  const definitions = definitionsOf(version);
  const { resourceType } = resource;
  return definitions.isResource(resourceType)
    ? misfitIn(resource, resourceType, version, definitions)
    : unknownType;
}

function misfitIn(node: JsonObject, type: string, version: FhirVersion, definitions: Definitions): number {
  let count = 0;
  for (const [name, value] of Object.entries(node)) {
    // A text of DSTU2 for programmers, which no release knows as an element.
    if (name === 'resourceType' || name === 'fhir_comments' || name.startsWith('_')) continue;
    const member = definitions.member(type, name);
    if (member === undefined) {
      count += denials.includes(name) ? unknownDenial : wrongKind;
      continue;
    }
    const items = Array.isArray(value) ? value : [value];
    const isOfKind = items.every((item) => item === null || isObject(item) !== isPrimitive(member));
    if (!isOfKind) count += wrongKind;
    else if (Array.isArray(value) !== member.isList) count += 1;
    for (const item of items) {
      if (isOlderCode(type, name, item, version)) count += 1;
      if (type === 'Reference' && name === 'reference' && !isKnownTarget(item, definitions)) count += 1;
      if (isOfKind && isObject(item))
        count += misfitIn(item, typeOf(item, member.type), version, definitions);
    }
  }
  return count;
}

/** False for a reference to a kind of resource that the release does not have. */
function isKnownTarget(reference: JsonValue | undefined, definitions: Definitions): boolean {
  const type = typeof reference === 'string' ? /^([A-Z][A-Za-z]+)\/[^/]+$/.exec(reference)?.[1] : undefined;
  return type === undefined || definitions.isResource(type);
}

/** The type of a member's value: a resource says itself which it is. */
export function typeOf(item: JsonValue | undefined, declared: string): string {
  if (declared !== 'Resource' || !isObject(item)) return declared;
  return typeof item['resourceType'] === 'string' ? item['resourceType'] : declared;
}

/** The most that one resource counts among many: two members that a release does not know. */
const oneVote = 6;

/** How much a resource misfits each release, asked for when needed. */
export type Misfit = (version: FhirVersion) => number;

/**
 * Chooses the release each resource is written in: the one it fits best, and where it fits several equally well, the one
 * that all of the source's resources so far fit best.
 */
export class VersionChoice {
  readonly #together = fhirVersions.map(() => 0);
  readonly #stated: FhirVersion | undefined;

  /** @param stated The release that something beside the resources states. */
  constructor(stated?: FhirVersion) {
    this.#stated = stated;
  }

  /** The releases of resources that stand in one text. */
  of(misfits: readonly Misfit[]): FhirVersion[] {
    const toR4 = misfits.map((misfit) => misfit('R4'));
    const isAllR4 = [...toR4, ...this.#together].every((count) => count === 0);
    if (isAllR4 && (this.#stated ?? 'R4') === 'R4') return misfits.map(() => 'R4');
    const counts = misfits.map((misfit, index) => {
      const before = [toR4[index] ?? 0, misfit('STU3'), misfit('DSTU2')];
      // Of what an older release has as it is nobody asks whether R5 has it too.
      return [...before, before.includes(0) ? 1 : misfit('R5')];
    });
    for (const count of counts) {
      // Each resource has one vote, however badly it fits.
      for (const [at, more] of count.entries())
        this.#together[at] = (this.#together[at] ?? 0) + Math.min(more, oneVote);
    }
    const overall = this.#stated ?? bestOf(this.#together, undefined);
    return counts.map((count) => bestOf(count, overall));
  }
}

function bestOf(counts: readonly number[], preferred: FhirVersion | undefined): FhirVersion {
  const least = Math.min(...counts);
  const best = fhirVersions.filter((_, at) => counts[at] === least);
  // What R4 and R5 have alike needs no lifting.
  const isOlder = preferred === 'STU3' || preferred === 'DSTU2';
  return isOlder && best.includes(preferred) ? preferred : (best[0] ?? 'R4');
}
