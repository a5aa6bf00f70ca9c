import type { JsonObject } from '../../json/index.ts';
import { lookUp, ourExtensions } from '../../model/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { valued } from '../json-parts.ts';

/** HL7 v3 NullFlavor → FHIR data-absent-reason (C-CDA on FHIR, "NullFlavor to DataAbsentReason"). */
const reasonOf: Readonly<Record<string, string>> = {
  NI: 'unknown',
  UNK: 'unknown',
  NP: 'unknown',
  ASKU: 'asked-unknown',
  NASK: 'not-asked',
  NAV: 'temp-unknown',
  MSK: 'masked',
  NA: 'not-applicable',
  OTH: 'unsupported',
  TRC: 'unsupported',
  NINF: 'negative-infinity',
  PINF: 'positive-infinity',
};

/** An element's null flavour, upper case. */
export function nullFlavorOf(element: XmlElement | undefined): string | undefined {
  return element?.attribute('nullFlavor')?.toUpperCase();
}

/** The data-absent-reason code for what an element does not say; `unknown` where it gives no reason. */
export function absentReasonOf(element: XmlElement | undefined): string {
  const flavor = nullFlavorOf(element);
  return lookUp(reasonOf, flavor) ?? 'unknown';
}

/** The null flavour itself as an extension, kept beside the reason it maps to. */
export function flavorExtension(element: XmlElement | undefined): JsonObject | undefined {
  return valued(ourExtensions.nullFlavor, 'valueCode', nullFlavorOf(element));
}

/** `dataAbsentReason` of an Observation. */
export function absentReasonConcept(element: XmlElement | undefined): JsonObject {
  return {
    coding: [
      {
        system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason',
        code: absentReasonOf(element),
      },
    ],
  };
}
