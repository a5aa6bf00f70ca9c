import type { Element } from './element.ts';
import { extensionsOf } from './extension.ts';
import { ourExtensions } from './extension-urls.ts';
import { lookUp } from './look-up.ts';

/** One code as recorded: nothing translated, nothing added. */
export interface Code {
  system?: string;
  code?: string;
  display?: string;
}

/** Names people know code systems by; any other system shows as its URI. */
const systemNames: Readonly<Record<string, string>> = {
  'http://loinc.org': 'LOINC',
  'http://snomed.info/sct': 'SNOMED CT',
  'http://www.nlm.nih.gov/research/umls/rxnorm': 'RxNorm',
  'http://hl7.org/fhir/sid/ndc': 'NDC',
  'http://hl7.org/fhir/sid/cvx': 'CVX',
  'http://hl7.org/fhir/sid/icd-10-cm': 'ICD-10-CM',
  'http://hl7.org/fhir/sid/icd-10': 'ICD-10',
  'http://hl7.org/fhir/sid/icd-9-cm': 'ICD-9-CM',
  'http://www.cms.gov/Medicare/Coding/ICD10': 'ICD-10-PCS',
  'http://www.ama-assn.org/go/cpt': 'CPT',
  'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets': 'HCPCS',
  'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets': 'HCPCS',
  'https://bluebutton.cms.gov/resources/codesystem/hcpcs': 'HCPCS',
  'https://bluebutton.cms.gov/resources/variables/hcpcs_cd': 'HCPCS',
  'https://www.nubc.org/CodeSystem/RevenueCodes': 'revenue code',
  'http://www.ada.org/cdt': 'CDT',
  'http://unitsofmeasure.org': 'UCUM',
  'http://fdasis.nlm.nih.gov': 'UNII',
};

/** The codes of a CodeableConcept, in the order recorded. */
export function codesOf(concept: Element | undefined): Code[] {
  return concept?.children('coding').flatMap((coding) => codeOf(coding) ?? []) ?? [];
}

/** A Coding as a code; undefined when it states nothing. */
export function codeOf(coding: Element | undefined): Code | undefined {
  const system = coding?.string('system');
  const code = coding?.string('code');
  const display = coding?.string('display');
  if (system === undefined && code === undefined && display === undefined) return undefined;
  return { ...(system && { system }), ...(code && { code }), ...(display && { display }) };
}

/**
 * What a concept is called, in the source's own words: the display a person selected, the text, the first display,
 * and only then a bare code with its system. Undefined when nothing is stated.
 */
export function nameOf(concept: Element | undefined): string | undefined {
  if (concept === undefined) return undefined;
  const selected = concept.children('coding').find((coding) => coding.boolean('userSelected') === true);
  return selected?.string('display') ?? concept.string('text') ?? nameOfCodes(codesOf(concept));
}

/** Places on the body, each with what its code is qualified by: "Leg, Left". */
export function sitesOf(concepts: readonly Element[]): string[] {
  return concepts.flatMap((concept) => {
    const qualifiers = extensionsOf(concept, ourExtensions.qualifier).flatMap(
      (qualifier) => nameOf(extensionsOf(qualifier, 'value')[0]?.child('valueCodeableConcept')) ?? [],
    );
    const name = nameOf(concept);
    const parts =
      name === undefined ? qualifiers : [name, ...qualifiers.filter((part) => !name.includes(part))];
    return parts.join(', ') || [];
  });
}

/** The code system of the reasons why something is missing (R4): its codes name nothing. */
export const dataAbsentReason = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';

/** The first display among codes, else the first code with its system; a reason for absence is no name. */
function nameOfCodes(all: readonly Code[]): string | undefined {
  const codes = all.filter(({ system }) => system !== dataAbsentReason);
  const named = codes.find(({ display }) => display !== undefined);
  if (named) return named.display;
  const coded = codes.find(({ code }) => code !== undefined);
  return coded && bareCode(coded);
}

function bareCode({ code, system }: Code): string {
  return system === undefined
    ? `code ${code}`
    : `${lookUp(systemNames, system) ?? system.replace(/^http:\/\/terminology\.hl7\.org\/CodeSystem\/(v[23]-)?/, '')} ${code}`;
}

/**
 * The words by which a status concept can be known, as codes are written (`entered-in-error`): its codes, its displays
 * and its text, for sources that state no code; also of a plain code in the concept's place (FHIR before R4).
 */
export function statusWords(resource: Element, name: string): string[] {
  if (resource.value[name] === undefined) return [];
  if (typeof resource.value[name] === 'string') return [asCode(resource.string(name) ?? '')];
  // Where two stand in the place of one, both count: one of them may take the fact back.
  const concepts = Array.isArray(resource.value[name]) ? resource.children(name) : [resource.child(name)];
  const codes = concepts.flatMap(codesOf);
  const words = [
    ...codes.map(({ code }) => code),
    ...codes.map(({ display }) => display),
    ...concepts.map((concept) => concept?.string('text')),
  ];
  return words.flatMap((word) => (word === undefined ? [] : [asCode(word)]));
}

function asCode(word: string): string {
  return word.trim().toLowerCase().replaceAll(/\s+/g, '-');
}

/** A concept of a fixed value set (a status, a category): its words, else the code itself, which reads as a word. */
export function wordOf(concept: Element | undefined): string | undefined {
  const codes = codesOf(concept);
  const display = codes.find((code) => code.display !== undefined)?.display;
  return concept?.string('text') ?? display ?? codes.find(({ code }) => code !== undefined)?.code;
}

/** The words of a repeating concept of a fixed value set. */
export function wordsOf(concepts: readonly Element[]): string[] {
  return concepts.flatMap((concept) => wordOf(concept) ?? []);
}

/** The names of a repeating CodeableConcept. */
export function namesOf(concepts: readonly Element[]): string[] {
  return concepts.flatMap((concept) => nameOf(concept) ?? []);
}

/** True when one of the concept's codings has one of the codes, whatever its system. */
export function hasCode(concept: Element | undefined, codes: readonly string[]): boolean {
  return codesOf(concept).some(({ code }) => code !== undefined && codes.includes(code));
}
