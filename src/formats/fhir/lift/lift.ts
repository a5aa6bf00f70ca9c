import { isObject, writeJson, type JsonObject, type JsonValue } from '../../../json/index.ts';
import { isResource, ourExtensions, type Resource } from '../../../model/index.ts';
import type { Definitions } from '../definitions/definitions.ts';
import { definitionsOf, typeOf, type FhirVersion } from '../version.ts';
import { conform } from './conform.ts';
import { dstu2Clinical } from './dstu2-clinical.ts';
import { dstu2Orders } from './dstu2-orders.ts';
import { keptExtensions, type SentPlaces } from './kept.ts';
import { r5Rules } from './r5.ts';
import type { Rules, RuleTools } from './rule.ts';
import { stu3Claims } from './stu3-claims.ts';
import { stu3Clinical } from './stu3-clinical.ts';
import { stu3Orders } from './stu3-orders.ts';

/** A resource in R4's shape. */
export interface Lifted {
  resource: Resource;
  /** How many members R4 has no place for; they are extensions. */
  kept: number;
  /** False for a kind of resource that R4 has nothing for: it is inside a Basic resource, as it was sent. */
  isLifted: boolean;
}

interface Step {
  definitions: Definitions;
  rules: Rules;
}

const toR4: Step = {
  definitions: definitionsOf('STU3'),
  rules: { ...stu3Clinical, ...stu3Orders, ...stu3Claims },
};

const stepsFrom: Readonly<Record<FhirVersion, readonly Step[]>> = {
  R4: [],
  STU3: [toR4],
  DSTU2: [{ definitions: definitionsOf('DSTU2'), rules: { ...dstu2Clinical, ...dstu2Orders } }, toR4],
  R5: [{ definitions: definitionsOf('R5'), rules: r5Rules }],
};

/** Types of older releases that R4 knows by another name, for the references to them. */
const renamedTypes: Readonly<Record<string, string>> = {
  MedicationOrder: 'MedicationRequest',
  DiagnosticOrder: 'ServiceRequest',
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
  if (version === 'R4') return { resource, kept: 0, isLifted: true };
  const places: SentPlaces = new WeakMap();
  let node: JsonObject = resource;
  for (const step of stepsFrom[version]) node = new Stepping(step, version, places).apply(node);
  const type = typeOf(node, 'Resource');
  if (!definitionsOf('R4').isResource(type))
    return { resource: asBasic(resource, version), kept: 0, isLifted: false };
  const { value, kept } = conform(node, type, places);
  const relinked = relink(value);
  return { resource: isResource(relinked) ? relinked : resource, kept, isLifted: true };
}

/** One step from release to release, over the elements of a resource, inner ones first. */
class Stepping {
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
    const made: JsonObject = {};
    for (const [name, value] of Object.entries(node)) {
      if (name === 'fhir_comments') continue;
      const member = definitions.member(type, name.replace(/^_/, ''));
      made[name] =
        member === undefined || name.startsWith('_')
          ? value
          : this.#value(value, member.type, `${path}.${name}`);
    }
    this.#places.set(made, this.#places.get(node) ?? { version: this.#version, path, type });
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
    keep: (node, name) => {
      if (node[name] === undefined) return;
      const kept = keptExtensions(node, name, this.#places.get(node));
      node['extension'] = [...[node['extension'] ?? []].flat(), ...kept];
    },
  };
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

function renamedReference(reference: string): string {
  const [, type = '', rest = ''] = /^([A-Za-z]+)(\/.+)$/.exec(reference) ?? [];
  if (Object.hasOwn(renamedTypes, type)) return `${renamedTypes[type]}${rest}`;
  return type === '' || definitionsOf('R4').isResource(type) || !isOlderType(type)
    ? reference
    : `Basic${rest}`;
}

function isOlderType(type: string): boolean {
  return (['DSTU2', 'STU3', 'R5'] as const).some((version) => definitionsOf(version).isResource(type));
}

/** A resource of a kind that R4 has nothing for, as it was sent, in R4's resource for what has no other. */
function asBasic(resource: Resource, version: FhirVersion): Resource {
  const { id, meta, text } = resource;
  const subject = [resource['subject'], resource['patient']].find((one) => isObject(one));
  return {
    resourceType: 'Basic',
    ...(id !== undefined && { id }),
    ...(isObject(meta) && { meta: conform(meta, 'Meta', new WeakMap()).value }),
    ...(isObject(text) && { text: conform(text, 'Narrative', new WeakMap()).value }),
    extension: [{ url: ourExtensions.asSent, valueString: writeJson(resource) }],
    code: { text: `${resource.resourceType} (FHIR ${version})` },
    ...(isObject(subject) && { subject: conform(subject, 'Reference', new WeakMap()).value }),
  };
}
