import type { JsonObject, JsonValue } from '../../../json/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { lookUp, ourExtensions, saysNone } from '../../../model/index.ts';
import { encapsulatedText, noConcept, together } from '../concept.ts';
import { filled, listOf, valued } from '../../json-parts.ts';
import type { Mapper } from '../mapper.ts';
import type { Mapping } from '../mapping.ts';
import { absent } from '../../absent.ts';
import { nullFlavorOf } from '../null-flavor.ts';
import { isNegated, isReaction, participantsOf, statusOf } from '../statement.ts';
import { pointOf } from '../time.ts';
import { clinicalStatusOf, isBrokenOff } from './condition.ts';
import {
  authorshipOf,
  conceptOfCode,
  nestedWith,
  noInformation,
  notesOf,
  ownWrapper,
  snomedCoding,
  statementWords,
  withReason,
} from './shared.ts';

const clinicalSystem = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';
const verificationSystem = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';

/** Kind of allergy (SNOMED CT) → type and category (C-CDA on FHIR, "Allergy type"). */
const kinds: Readonly<Record<string, { type?: string; category?: string }>> = {
  '414285001': { type: 'allergy', category: 'food' },
  '416098002': { type: 'allergy', category: 'medication' },
  '419199007': { type: 'allergy' },
  '235719002': { type: 'intolerance', category: 'food' },
  '59037007': { type: 'intolerance', category: 'medication' },
  '418471000': { category: 'food' },
  '419511003': { category: 'medication' },
  '418038007': {},
  '420134006': {},
  '426232007': { type: 'allergy', category: 'environment' },
};

/** What the denial of each kind says (C-CDA on FHIR, "No known allergies"). */
const noneOfKind: Readonly<Record<string, readonly [string, string]>> = {
  '414285001': ['429625007', 'No known food allergy'],
  '418471000': ['429625007', 'No known food allergy'],
  '416098002': ['409137002', 'No known drug allergy'],
  '419511003': ['409137002', 'No known drug allergy'],
  '426232007': ['428607008', 'No known environmental allergy'],
};
/** Substances as such: what is denied of them is denied of all. */
const anySubstance = ['105590001', '410942007', '373873005'];

const noneAtAll: readonly [string, string] = ['716186003', 'No known allergy'];

/** Severity (SNOMED CT) → reaction.severity; between two grades the worse counts. */
const severities: Readonly<Record<string, string>> = {
  '255604002': 'mild',
  '6736007': 'moderate',
  '24484000': 'severe',
  '371923003': 'moderate',
  '371924009': 'severe',
  '399166001': 'severe',
};

/** Of these, those that say more than the grade they count as. */
const broader = ['371923003', '371924009', '399166001'];

/** The same in words, for a severity without a code. */
const severityWords: Readonly<Record<string, string>> = {
  mild: 'mild',
  moderate: 'moderate',
  severe: 'severe',
  fatal: 'severe',
  'mild to moderate': 'moderate',
  'moderate to severe': 'severe',
};

const criticalities: Readonly<Record<string, string>> = {
  CRITH: 'high',
  CRITL: 'low',
  CRITU: 'unable-to-assess',
};

const severityTemplates = [
  '2.16.840.1.113883.10.20.22.4.8',
  '2.16.840.1.113883.10.20.1.55',
  '1.3.6.1.4.1.19376.1.5.3.1.4.1',
];

/** Allergy - Intolerance Observation and its kin → AllergyIntolerance (C-CDA on FHIR, "Allergies"). */
export const allergy: Mapper = {
  map(mapping) {
    const { element, wrapper } = mapping;
    const isWrong = [element, wrapper].some((statement) => statement && statusOf(statement) === 'nullified');
    if (statusOf(element) === 'completed') mapping.take(element.at('statusCode'));
    const kind = kindOf(element);
    const substance = substanceOf(mapping, kind === element.at('value')?.attribute('code'));
    const isNone =
      mapping.negated &&
      substance === undefined &&
      noInformation(mapping, 'allergy') === undefined &&
      deniesAll(mapping);
    const known = lookUp(kinds, kind) ?? {};
    const time = element.at('effectiveTime');
    const { who, when } = authorshipOf(mapping);
    const concern = mapping.concern();
    const general = severityStatement(mapping, element);
    const code = withReason(
      isNone ? noKnown(mapping, kind) : (substance ?? nameOnly(mapping)),
      noInformation(mapping, 'allergy'),
    );
    return {
      resourceType: 'AllergyIntolerance',
      extension: listOf([concern, severityExtension(mapping, general), abatement(mapping, time?.at('high'))]),
      ...(isWrong ? {} : { clinicalStatus: clinicalStatus(mapping) }),
      ...filled({
        verificationStatus: isWrong
          ? conceptOfCode(verificationSystem, 'entered-in-error')
          : mapping.negated && !isNone && !deniesItself(code)
            ? conceptOfCode(verificationSystem, 'refuted')
            : isBrokenOff(element)
              ? conceptOfCode(verificationSystem, 'unconfirmed')
              : undefined,
        type: known.type,
        category: listOf([known.category]),
        criticality: criticalityOf(mapping),
        code,
      }),
      patient: mapping.document.subject,
      ...mapping.dated('onsetDateTime', pointOf(time) ?? time?.at('low')),
      ...filled({
        ...mapping.dated('recordedDate', when),
        recorder: who,
        note: notesOf(mapping, mapping.included),
        reaction: reactionsOf(mapping, general),
      }),
    };
  },
};

/** The kind of allergy: C-CDA codes it in the value, CCD and C32 in the code. */
function kindOf(element: XmlElement): string | undefined {
  return ['value', 'code']
    .map((name) => element.at(name)?.attribute('code'))
    .find((code) => code !== undefined && Object.hasOwn(kinds, code));
}

/**
 * What the person is allergic to: the participant that is consumed; failing that, the value where it is no kind of allergy
 * (C32, and vendors who write it there).
 */
function substanceOf(mapping: Mapping, valueIsKind: boolean): JsonObject | undefined {
  const { element } = mapping;
  const substances = participantsOf(element, 'CSM').flatMap((participant): JsonObject[] => {
    const entity = participant.at('participantRole', 'playingEntity');
    const code = entity?.at('code');
    if (mapping.negated && anySubstance.includes(code?.attribute('code') ?? '')) return [];
    const concept = named(mapping, code, entity?.at('name'));
    return concept === undefined ? [] : [concept];
  });
  const [first, ...more] = substances;
  if (first && more.length === 0) return first;
  if (first) return together(substances);
  return valueIsKind ? undefined : named(mapping, element.at('value'));
}

function named(mapping: Mapping, code: XmlElement | undefined, name?: XmlElement): JsonObject | undefined {
  const concept = mapping.concept(code, name);
  return concept?.['coding'] === undefined && concept?.['text'] === undefined ? undefined : concept;
}

/** Words that deny one thing: "Not allergic to penicillin". */
const deniesOne =
  /\b(allergic|allergy|allergies|reactions?|intolerant) to (?!(any|all|drugs?|medications?|foods?|substances?)\b)/i;

/**
 * True where every substance is denied, and not one: the substance is not applicable or not there, and no words name one. A
 * substance that is withheld or that no code fits (`MSK`, `OTH`) is one all the same.
 */
function deniesAll(mapping: Mapping): boolean {
  const entities = participantsOf(mapping.element, 'CSM').flatMap((one) =>
    one.all('participantRole', 'playingEntity'),
  );
  const flavors = entities.flatMap((entity) => [nullFlavorOf(entity), nullFlavorOf(entity.at('code'))]);
  const { narrative } = mapping.document;
  const text = mapping.element.at('text');
  const words = text && encapsulatedText(text, narrative);
  return !flavors.some((flavor) => flavor === 'MSK' || flavor === 'OTH') && !deniesOne.test(words ?? '');
}

/** True where the name is words that deny what they name: a second denial would turn them round. */
function deniesItself(code: JsonObject | undefined): boolean {
  const name = code?.['text'];
  return typeof name === 'string' && saysNone({ name, codes: [] });
}

function nameOnly(mapping: Mapping): JsonObject | undefined {
  const text = statementWords(mapping);
  return text === undefined ? undefined : { text };
}

function noKnown(mapping: Mapping, kind: string | undefined): JsonObject {
  const [code, display] = lookUp(noneOfKind, kind) ?? noneAtAll;
  const words = mapping.words(mapping.element.at('value', 'originalText'));
  return filled({ coding: [snomedCoding(code, display)], text: words });
}

/** R4 demands a clinical status; where the source states none, that it is unknown. */
function clinicalStatus(mapping: Mapping): JsonObject {
  const templates = ['2.16.840.1.113883.10.20.22.4.28', '2.16.840.1.113883.10.20.1.39'];
  const statement = [mapping.element, ...ownWrapper(mapping)]
    .map((of) => nestedWith(mapping, { code: '33999-4', templates, of }))
    .find((found) => found !== undefined);
  const stated = lookUp(clinicalStatusOf, statement?.at('value')?.attribute('code'));
  if (stated !== undefined) mapping.include(statement);
  const concern = mapping.wrapper && statusOf(mapping.wrapper);
  const tracked = { active: 'active', completed: 'inactive', aborted: 'inactive', suspended: 'inactive' };
  const fromConcern = Object.entries(tracked).find(([word]) => word === concern)?.[1];
  const status = stated ?? fromConcern;
  return status === undefined
    ? { extension: [absent('unknown')] }
    : conceptOfCode(
        clinicalSystem,
        ['recurrence', 'relapse'].includes(status) ? 'active' : status === 'remission' ? 'inactive' : status,
      );
}

function abatement(mapping: Mapping, high: XmlElement | undefined): JsonObject | undefined {
  const date = mapping.dated('valueDateTime', high);
  return Object.keys(date).length === 0
    ? undefined
    : { url: 'http://hl7.org/fhir/StructureDefinition/allergyintolerance-abatement', ...date };
}

function criticalityOf(mapping: Mapping): string | undefined {
  const statement = nestedWith(mapping, { code: '82606-5', templates: ['2.16.840.1.113883.10.20.22.4.145'] });
  const criticality = lookUp(criticalities, statement?.at('value')?.attribute('code'));
  if (criticality !== undefined) mapping.include(statement);
  return criticality;
}

/**
 * Reactions, those beside the only allergy of an act too; each with its own severity, else the allergy's. A severity of the allergy without any reaction stands on a
 * reaction that is not known: R4 has no other place, and it must not be lost.
 */
function reactionsOf(mapping: Mapping, severity: XmlElement | undefined): JsonValue[] | undefined {
  const general = severityIn(mapping, severity);
  const statements = [mapping.element, ...ownWrapper(mapping)]
    .flatMap((of) => mapping.facts(of))
    .filter((one) => isReaction(one) && !isNegated(one.statement))
    .map(({ statement }) => statement);
  const reactions = statements.map((statement) => reactionOf(mapping, statement, general));
  if (reactions.length === 0 && general !== undefined)
    return [{ manifestation: [noConcept('unknown')], severity: general }];
  return listOf(reactions);
}

function reactionOf(mapping: Mapping, statement: XmlElement, general: string | undefined): JsonObject {
  mapping.include(statement);
  const concept = mapping.concept(statement.at('value'));
  const words = mapping.words(statement.at('text'));
  const says = concept?.['coding'] !== undefined || concept?.['text'] !== undefined;
  const manifestation = says
    ? concept
    : words === undefined
      ? noConcept('unknown')
      : { ...concept, text: words };
  const time = statement.at('effectiveTime');
  if (statusOf(statement) === 'completed') mapping.take(statement.at('statusCode'));
  const found = severityStatement(mapping, statement);
  const severity = severityIn(mapping, found);
  return filled({
    extension: listOf([severityBetween(mapping, found, severity)]),
    manifestation: [manifestation],
    ...mapping.dated('onset', pointOf(time) ?? time?.at('low')),
    severity: severity ?? general,
    note: notesOf(mapping, [statement]),
  });
}

/** The severity of a reaction in the source's words, where FHIR's three grades say it otherwise: "mild to moderate". */
function severityBetween(
  mapping: Mapping,
  found: XmlElement | undefined,
  grade: string | undefined,
): JsonObject | undefined {
  const code = found?.at('value')?.attribute('code');
  if (found === undefined || grade === undefined || code === undefined || !broader.includes(code))
    return undefined;
  return valued(ourExtensions.severity, 'valueCodeableConcept', severityConcept(mapping, found));
}

/** The severity of the allergy as such, in its own words: R4 has none but that of a reaction. */
function severityExtension(mapping: Mapping, found: XmlElement | undefined): JsonObject | undefined {
  const concept = found && severityConcept(mapping, found);
  if (concept === undefined) return undefined;
  mapping.include(found);
  return valued(ourExtensions.severity, 'valueCodeableConcept', concept);
}

/** A severity in its code's words, else in those of the narrative (VA). */
function severityConcept(mapping: Mapping, found: XmlElement): JsonObject | undefined {
  const concept = mapping.concept(found.at('value'));
  if (concept?.['coding'] !== undefined || concept?.['text'] !== undefined) return concept;
  const text = mapping.words(found.at('text'));
  return text === undefined ? undefined : { ...concept, text };
}

/** The severity observation of a statement; one that stands beside the only allergy of an act is the allergy's. */
function severityStatement(mapping: Mapping, statement: XmlElement): XmlElement | undefined {
  const places = [statement, ...(statement === mapping.element ? ownWrapper(mapping) : [])];
  return places
    .map((of) => nestedWith(mapping, { code: 'SEV', templates: severityTemplates, of }))
    .find((found) => found !== undefined);
}

function severityIn(mapping: Mapping, found: XmlElement | undefined): string | undefined {
  const value = found?.at('value');
  const text = found?.at('text');
  const written = text && encapsulatedText(text, mapping.document.narrative);
  const words = (value?.attribute('displayName') ?? written ?? '').toLowerCase();
  const severity = lookUp(severities, value?.attribute('code')) ?? lookUp(severityWords, words);
  if (severity !== undefined) mapping.include(found);
  return severity;
}
