import { systemName } from './code-system.ts';
import type { Element } from './element.ts';
import { extensionsOf } from './extension.ts';
import { ourExtensions } from './extension-urls.ts';

/** One code as recorded: nothing translated, nothing added but `lookedUp`. */
export interface Code {
  system?: string;
  code?: string;
  display?: string;
  /** Its name in a table the person brought, where the source says nothing but the code: not the source's words. */
  lookedUp?: string;
}

/** A code's name in a table the person brought; undefined when that has none. */
export type CodeNames = (code: Code) => string | undefined;

/** The codes of a CodeableConcept, in the order recorded; looked up where neither text nor a display names it. */
export function codesOf(concept: Element | undefined): Code[] {
  if (concept === undefined) return [];
  const codes = concept.children('coding').flatMap((coding) => codeOf(coding) ?? []);
  const isNamed = codes.some(({ display }) => display !== undefined) || concept.string('text') !== undefined;
  return isNamed ? codes : codes.map((code) => withName(code, concept.codeNames));
}

function withName(code: Code, names: CodeNames): Code {
  const name = names(code);
  return name === undefined ? code : { ...code, lookedUp: name };
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
 * What a concept is called: by the source's own words; only without any by a bare code with its system, and the name that
 * is looked up for it. Undefined when nothing is stated.
 */
export function nameOf(concept: Element | undefined): string | undefined {
  return ownNameOf(concept) ?? nameOfCodes(codesOf(concept));
}

/** A concept's name in the source's own words: the display a person selected, the text, the first display. */
export function ownNameOf(concept: Element | undefined): string | undefined {
  if (concept === undefined) return undefined;
  const selected = concept.children('coding').find((coding) => coding.boolean('userSelected') === true);
  const named = namingCodes(codesOf(concept)).find(({ display }) => display !== undefined);
  return selected?.string('display') ?? concept.string('text') ?? named?.display;
}

/** A looked-up name as people see it: behind the code, which is all the source says, and marked. */
function lookedUpName(code: Code): string | undefined {
  return code.lookedUp === undefined ? undefined : `${bareCode(code)} ${code.lookedUp} (looked up)`;
}

/** What a thing with these codes is called by its source; undefined when its name was looked up. */
export function sourceName({ name, codes }: NamedByCodes): string | undefined {
  const isLookedUp = codes.some((code) => code.lookedUp !== undefined && lookedUpName(code) === name);
  return isLookedUp ? undefined : (name ?? undefined);
}

interface NamedByCodes {
  name: string | null | undefined;
  codes: readonly Code[];
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

/** Codes that can name something: a reason for absence is no name. */
function namingCodes(codes: readonly Code[]): Code[] {
  return codes.filter(({ system }) => system !== dataAbsentReason);
}

/** The first looked-up name among codes, else the first code with its system. */
function nameOfCodes(all: readonly Code[]): string | undefined {
  const codes = namingCodes(all);
  const known = codes.find((code) => code.lookedUp !== undefined);
  if (known) return lookedUpName(known);
  const coded = codes.find(({ code }) => code !== undefined);
  return coded && bareCode(coded);
}

function bareCode({ code, system }: Code): string {
  return system === undefined
    ? `code ${code}`
    : `${systemName(system) ?? system.replace(/^http:\/\/terminology\.hl7\.org\/CodeSystem\/(v[23]-)?/, '')} ${code}`;
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
