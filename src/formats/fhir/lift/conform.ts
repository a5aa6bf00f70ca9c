import { isObject, type JsonObject, type JsonValue } from '../../../json/index.ts';
import { absent, dataAbsentUrl } from '../../absent.ts';
import { isPrimitive, type MemberDefinition } from '../definitions/definitions.ts';
import { definitionsOf, typeOf } from '../version.ts';
import { asBasic } from './basic.ts';
import { absentReasonInR4, codingInR4 } from './code-systems.ts';
import { keptExtensions, type SentPlace, type SentPlaces } from './kept.ts';
import { listIn, objectsIn } from './rule.ts';

/** Choices of which R4 demands one, by type: each with the member that says that none is stated. */
const requiredChoices: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  MedicationRequest: { medication: 'medicationCodeableConcept' },
  MedicationStatement: { medication: 'medicationCodeableConcept' },
  MedicationDispense: { medication: 'medicationCodeableConcept' },
  MedicationAdministration: { medication: 'medicationCodeableConcept', effective: 'effectiveDateTime' },
  MedicationIngredient: { item: 'itemCodeableConcept' },
  MedicationRequestSubstitution: { allowed: 'allowedBoolean' },
  Immunization: { occurrence: 'occurrenceDateTime' },
  ImmunizationProtocolApplied: { doseNumber: 'doseNumberString' },
  SubstanceIngredient: { substance: 'substanceCodeableConcept' },
  SupplyRequest: { item: 'itemCodeableConcept' },
  CommunicationPayload: { content: 'contentString' },
  ClaimDiagnosis: { diagnosis: 'diagnosisCodeableConcept' },
  ClaimProcedure: { procedure: 'procedureCodeableConcept' },
  ExplanationOfBenefitDiagnosis: { diagnosis: 'diagnosisCodeableConcept' },
  ExplanationOfBenefitProcedure: { procedure: 'procedureCodeableConcept' },
  GuidanceResponse: { module: 'moduleCodeableConcept' },
};

/** What came of giving an element R4's shape. */
export interface Conformed {
  value: JsonObject;
  /** How many members R4 has no place for; they are extensions now. */
  kept: number;
  /** Kinds of contained resources that R4 has nothing for. */
  others: string[];
}

/**
 * Gives an element R4's shape, member by member: single values for lists and lists for single values, concepts for codes and
 * codings; what R4 does not know, or has no room for, becomes an extension of the element, and what R4 demands and
 * nobody states says that it is absent.
 */
export function conform(node: JsonObject, type: string, places: SentPlaces): Conformed {
  return new Conforming(node, type, places).result();
}

class Conforming {
  readonly #made: JsonObject = {};
  readonly #extensions: JsonObject[] = [];
  #kept = 0;
  readonly #others: string[] = [];
  readonly #type: string;
  readonly #places: SentPlaces;
  readonly #place: SentPlace | undefined;

  constructor(node: JsonObject, type: string, places: SentPlaces) {
    this.#type = type;
    this.#places = places;
    this.#place = places.get(node);
    const names = new Set(Object.keys(node).map((name) => name.replace(/^_/, '')));
    for (const name of names) this.#member(node, name);
    this.#demanded();
    const extension = [...listIn(node, 'extension').flatMap(singleValued), ...this.#extensions].map((one) =>
      this.#inside(one, 'Extension'),
    );
    if (extension.length > 0) this.#carry(extension);
  }

  /** The element with its members in the order of its type. */
  result(): Conformed {
    const ordered: JsonObject = {};
    const own = [...definitionsOf('R4').of(this.#type).keys()];
    for (const name of this.#isResource() ? ['resourceType', ...own] : own) {
      for (const member of [name, `_${name}`])
        if (this.#made[member] !== undefined) ordered[member] = this.#made[member];
    }
    return { value: ordered, kept: this.#kept, others: this.#others };
  }

  #member(node: JsonObject, name: string): void {
    const [value, companion] = [node[name], node[`_${name}`]];
    if (name === 'resourceType' && this.#isResource()) {
      this.#made['resourceType'] = value;
      return;
    }
    if (name === 'extension' || (value === undefined && companion === undefined)) return;
    const member = definitionsOf('R4').member(this.#type, name);
    if (member === undefined) {
      this.#keep(node, name);
      return;
    }
    if (companion !== undefined && isPrimitive(member)) this.#made[`_${name}`] = asShaped(companion, member);
    // An empty text or element says nothing, and FHIR allows none; a list keeps step with what is said beside it.
    const isInStep = member.isList && Array.isArray(companion);
    const items = listIn(node, name).filter((item) => isInStep || !saysNothing(item));
    const fitted = items.map((item) => (saysNothing(item) ? null : this.#fitted(item, member)));
    const good = isInStep ? fitted.map((item) => item ?? null) : fitted.filter((item) => item !== undefined);
    const isTooMany = good.length > 1 && !member.isList;
    const isCutShort = isPrimitive(member) && items.some((item) => isObject(item) && !saysOnlyCode(item));
    // Of several values where R4 has room for one the first is R4's; what does not fit is kept, and all beside it.
    if (fitted.includes(undefined) || isTooMany || isCutShort) this.#keep(node, name);
    const [first] = good.filter((item) => item !== null && !saysNothing(item));
    if (first !== undefined)
      this.#made[name] = member.isList ? good.filter((item) => isInStep || !saysNothing(item)) : first;
    if (!isObject(companion) || isPrimitive(member)) return;
    // What is said about a text (why it is absent) is said about the element that R4 has in its place.
    if (first === undefined) this.#made[name] = asShaped(this.#inside(companion, member.type), member);
    else this.#addExtensions(name, companion);
  }

  /** What was said about a text beside it, on the element that R4 has in its place. */
  #addExtensions(name: string, { extension }: JsonObject): void {
    const found = this.#made[name];
    const element = Array.isArray(found) ? found[0] : found;
    if (!isObject(element) || !Array.isArray(extension)) return;
    element['extension'] = [...listIn(element, 'extension'), ...extension];
  }

  #isResource(): boolean {
    return definitionsOf('R4').isResource(this.#type);
  }

  /** A value in the type that R4 has for it; undefined when it cannot be. */
  #fitted(item: JsonValue, member: MemberDefinition): JsonValue | undefined {
    if (item === null) return null;
    if (isPrimitive(member)) {
      const text = isObject(item) ? codeIn(item, member) : item;
      if (member.codes) return codeOf(text, member.codes);
      return member.type === 'string' && typeof text !== 'string' && text !== undefined ? undefined : text;
    }
    const element = isObject(item) ? inTypeOf(item, member.type) : elementOf(item, member.type);
    if (element === undefined) return undefined;
    const type = typeOf(element, member.type);
    if (member.type !== 'Resource' || definitionsOf('R4').isResource(type))
      return this.#inside(element, type);
    this.#others.push(type);
    return asBasic(this.#places.get(element)?.sent ?? element, this.#place?.version ?? 'R4', true);
  }

  #inside(element: JsonValue, type: string): JsonValue {
    if (!isObject(element)) return element;
    const { value, kept, others } = conform(element, type, this.#places);
    this.#kept += kept;
    this.#others.push(...others);
    return value;
  }

  #keep(node: JsonObject, name: string): void {
    this.#kept += 1;
    this.#extensions.push(...keptExtensions(node, name, this.#place));
  }

  /** Extensions stand where the type has them; a resource without narrative (Binary) has them in its meta. */
  #carry(extension: JsonValue[]): void {
    const definitions = definitionsOf('R4');
    if (definitions.member(this.#type, 'extension')) this.#made['extension'] = extension;
    else {
      const meta = this.#made['meta'];
      this.#made['meta'] = { ...(isObject(meta) && meta), extension };
    }
  }

  /** What R4 demands and is not there. */
  #demanded(): void {
    for (const [name, member] of definitionsOf('R4').of(this.#type)) {
      if (!member.isRequired || this.#made[name] !== undefined || this.#made[`_${name}`] !== undefined)
        continue;
      if (this.#type === 'Extension') continue;
      if (member.codes?.includes('unknown') === true) this.#made[name] = 'unknown';
      else if (isPrimitive(member))
        this.#made[`_${name}`] = asShaped({ extension: [absent('unknown')] }, member);
      else this.#made[name] = asShaped(this.#inside({ extension: [absent('unknown')] }, member.type), member);
    }
    const choices = Object.hasOwn(requiredChoices, this.#type) ? requiredChoices[this.#type] : {};
    for (const [choice, absentAs] of Object.entries(choices ?? {})) {
      if (Object.keys(this.#made).some((name) => name.replace(/^_/, '').startsWith(choice))) continue;
      const member = definitionsOf('R4').member(this.#type, absentAs);
      const nothing = { extension: [absent('unknown')] };
      this.#made[member && isPrimitive(member) ? `_${absentAs}` : absentAs] = nothing;
    }
  }
}

/** True for an empty text, and for an element of nothing but such. */
function saysNothing(item: JsonValue): boolean {
  if (item === '') return true;
  return isObject(item) && Object.values(item).every((value) => value === undefined || value === '');
}

/** An extension has one value; of one that was sent with a list each item is an extension. */
function singleValued(extension: JsonValue): JsonValue[] {
  if (!isObject(extension)) return [extension];
  const name = Object.keys(extension).find((key) => /^value[A-Z]/.test(key) && Array.isArray(extension[key]));
  if (name === undefined) return [extension];
  return [extension[name] ?? []].flat().map((item) => ({ ...extension, [name]: item }));
}

function asShaped(value: JsonValue, member: MemberDefinition): JsonValue | undefined {
  if (member.isList) return Array.isArray(value) ? value : [value];
  return Array.isArray(value) ? value.find((item) => item !== null) : value;
}

/** A code by R4's spelling; undefined for what is none of them. */
function codeOf(text: JsonValue | undefined, codes: readonly string[]): string | undefined {
  if (typeof text !== 'string') return undefined;
  return (
    codes.find((code) => code === text) ??
    codes.find((code) => code.toLowerCase() === text.trim().toLowerCase())
  );
}

/** Of a concept, coding or reference the code or address that R4 has in its place: the first that R4 knows. */
function codeIn(item: JsonObject, { codes }: MemberDefinition): string | undefined {
  const all = [item, ...objectsIn(item, 'coding')]
    .map(({ code }) => code)
    .filter((code) => typeof code === 'string');
  const known = all.find((code) => codes === undefined || codeOf(code, codes) !== undefined);
  const { reference } = item;
  return known ?? (typeof reference === 'string' ? reference : undefined);
}

/** True for a concept, coding or reference that says no more than the code R4 has in its place. */
function saysOnlyCode(item: JsonObject): boolean {
  const [coding, ...more] = [item['coding'] ?? item].flat();
  const beside = item['coding'] === undefined ? [] : Object.keys(item).filter((name) => name !== 'coding');
  const names = isObject(coding) ? Object.keys(coding) : [];
  return (
    more.length === 0 &&
    beside.length === 0 &&
    names.every((name) => ['code', 'system', 'reference'].includes(name))
  );
}

/** A Coding where R4 has a CodeableConcept, and the other way around; a code system by the address R4 gives it. */
function inTypeOf(item: JsonObject, type: string): JsonObject | undefined {
  if (type === 'CodeableConcept' && isCoding(item)) return { coding: [item] };
  if (type === 'Coding' && Array.isArray(item['coding'])) {
    const [coding, ...more] = item['coding'];
    return isObject(coding) && more.length === 0 ? coding : undefined;
  }
  if (type === 'Coding' && typeof item['system'] === 'string') return { ...item, ...codingInR4(item) };
  if (type === 'Extension' && item['url'] === dataAbsentUrl) return withAbsentReason(item);
  if (type === 'Reference' && isObject(item['reference'])) return undefined;
  return item;
}

function withAbsentReason(extension: JsonObject): JsonObject {
  const { valueCode } = extension;
  return { ...extension, ...(typeof valueCode === 'string' && { valueCode: absentReasonInR4(valueCode) }) };
}

function isCoding(item: JsonObject): boolean {
  return (
    item['coding'] === undefined && ['system', 'code', 'display'].some((name) => item[name] !== undefined)
  );
}

/** A text as the element that says no more than it. */
function elementOf(item: JsonValue, type: string): JsonObject | undefined {
  if (typeof item !== 'string') return undefined;
  if (type === 'CodeableConcept' || type === 'Annotation') return { text: item };
  if (type === 'Identifier') return { value: item };
  return undefined;
}
