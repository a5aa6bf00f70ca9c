import { isObject, type JsonObject } from '../../json/index.ts';
import { ourExtensions } from '../../model/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { systemOf } from './code-system.ts';
import { filled, filledOrNone, listOf, nested, present, valued } from '../json-parts.ts';
import type { NarrativeIndex } from './narrative-index.ts';
import { lineText } from './narrative.ts';
import { flavorExtension, nullFlavorOf } from './null-flavor.ts';

/**
 * A CD, CE, CV, CO or CS as a FHIR CodeableConcept (C-CDA on FHIR, "CDA coding → FHIR CodeableConcept"): the code, then its
 * translations, in the words the source gives them; a null flavour beside them is kept. Undefined when nothing is said.
 */
export function conceptOf(
  code: XmlElement | undefined,
  narrative: NarrativeIndex,
  name?: string,
): JsonObject | undefined {
  if (code === undefined) return undefined;
  const all = [code, ...code.all('translation')];
  return filledOrNone({
    extension: listOf([flavorExtension(code), ...all.flatMap((part) => qualifiersOf(part, narrative))]),
    coding: listOf(all.map((part) => codingOf(part, narrative))),
    text: conceptText(code, narrative, name),
  });
}

/** The concepts among elements. */
export function conceptsOf(codes: readonly XmlElement[], narrative: NarrativeIndex): JsonObject[] {
  return present(codes.map((code) => conceptOf(code, narrative)));
}

/** One code as a FHIR Coding; undefined for a null flavour alone. */
export function codingOf(code: XmlElement, narrative: NarrativeIndex): JsonObject | undefined {
  const value = codeIn(code);
  const isTranslation = code.name === 'translation';
  const display =
    code.attribute('displayName') ?? (isTranslation ? originalText(code, narrative) : undefined);
  if (
    value === undefined &&
    (display === undefined || code.attribute('codeSystem') === undefined) &&
    !isTranslation
  )
    return undefined;
  const name = code.attribute('codeSystemName');
  return filledOrNone({
    extension: listOf([value === undefined ? undefined : flavorOf(code), localSystem(code)]),
    system: systemOf(code.attribute('codeSystem'), name),
    version: code.attribute('codeSystemVersion'),
    code: value,
    display: display ?? (value === 'ASSERTION' ? 'Assertion' : undefined),
  });
}

/** A code system that is named by no OID and no address, as sent: FHIR has no place for a mere name. */
function localSystem(code: XmlElement): JsonObject | undefined {
  const name = code.attribute('codeSystem') ?? code.attribute('codeSystemName');
  const isKnown = systemOf(code.attribute('codeSystem'), code.attribute('codeSystemName')) !== undefined;
  return isKnown || name === undefined
    ? undefined
    : valued(ourExtensions.asSent, 'valueString', `codeSystem="${name}"`);
}

/** The words of a code: what was written (`originalText`), inline or in the narrative. */
export function originalText(code: XmlElement, narrative: NarrativeIndex): string | undefined {
  const original = code.at('originalText');
  return original && encapsulatedText(original, narrative);
}

/**
 * The words of an ED that holds text: what its reference leads to, and what it says itself beside. `textOf` says whether
 * their lines are kept.
 */
export function encapsulatedText(
  element: XmlElement,
  narrative: NarrativeIndex,
  textOf = lineText,
): string | undefined {
  const reference = element.at('reference');
  const referred = narrative.textAt(reference, textOf);
  const own = element.attribute('representation') === 'B64' ? undefined : textOf(element);
  if (referred === undefined || own === undefined) return referred ?? own;
  // A pointer that leads nowhere adds nothing to words that stand beside it.
  if (narrative.isLiteral(reference)) return own;
  const [short, long] = referred.length < own.length ? [referred, own] : [own, referred];
  return folded(long).includes(folded(short)) ? long : `${own} ${referred}`;
}

function folded(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, ' ');
}

/**
 * `text`: the words that were written, where they and the code's own words speak of one thing. Where they do not (an allergy
 * whose text leads to its reaction), both are told: taking one for the other would rename what a person has. A reference
 * that leads nowhere is a name only where there is no other. Words that deny what the code says never stand for it. `name` is what the statement calls the thing beside its code.
 */
function conceptText(
  code: XmlElement,
  narrative: NarrativeIndex,
  name: string | undefined,
): string | undefined {
  const isCoded = codeIn(code) !== undefined;
  const display = code.attribute('displayName');
  const stated = isCoded ? (display ?? name) : (name ?? display);
  // A value of text in a coded place (`xsi:type="ST"`) says itself.
  const own = isCoded ? '' : code.ownText();
  const written = originalText(code, narrative) ?? (own === '' ? undefined : own);
  if (nullFlavorOf(code) === 'MSK' && !isCoded && (written ?? stated) === undefined)
    return 'withheld by the source';
  if (written === undefined) return isCoded && stated === display ? undefined : stated;
  if (stated === undefined || isPlaceholder(stated)) return written;
  if (isPlaceholder(written)) return isCoded && stated === display ? undefined : stated;
  if (speakOfOne(stated, written) && isDenial(stated) === isDenial(written)) return written;
  if (narrative.isLiteral(code.at('originalText', 'reference'))) return isCoded ? undefined : stated;
  return `${stated} (written as: ${written})`;
}

/** Words that take back what they name: "No diabetes" is no name of diabetes. */
function isDenial(name: string): boolean {
  return /^(no|not|none|denies|denied|without|negative for)\b/i.test(name.trim());
}

/** Words that name nothing: what several products write where they have no name. */
function isPlaceholder(name: string): boolean {
  return (
    /^(unknown|unk|other|problem|disease|condition|medication|n\/a|unlisted|uncoded)( (allergy|substance|drug))?$/i.test(
      name.trim(),
    ) || /^([a-z]+ )*(name |code )?not available$/i.test(name.trim())
  );
}

/** Words that many names have in common, and that make no two of them one. */
const generic = new Set(
  (
    'allergy allergic type disease disorder finding procedure oral tablet capsule the and for with vaccine structure ' +
    'substance situation syndrome blood panel observation unspecified acute chronic history status mellitus level'
  ).split(' '),
);

/**
 * True when two names speak of one thing: they share a word that is not generic, or all that one of them has is generic and
 * they share that; and their numbers are not at odds (type 1, type 2).
 */
function speakOfOne(one: string, other: string): boolean {
  const [first, second] = [wordsIn(one), wordsIn(other)];
  const [numbers, others] = [numbersIn(one), numbersIn(other)];
  const atOdds =
    numbers.length > 0 && others.length > 0 && !numbers.some((number) => others.includes(number));
  if (atOdds) return false;
  const shared = first.filter((word) => second.includes(word));
  const isGeneric = [first, second].some((words) => words.every((word) => generic.has(word)));
  return shared.some((word) => isGeneric || !generic.has(word));
}

function numbersIn(text: string): string[] {
  return text.match(/\d+(\.\d+)?/g) ?? [];
}

function wordsIn(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []).map((word) => word.replace(/s$/, ''));
}

/** Words that stand in place of a code, outside the code system they belong to. */
const noCodes = ['UNK', 'NI', 'ASKU', 'NASK', 'NAV', 'NAVU'];
const nullFlavorSystem = '2.16.840.1.113883.5.1008';

/** The code of an element; VA writes `UNK` in its place. */
function codeIn(code: XmlElement): string | undefined {
  const value = code.attribute('code')?.replaceAll(/\s+/g, ' ');
  const isNone = noCodes.includes(value ?? '') && code.attribute('codeSystem') !== nullFlavorSystem;
  return isNone ? undefined : value;
}

/** Post-coordination such as laterality. */
function qualifiersOf(code: XmlElement, narrative: NarrativeIndex): JsonObject[] {
  return present(
    code
      .all('qualifier')
      .map((qualifier) =>
        nested(ourExtensions.qualifier, [
          valued('name', 'valueCodeableConcept', conceptOf(qualifier.at('name'), narrative)),
          valued('value', 'valueCodeableConcept', conceptOf(qualifier.at('value'), narrative)),
        ]),
      ),
  );
}

function flavorOf(code: XmlElement): JsonObject | undefined {
  return nullFlavorOf(code) !== undefined && code.name === 'translation' ? flavorExtension(code) : undefined;
}

/** A concept that only says why there is none. */
export function noConcept(reason: string): JsonObject {
  return filled({
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: reason }],
  });
}

/** Several concepts of one statement as one, all of them in its name. */
export function together(concepts: readonly JsonObject[]): JsonObject {
  const codings = concepts.flatMap(({ coding }) => (Array.isArray(coding) ? coding : []));
  const names = concepts.flatMap(({ coding, text }) => {
    const [first] = Array.isArray(coding) ? coding : [];
    const name = text ?? (isObject(first) ? first['display'] : undefined);
    return typeof name === 'string' ? name : [];
  });
  return filled({ coding: listOf(codings), text: names.join('; ') || undefined });
}
