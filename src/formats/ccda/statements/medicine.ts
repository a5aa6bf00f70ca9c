import type { JsonObject, JsonValue } from '../../../json/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { noConcept } from '../concept.ts';
import { filled } from '../../json-parts.ts';
import type { Mapping } from '../mapping.ts';
import { nullFlavorOf } from '../null-flavor.ts';
import { participantsOf } from '../statement.ts';
import { statementWords } from './shared.ts';

/** The medicine of a statement: a concept, or a contained Medication where form, maker, lot or vehicle are stated. */
export interface Medicine {
  members: JsonObject;
  contained?: JsonValue[];
}

/**
 * Reads the medicine of a substanceAdministration or supply (C-CDA on FHIR, "Medication Information"): the code, else the
 * name, else the words of the statement. `fallback` is the medicine of the statement around it.
 */
export function medicineOf(
  mapping: Mapping,
  product: XmlElement | undefined,
  { denied = false, fallback }: { denied?: boolean; fallback?: XmlElement | undefined } = {},
): Medicine {
  const own = materialOf(product);
  const material = own ?? materialOf(fallback);
  const isNone = denied && material !== undefined && isAnyMedicine(material);
  const concept = isNone ? undefined : named(mapping, material);
  const code = isNone
    ? noneKnown(mapping, material)
    : (concept ?? { ...noConcept('unknown'), ...wordsOf(mapping) });
  const parts = own && medicationParts(mapping, product, own);
  if (parts === undefined || Object.keys(parts).length === 0)
    return { members: { medicationCodeableConcept: code } };
  const medication = { resourceType: 'Medication', id: 'medication', code, ...parts };
  return {
    members: { medicationReference: { reference: '#medication', ...display(code) } },
    contained: [medication],
  };
}

function wordsOf(mapping: Mapping): JsonObject {
  const text = statementWords(mapping);
  return text === undefined ? {} : { text };
}

/** The material of a `consumable` or `product`, whichever of the two kinds it is. */
export function materialOf(product: XmlElement | undefined): XmlElement | undefined {
  return (
    product?.at('manufacturedProduct', 'manufacturedMaterial') ??
    product?.at('manufacturedProduct', 'manufacturedLabeledDrug')
  );
}

/**
 * The name of a material. Of a code's words and the words that were written, the longer says the strength as well
 * ("Clopidogrel" against "Clopidogrel 75 MG oral tablet").
 */
function named(mapping: Mapping, material: XmlElement | undefined): JsonObject | undefined {
  const code = material?.at('code');
  const concept = mapping.concept(code, material?.at('name'));
  const [stated, text] = [code?.attribute('displayName'), concept?.['text']];
  if (stated !== undefined && typeof text === 'string' && isPartOf(text, stated))
    return { ...concept, text: stated };
  return concept?.['coding'] === undefined && text === undefined ? undefined : concept;
}

function isPartOf(part: string, whole: string): boolean {
  return whole.length > part.length && whole.toLowerCase().includes(part.toLowerCase());
}

/** Medicine as such: what is denied of it is denied of every medicine. */
function isAnyMedicine(material: XmlElement | undefined): boolean {
  const code = material?.at('code');
  const value = code?.attribute('code');
  const isHidden = ['MSK', 'UNK'].includes(nullFlavorOf(code) ?? '') && code?.at('translation') === undefined;
  const isNamed = material?.at('name')?.text() !== undefined || code?.attribute('displayName') !== undefined;
  return value === '410942007' || (value === undefined && !isHidden && !isNamed);
}

/** "No medications" (C-CDA examples, "No Medications"), in the words of the source where it has them. */
function noneKnown(mapping: Mapping, material: XmlElement | undefined): JsonObject {
  const words = mapping.words(material?.at('code', 'originalText')) ?? statementWords(mapping);
  return {
    text: words !== undefined && /^(no|none|not|denies)\b/i.test(words) ? words : 'No known medications',
  };
}

function medicationParts(
  mapping: Mapping,
  product: XmlElement | undefined,
  material: XmlElement,
): JsonObject {
  const manufactured = product?.at('manufacturedProduct');
  const lot = material.at('lotNumberText');
  const form = mapping.concept(mapping.element.at('administrationUnitCode'));
  const manufacturer = mapping.party(manufactured?.at('manufacturerOrganization'));
  const vehicle = participantsOf(mapping.element, 'CSM')
    .flatMap((participant) => participant.all('participantRole', 'playingEntity'))
    .flatMap((entity) => {
      const concept = mapping.concept(entity.at('code'));
      const words = entity.at('name')?.text();
      if (words !== undefined) mapping.take(entity.at('name'));
      const item = concept ?? (words === undefined ? undefined : { text: words });
      return item === undefined ? [] : { itemCodeableConcept: item, isActive: false };
    });
  mapping.take(lot);
  return filled({
    manufacturer,
    form,
    ingredient: vehicle,
    batch: lot?.text() === undefined ? undefined : { lotNumber: lot?.text() },
  });
}

function display(code: JsonObject): JsonObject {
  return typeof code['text'] === 'string' ? { display: code['text'] } : {};
}
