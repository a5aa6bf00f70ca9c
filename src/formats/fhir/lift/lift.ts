import { isObject, type JsonObject, type JsonValue } from '../../../json/index.ts';
import { isResource, type Resource } from '../../../model/index.ts';
import type { Definitions } from '../definitions/definitions.ts';
import { definitionsOf, typeOf, type FhirVersion } from '../version.ts';
import { asBasic, idOfKind } from './basic.ts';
import { conform } from './conform.ts';
import { dstu2Clinical } from './dstu2-clinical.ts';
import { dstu2Orders } from './dstu2-orders.ts';
import { keptExtensions, type SentPlaces } from './kept.ts';
import { r5Rules } from './r5.ts';
import type { Rule, RuleTools, Rules } from './rule.ts';
import { stu3Claims } from './stu3-claims.ts';
import { stu3Clinical } from './stu3-clinical.ts';
import { stu3Orders } from './stu3-orders.ts';
import { dstu2Rare, stu3Rare } from './rare.ts';

/** A resource in R4's shape. */
export interface Lifted {
  resource: Resource;
  /** How many members R4 has no place for; they are extensions. */
  kept: number;
  /** Kinds of resources that R4 has nothing for, itself or contained: each is a Basic resource, as it was sent. */
  others: string[];
}

interface Step {
  definitions: Definitions;
  rules: Rules;
}

const toR4: Step = {
  definitions: definitionsOf('STU3'),
  rules: together(stu3Clinical, stu3Orders, stu3Claims, stu3Rare),
};

const stepsFrom: Readonly<Record<FhirVersion, readonly Step[]>> = {
  R4: [],
  STU3: [toR4],
  DSTU2: [
    { definitions: definitionsOf('DSTU2'), rules: together(dstu2Clinical, dstu2Orders, dstu2Rare) },
    toR4,
  ],
  R5: [{ definitions: definitionsOf('R5'), rules: r5Rules }],
};

/** The rules of several tables; where two have rules for a type, those of the first come first. */
function together(...tables: readonly Rules[]): Rules {
  const rules: Record<string, Rule[]> = {};
  for (const table of tables) {
    for (const [type, own] of Object.entries(table)) rules[type] = [...(rules[type] ?? []), ...own];
  }
  return rules;
}

/** Types of older releases of which several are one in R4: their ids name the kind too. */
const sharedTypes = ['DiagnosticOrder', 'ProcedureRequest', 'ReferralRequest'];

/** Types of older releases that R4 knows by another name, for the references to them. */
const renamedTypes: Readonly<Record<string, string>> = {
  MedicationOrder: 'MedicationRequest',
  DiagnosticOrder: 'ServiceRequest',
  DeviceUseRequest: 'DeviceRequest',
  ProcedureRequest: 'ServiceRequest',
  ReferralRequest: 'ServiceRequest',
  BodySite: 'BodyStructure',
  Sequence: 'MolecularSequence',
};

/**
 * Lifts a resource of another release into R4 by the rules of `docs/mapping-fhir.md`: what both releases have stays, what
 * has another name or shape is renamed and reshaped, what R4 has no place for is kept in extensions. Nothing is added that
 * the resource does not say. The resource given is not changed.
 */
export function liftResource(resource: Resource, version: FhirVersion): Lifted {
  if (version === 'R4') return { resource, kept: 0, others: [] };
  const places: SentPlaces = new WeakMap();
  let node: JsonObject = version === 'DSTU2' ? withoutComments(resource) : resource;
  let keptByRules = 0;
  for (const step of stepsFrom[version]) {
    const stepping = new Stepping(step, version, places);
    node = stepping.apply(node);
    keptByRules += stepping.kept;
  }
  const type = typeOf(node, 'Resource');
  if (!definitionsOf('R4').isResource(type))
    return { resource: asBasic(resource, version, false), kept: 0, others: [resource.resourceType] };
  const { value, kept, others } = conform(node, type, places);
  const { id } = value;
  if (typeof id === 'string' && sharedTypes.includes(resource.resourceType))
    value['id'] = idOfKind(resource.resourceType, id);
  const relinked = relink(value);
  return { resource: isResource(relinked) ? relinked : resource, kept: kept + keptByRules, others };
}

/** DSTU2 has texts for programmers in any object (`fhir_comments`), which say nothing of the patient. */
function withoutComments(node: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(node)
      .filter(([name]) => name !== 'fhir_comments')
      .map(([name, value]) => {
        if (Array.isArray(value))
          return [name, value.map((item) => (isObject(item) ? withoutComments(item) : item))];
        return [name, isObject(value) ? withoutComments(value) : value];
      }),
  );
}

/** One step from release to release, over the elements of a resource, inner ones first. */
class Stepping {
  /** How many members rules have kept. */
  kept = 0;
  readonly #step: Step;
  readonly #version: FhirVersion;
  readonly #places: SentPlaces;

  constructor(step: Step, version: FhirVersion, places: SentPlaces) {
    this.#step = step;
    this.#version = version;
    this.#places = places;
  }

  apply(resource: JsonObject): JsonObject {
    const type = typeOf(resource, 'Resource');
    return this.#element(resource, type, type);
  }

  #element(node: JsonObject, type: string, path: string): JsonObject {
    const { definitions, rules } = this.#step;
    const made: JsonObject = Object.fromEntries(
      Object.entries(node).map(([name, value]) => {
        const member = definitions.member(type, name);
        if (member === undefined) return [name, value];
        // One value in a list is that value, where the release has no list.
        const single = !member.isList && Array.isArray(value) && value.length === 1 ? value[0] : value;
        return [name, this.#value(single, member.type, `${path}.${name}`)];
      }),
    );
    this.#places.set(made, this.#places.get(node) ?? { version: this.#version, path, type, sent: node });
    for (const rule of Object.hasOwn(rules, type) ? (rules[type] ?? []) : []) rule(made, this.#tools);
    return made;
  }

  #value(value: JsonValue | undefined, type: string, path: string): JsonValue | undefined {
    if (Array.isArray(value)) return value.map((item) => this.#value(item, type, path) ?? null);
    if (!isObject(value)) return value;
    const own = typeOf(value, type);
    return this.#element(value, own, type === 'Resource' ? own : path);
  }

  readonly #tools: RuleTools = {
    keep: (node, name) => this.#keep(node, name, 'extension'),
    keepModifier: (node, name) => this.#keep(node, name, 'modifierExtension'),
  };

  #keep(node: JsonObject, name: string, as: 'extension' | 'modifierExtension'): void {
    if (node[name] === undefined && node[`_${name}`] === undefined) return;
    const kept = keptExtensions(node, name, this.#places.get(node));
    this.kept += 1;
    node[as] = [...[node[as] ?? []].flat(), ...kept];
  }
}

/** References to a type that has another name in R4. */
function relink(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(relink);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      if (name === 'reference' && typeof part === 'string') return [name, renamedReference(part)];
      return [name, part === undefined ? undefined : relink(part)];
    }),
  );
}

/**
 * An address, relative or absolute, under the type that R4 has for the resource it leads to. (R4 §2.3 "Literal
 * references")
 */
export function renamedReference(address: string): string {
  const [, base = '', type = '', id = '', rest = ''] =
    /^(|https?:\/\/.*\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]+)(\/_history\/.+)?$/.exec(address) ?? [];
  const renamed = Object.hasOwn(renamedTypes, type) ? renamedTypes[type] : undefined;
  if (renamed !== undefined)
    return `${base}${renamed}/${sharedTypes.includes(type) ? idOfKind(type, id) : id}${rest}`;
  const isOlder = type !== '' && !definitionsOf('R4').isResource(type) && isOlderType(type);
  return isOlder ? `${base}Basic/${idOfKind(type, id)}${rest}` : address;
}

function isOlderType(type: string): boolean {
  return (['DSTU2', 'STU3', 'R5'] as const).some((version) => definitionsOf(version).isResource(type));
}
