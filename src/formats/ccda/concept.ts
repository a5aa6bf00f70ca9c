import type { JsonObject } from '../../json/index.ts';
import { ourExtensions } from '../../model/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { systemOf } from './code-system.ts';
import { filled, filledOrNone, listOf, nested, present, valued } from './json-parts.ts';
import type { NarrativeIndex } from './narrative-index.ts';
import { flavorExtension, nullFlavorOf } from './null-flavor.ts';

/**
 * A CD, CE, CV, CO or CS as a FHIR CodeableConcept (C-CDA on FHIR, "CDA coding → FHIR CodeableConcept"): the code, then its
 * translations, in the words the source gives them; a null flavour beside them is kept. Undefined when nothing is said.
 */
export function conceptOf(code: XmlElement | undefined, narrative: NarrativeIndex): JsonObject | undefined {
  if (code === undefined) return undefined;
  const all = [code, ...code.all('translation')];
  return filledOrNone({
    extension: listOf([flavorExtension(code), ...all.flatMap((part) => qualifiersOf(part, narrative))]),
    coding: listOf(all.map((part) => codingOf(part, narrative))),
    text: conceptText(code, narrative),
  });
}

/** The concepts among elements. */
export function conceptsOf(codes: readonly XmlElement[], narrative: NarrativeIndex): JsonObject[] {
  return present(codes.map((code) => conceptOf(code, narrative)));
}

/** One code as a FHIR Coding; undefined for a null flavour alone. */
export function codingOf(code: XmlElement, narrative: NarrativeIndex): JsonObject | undefined {
  const value = code.attribute('code');
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
    extension: listOf([value === undefined ? undefined : flavorOf(code)]),
    system: systemOf(code.attribute('codeSystem'), name),
    version: code.attribute('codeSystemVersion'),
    code: value?.replaceAll(/\s+/g, ' '),
    display,
  });
}

/** The words of a code: what was written (`originalText`), inline or in the narrative. */
export function originalText(code: XmlElement, narrative: NarrativeIndex): string | undefined {
  const original = code.at('originalText');
  return original && encapsulatedText(original, narrative);
}

/** The words of an ED that holds text: what its reference leads to, else what it says itself. */
export function encapsulatedText(element: XmlElement, narrative: NarrativeIndex): string | undefined {
  const referred = narrative.textAt(element.at('reference'));
  return referred ?? (element.attribute('representation') === 'B64' ? undefined : element.text());
}

/** `text`, where it says more than the first code's own display; a code without a code says its display here. */
function conceptText(code: XmlElement, narrative: NarrativeIndex): string | undefined {
  const original = originalText(code, narrative);
  if (original !== undefined) return original;
  const display = code.attribute('displayName');
  return code.attribute('code') === undefined && code.attribute('codeSystem') === undefined
    ? display
    : undefined;
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
