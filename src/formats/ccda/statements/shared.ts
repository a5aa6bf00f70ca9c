import { isObject, type JsonObject, type JsonValue } from '../../../json/index.ts';
import { lookUp, ourExtensions } from '../../../model/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { noConcept } from '../concept.ts';
import { filled, listOf, nested, present, valued } from '../../json-parts.ts';
import type { Mapping } from '../mapping.ts';
import { absent } from '../../absent.ts';
import { nullFlavorOf } from '../null-flavor.ts';
import {
  codeOf,
  hasTemplate,
  isAside,
  isReaction,
  isStatement,
  nestedStatements,
  statusOf,
  type NestedStatement,
} from '../statement.ts';
import { pointOf } from '../time.ts';

const snomed = 'http://snomed.info/sct';

/** A SNOMED CT code as a Coding. */
export function snomedCoding(code: string, display: string): JsonObject {
  return { system: snomed, code, display };
}

/** A concept of one code of a FHIR or HL7 code system. */
export function conceptOfCode(system: string, code: string): JsonObject {
  return { coding: [{ system, code }] };
}

/** A required primitive of which the source says nothing: its data-absent-reason in the companion member. */
export function absentMember(name: string, reason = 'unknown'): JsonObject {
  return { [`_${name}`]: { extension: [absent(reason)] } };
}

/** A status by a table of CDA status codes; what the table does not know is said to be unknown and kept as sent. */
export function statusMember(
  mapping: Mapping,
  name: string,
  table: Readonly<Record<string, string>>,
  unknown?: string,
): JsonObject {
  const status = statusOf(mapping.element);
  const known = lookUp(table, status);
  if (known !== undefined) {
    mapping.take(mapping.element.at('statusCode'));
    return { [name]: known };
  }
  return unknown === undefined ? absentMember(name) : { [name]: unknown };
}

/** What a statement is called: its code, else what the narrative says of it, else why there is neither. */
export function requiredConcept(mapping: Mapping, element: XmlElement | undefined): JsonObject {
  return namedConcept(mapping, element) ?? noConcept('unknown');
}

/** A concept, or in place of a code without words what the narrative says of the statement. */
export function namedConcept(
  mapping: Mapping,
  element: XmlElement | undefined,
  name?: XmlElement,
): JsonObject | undefined {
  const concept = mapping.concept(element, name);
  if (concept?.['text'] !== undefined || hasDisplay(concept)) return concept;
  const text = statementWords(mapping);
  return text === undefined ? concept : { ...concept, text };
}

/** True when a code of the concept has words: a bare number is no name where the narrative has one. */
export function hasDisplay(concept: JsonObject | undefined): boolean {
  const codings = Array.isArray(concept?.['coding']) ? concept['coding'] : [];
  return codings.some((coding) => isObject(coding) && coding['display'] !== undefined);
}

/**
 * "Nothing is known": the code for a statement that says of itself why it is none (`nullFlavor` on the statement or on the
 * act around it), by the code system of the IPS. Undefined for every other statement.
 */
export function noInformation(mapping: Mapping, kind: string): JsonObject | undefined {
  const isNull = mapping.included.some((statement) => nullFlavorOf(statement) !== undefined);
  if (!isNull) return undefined;
  return {
    system: 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips',
    code: `no-${kind}-info`,
    display: `No information about ${kind === 'allergy' ? 'allergies' : `${kind}s`}`,
  };
}

/** A concept with a coding before its own. */
export function withReason(
  concept: JsonObject | undefined,
  coding: JsonObject | undefined,
): JsonObject | undefined {
  if (coding === undefined) return concept;
  const own = Array.isArray(concept?.['coding']) ? concept['coding'] : [];
  return { ...concept, coding: [coding, ...own] };
}

/** The act around a statement, where the statement is all it tracks: what stands in the act is the statement's too. */
export function ownWrapper(mapping: Mapping): XmlElement[] {
  const { wrapper } = mapping;
  const around = wrapper === undefined ? [] : nestedStatements(wrapper);
  const tracked = around.filter(
    (one) => one.statement.name === 'observation' && !isAside(one.statement) && !isReaction(one),
  );
  return wrapper && tracked.length === 1 ? [wrapper] : [];
}

/** What a statement's `text` says, in the narrative or inline. */
export function statementWords(mapping: Mapping): string | undefined {
  return mapping.words(mapping.element.at('text'));
}

/** Who wrote a statement: the latest author as recorder, the earliest time (C-CDA on FHIR, "Author"). */
export interface Authorship {
  who?: JsonObject | undefined;
  /** The `time` element of the earliest. */
  when?: XmlElement | undefined;
}

export function authorshipOf(mapping: Mapping): Authorship {
  const { element, wrapper } = mapping;
  const own = element.all('author');
  const authors = own.length > 0 ? own : (wrapper?.all('author') ?? []);
  const byTime = authors
    .map((author) => ({ author, time: author.at('time')?.attribute('value') ?? '' }))
    .toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  let who: JsonObject | undefined;
  for (const { author } of byTime.toReversed()) who ??= mapping.person(author);
  const when = byTime.find(({ time }) => time !== '')?.author.at('time');
  return { who, when };
}

/** The same as an extension, for resources that have no element for it. */
export function authorExtension(mapping: Mapping): JsonObject | undefined {
  const { who, when } = authorshipOf(mapping);
  const time = mapping.dated('valueDateTime', when);
  return nested(ourExtensions.author, [
    valued('who', 'valueReference', who),
    Object.keys(time).length === 0 ? undefined : { url: 'when', ...time },
  ]);
}

/** Comments on a statement (C-CDA Comment Activity, CCD Comment, IHE Comment) as FHIR annotations. */
export function notesOf(
  mapping: Mapping,
  statements: readonly XmlElement[] = [mapping.element],
): JsonValue[] | undefined {
  const comments = statements.flatMap((statement) =>
    mapping.facts(statement).filter(({ statement: nestedOne }) => isComment(nestedOne)),
  );
  return listOf(
    comments.map(({ statement }) => {
      const text = mapping.passage(statement.at('text'));
      if (text === undefined) return undefined;
      mapping.include(statement);
      mapping.take(statement.at('code'), statement.at('statusCode'));
      const author = statement.at('author');
      const who = mapping.party(author);
      return filled({
        authorReference: who,
        ...mapping.dated('time', author?.at('time')),
        text,
      });
    }),
  );
}

function isComment(statement: XmlElement): boolean {
  return (
    codeOf(statement) === '48767-8' ||
    hasTemplate(
      statement,
      '2.16.840.1.113883.10.20.22.4.64',
      '2.16.840.1.113883.10.20.1.40',
      '1.3.6.1.4.1.19376.1.5.3.1.4.2',
    )
  );
}

/**
 * The nested statement with the code or one of the templates. Of several the latest; of several that cannot be put in order
 * and do not say the same, none: each is then told by itself.
 */
export function nestedWith(
  mapping: Mapping,
  { code, templates = [], of }: { code?: string; templates?: readonly string[]; of?: XmlElement },
): XmlElement | undefined {
  const found = mapping
    .facts(of)
    .map(({ statement }) => statement)
    .filter(
      (statement) =>
        (code !== undefined && codeOf(statement) === code) || hasTemplate(statement, ...templates),
    );
  if (found.length < 2 || new Set(found.map((one) => one.at('value')?.serialized())).size === 1)
    return found[0];
  const dated = found.flatMap((statement) => {
    const time = statement.at('effectiveTime');
    const literal = (pointOf(time) ?? time?.at('low'))?.attribute('value');
    return literal === undefined ? [] : { statement, literal };
  });
  const [latest, second] = dated.toSorted((a, b) => (a.literal < b.literal ? 1 : -1));
  return dated.length === found.length && latest?.literal !== second?.literal ? latest?.statement : undefined;
}

/** The reasons a statement is related to by RSON, as concepts: each is included. */
export function reasonsOf(mapping: Mapping): JsonValue[] | undefined {
  const reasons = mapping.facts().filter(({ type, statement }) => type === 'RSON' && isReason(statement));
  return listOf(
    reasons.map(({ statement }) => {
      const value = statement.at('value');
      const concept = mapping.concept(value);
      const text = concept === undefined ? mapping.words(statement.at('text')) : undefined;
      if (concept === undefined && text === undefined) return undefined;
      mapping.include(statement);
      mapping.take(statement.at('statusCode'));
      return concept ?? { text };
    }),
  );
}

/** A reason that only names a condition; one with statements or a negation of its own is a resource of its own. */
function isReason(statement: XmlElement): boolean {
  const inside = [...statement.descendants()].slice(1).some(isStatement);
  const isPriority = codeOf(statement) === '225773000';
  return (
    statement.name === 'observation' &&
    !inside &&
    !isPriority &&
    statement.attribute('negationInd') !== 'true'
  );
}

/** References to the performers of a statement. */
export function performersOf(mapping: Mapping): JsonObject[] {
  return present(mapping.element.all('performer').map((performer) => mapping.party(performer)));
}

/** CDA status → status of a request. */
export const requestStatus: Readonly<Record<string, string>> = {
  active: 'active',
  new: 'draft',
  held: 'on-hold',
  suspended: 'on-hold',
  completed: 'completed',
  aborted: 'revoked',
  cancelled: 'revoked',
  nullified: 'entered-in-error',
};

/** Reasons for which something is not given or done (HL7 v3 ActReason). */
const refusals = ['IMMUNE', 'MEDPREC', 'OSTOCK', 'PATOBJ', 'PHILISOP', 'RELIG', 'VACEFF', 'VACSAF'];
/** "Reason care action performed or not" (LOINC), in QRDA's Reason template. */
const reasonOfAction = '77301-0';
const notGivenReason = '2.16.840.1.113883.10.20.22.4.53';

/** True for the reason why something was not given, whatever `negationInd` says of it (seen in exports made after the HL7 sample). */
export function isRefusal({ statement, type }: NestedStatement): boolean {
  const code = statement.at('code')?.attribute('code') ?? '';
  return type === 'RSON' && (hasTemplate(statement, notGivenReason) || refusals.includes(code));
}

/**
 * Why it was not given or done: in the value from C-CDA 4.0, in the code before. `byAnyReason` takes every RSON of what is
 * denied for it.
 */
export function refusalOf(
  mapping: Mapping,
  { byAnyReason = false }: { byAnyReason?: boolean } = {},
): JsonObject | undefined {
  for (const fact of mapping.facts()) {
    const { statement, type } = fact;
    const value = statement.at('value');
    const isOfDenied = (byAnyReason && type === 'RSON') || codeOf(statement) === reasonOfAction;
    const isTold = isRefusal(fact) || (mapping.negated && isOfDenied && value !== undefined);
    if (!isTold) continue;
    const byValue = value?.attribute('code') !== undefined;
    const concept = mapping.concept(byValue ? value : statement.at('code'));
    if (concept === undefined) continue;
    mapping.include(statement);
    if (statusOf(statement) === 'completed') mapping.take(statement.at('statusCode'));
    return concept;
  }
  return undefined;
}
